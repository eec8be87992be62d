package app

import (
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// revival is what goes on by itself after an earlier run: for each transfer, how
// much of it the server is known to have acknowledged then. What it really holds
// is known once it has been asked.
type revival map[uploader.TransferID]int64

// revivalIn finds it in the first snapshot after a start.
func revivalIn(s *uploader.Snapshot) revival {
	r := revival{}
	for _, t := range s.Transfers {
		if t.Unfinished() && t.Intent == uploader.IntentRun && t.Session.URL != "" {
			r[t.ID] = t.Session.Offset
		}
	}
	return r
}

// sentence says that it goes on, and how much was there already as far as is
// known now; "" when nothing does.
func (r revival) sentence(s *uploader.Snapshot) string {
	if len(r) == 0 {
		return ""
	}
	var sent, size int64
	for _, t := range s.Transfers {
		if acknowledged, ours := r[t.ID]; ours {
			sent += max(t.Resumed, acknowledged)
			size += max(0, t.Source.Size)
		}
	}
	if sent == 0 {
		return words.Count("greeting.continuing.fresh", len(r))
	}
	return words.Count("greeting.continuing", len(r), words.Data{"SizeOf": words.SizeOf(sent, size)})
}
