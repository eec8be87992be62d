package view

import (
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// Resumed are the transfers that are resumed automatically after a start, with the offsets
// that their servers had then.
type Resumed map[uploader.TransferID]int64

// unanswered is the offset of a transfer whose server has not answered yet. The one that was stored
// may be another.
const unanswered = -1

// FindResumed returns the resumed transfers of the first snapshot after a start of the program.
// It does not count a transfer that was sent for the first time since then.
func FindResumed(s *uploader.Snapshot, start time.Time) Resumed {
	r := Resumed{}
	for _, row := range s.Transfers.Rows() {
		if !row.Begun() {
			continue
		}
		if t := row.Transfer(); t.Unfinished() && t.Intent == uploader.IntentRun && t.Session.URL != "" && t.Started.Before(start) {
			r[t.ID] = unanswered
		}
	}
	return r
}

// Text returns how many transfers are resumed and, when all servers have answered, how much of them
// was uploaded; "" for none. It must be called with each snapshot.
func (r Resumed) Text(s *uploader.Snapshot) string {
	if len(r) == 0 {
		return ""
	}
	var sent, size int64
	known := true
	for _, row := range s.Transfers.Rows() {
		offset, ok := r[row.ID()]
		if !ok {
			continue
		}
		t := row.Transfer()
		if offset == unanswered && (t.Phase == uploader.PhaseSending || t.Phase == uploader.PhaseVerifying || t.Phase == uploader.PhaseDone) {
			offset = t.ResumedFrom
			r[t.ID] = offset
		}
		known = known && offset != unanswered
		sent += offset
		size += max(0, t.Source.Size)
	}
	if !known || sent == 0 {
		return words.Count("greeting.continuing.fresh", len(r))
	}
	return words.Count("greeting.continuing", len(r), words.Data{"SizeOf": words.SizeOf(sent, size)})
}
