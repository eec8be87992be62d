package view

import (
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// Resumed are the transfers that are resumed automatically after a start, with the offsets
// that were stored. The servers' offsets are known later.
type Resumed map[uploader.TransferID]int64

// FindResumed returns the resumed transfers of the first snapshot after a start of the program.
// It does not count a transfer that was sent for the first time since then.
func FindResumed(s *uploader.Snapshot, start time.Time) Resumed {
	r := Resumed{}
	for _, row := range s.Transfers.Rows() {
		if !row.Begun() {
			continue
		}
		if t := row.Transfer(); t.Unfinished() && t.Intent == uploader.IntentRun && t.Session.URL != "" && t.Started.Before(start) {
			r[t.ID] = t.Session.Offset
		}
	}
	return r
}

// Text returns how many transfers are resumed and how much of them is known to be uploaded;
// "" for none.
func (r Resumed) Text(s *uploader.Snapshot) string {
	if len(r) == 0 {
		return ""
	}
	var sent, size int64
	for _, row := range s.Transfers.Rows() {
		if acknowledged, ok := r[row.ID()]; ok {
			t := row.Transfer()
			sent += max(t.ResumedFrom, acknowledged)
			size += max(0, t.Source.Size)
		}
	}
	if sent == 0 {
		return words.Count("greeting.continuing.fresh", len(r))
	}
	return words.Count("greeting.continuing", len(r), words.Data{"SizeOf": words.SizeOf(sent, size)})
}
