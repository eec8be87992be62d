package app

import (
	"maps"

	"github.com/ferryapp/ferry/uploader"
)

// progress is how far a row's bar is, from 0 to 1.
type progress struct {
	held float64 // acknowledged by the server
	sent float64 // on its way as well
}

// progressOf is the bar of a transfer of which high bytes were shown before.
func progressOf(s *uploader.Snapshot, t *uploader.Transfer, high int64) progress {
	if t.Phase == uploader.PhaseDone {
		return progress{held: 1, sent: 1}
	}
	if t.Source.Size <= 0 {
		return progress{}
	}
	size := float64(t.Source.Size)
	held := float64(t.Session.Offset) / size
	return progress{held: held, sent: max(held, float64(max(s.Sent(t), high))/size)}
}

// highWater remembers how far each bar was shown, so that none goes back while
// its upload stays the same one: bytes under way that are lost are sent again
// behind a bar that waits for them.
type highWater map[uploader.TransferID]struct {
	url  string
	sent int64
}

// rise returns the greatest number of bytes seen of the transfer's upload.
func (h highWater) rise(t *uploader.Transfer, sent int64) int64 {
	if t.Phase.Final() {
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

// batchHighWater is the same for batches. A bar goes back only when the batch is
// another: when it has grown, or something of it starts over.
type batchHighWater map[uploader.BatchID]batchHighMark

type batchHighMark struct {
	bytes int64
	final int
	sent  int64
}

// keep forgets batches that are not in the list any more.
func (h batchHighWater) keep(batches map[uploader.BatchID]*uploader.Batch) {
	maps.DeleteFunc(h, func(id uploader.BatchID, _ batchHighMark) bool { return batches[id] == nil })
}

// rise returns the greatest number of bytes seen of the batch.
func (h batchHighWater) rise(id uploader.BatchID, sum uploader.Sum) int64 {
	final := sum.Count[uploader.StateDone] + sum.Count[uploader.StateCancelled] + troubled(sum)
	mark := h[id]
	if mark.bytes != sum.Bytes || final < mark.final || sum.Sent > mark.sent {
		mark.sent = sum.Sent
	}
	mark.bytes, mark.final = sum.Bytes, final
	h[id] = mark
	return mark.sent
}
