package view

import (
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// Resumed are the transfers that continue by themselves after a start, with the offsets
// that were known then. What the servers really have is known after they have answered.
type Resumed map[uploader.TransferID]int64

// FindResumed finds them in the first snapshot after a start.
func FindResumed(s *uploader.Snapshot) Resumed {
	r := Resumed{}
	for _, t := range s.Transfers {
		if t.Unfinished() && t.Intent == uploader.IntentRun && t.Session.URL != "" {
			r[t.ID] = t.Session.Offset
		}
	}
	return r
}

// Text is how many transfers continue and how much of them was uploaded, as far as is
// known; "" for none.
func (r Resumed) Text(s *uploader.Snapshot) string {
	if len(r) == 0 {
		return ""
	}
	var sent, size int64
	for _, t := range s.Transfers {
		if acknowledged, ours := r[t.ID]; ours {
			sent += max(t.ResumedFrom, acknowledged)
			size += max(0, t.Source.Size)
		}
	}
	if sent == 0 {
		return words.Count("greeting.continuing.fresh", len(r))
	}
	return words.Count("greeting.continuing", len(r), words.Data{"SizeOf": words.SizeOf(sent, size)})
}
