package view

import (
	"maps"

	"github.com/ferryapp/ferry/uploader"
)

// Progress is what a row's bar shows, as fractions from 0 to 1.
type Progress struct {
	Acked float64 // acknowledged by the server
	Sent  float64 // including bytes that are not acknowledged
}

// ShownBytes returns how many bytes of a transfer to show: while it has a worker those that were
// sent, also while it is being paused, and otherwise those that the server acknowledged.
func ShownBytes(s *uploader.Snapshot, t *uploader.Transfer) int64 {
	if running(t) || t.Pausing() {
		return s.Sent(t)
	}
	return t.Acknowledged()
}

func running(t *uploader.Transfer) bool {
	switch t.State() {
	case uploader.StateUploading, uploader.StateChecking, uploader.StatePreparing:
		return true
	default:
		return false
	}
}

// ProgressOf returns the progress of a transfer. High is the greatest number of sent bytes
// that was shown before.
func ProgressOf(s *uploader.Snapshot, t *uploader.Transfer, high int64) Progress {
	if t.Phase == uploader.PhaseDone {
		return Progress{Acked: 1, Sent: 1}
	}
	if t.Source.Size <= 0 {
		return Progress{}
	}
	size := float64(t.Source.Size)
	acked := float64(t.Session.Offset) / size
	return Progress{Acked: acked, Sent: max(acked, float64(max(ShownBytes(s, t), high))/size)}
}

// HighWater is the greatest number of bytes shown of each running transfer. With it a bar does
// not move back when lost bytes of the same upload are sent again. It can when the transfer
// stops: then the bar shows what the server acknowledged.
type HighWater map[uploader.TransferID]struct {
	url  string
	sent int64
}

// Raise returns the greatest number of bytes seen of the transfer's upload.
func (h HighWater) Raise(t *uploader.Transfer, sent int64) int64 {
	if !running(t) {
		delete(h, t.ID)
		return sent
	}
	mark := h[t.ID]
	if mark.url != t.Session.URL || sent > mark.sent {
		mark.url, mark.sent = t.Session.URL, sent
		h[t.ID] = mark
	}
	return mark.sent
}

// Keep removes transfers that no longer exist.
func (h HighWater) Keep(transfers uploader.Rows) {
	if len(h) == 0 {
		return
	}
	marks := maps.Clone(h)
	clear(h)
	for _, row := range transfers.Rows() {
		if mark, known := marks[row.ID()]; known {
			h[row.ID()] = mark
		}
	}
}

// BatchHighWater is the HighWater of batches. A bar moves back only if the batch has grown,
// if one of its files starts over, or if nothing of it runs.
type BatchHighWater map[uploader.BatchID]batchHighMark

type batchHighMark struct {
	bytes int64
	final int
	sent  int64
}

// Keep removes batches that no longer exist.
func (h BatchHighWater) Keep(batches map[uploader.BatchID]*uploader.Batch) {
	maps.DeleteFunc(h, func(id uploader.BatchID, _ batchHighMark) bool { return batches[id] == nil })
}

// Raise returns the greatest number of bytes seen of the batch.
func (h BatchHighWater) Raise(id uploader.BatchID, sum uploader.BatchTotals) int64 {
	final := sum.Count[uploader.StateDone] + sum.Count[uploader.StateCancelled] + attentionCount(sum)
	mark := h[id]
	if mark.bytes != sum.Bytes || final < mark.final || sum.Sent > mark.sent || !batchRuns(sum) {
		mark.sent = sum.Sent
	}
	mark.bytes, mark.final = sum.Bytes, final
	h[id] = mark
	return mark.sent
}

// batchRuns reports whether a file of the batch has a worker.
func batchRuns(sum uploader.BatchTotals) bool {
	return sum.Count[uploader.StateUploading]+sum.Count[uploader.StateChecking]+sum.Count[uploader.StatePreparing] > 0
}
