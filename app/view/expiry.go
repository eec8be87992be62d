package view

import (
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// KeptUntil is a sentence with the earliest time at which a server discards an upload
// under way; "" when no server has sent one.
func KeptUntil(s *uploader.Snapshot, now time.Time) string {
	var first time.Time
	for _, t := range s.Transfers {
		expires := t.Session.Expires.Time()
		if t.Unfinished() && t.Session.Begun() && expires.After(now) && (first.IsZero() || expires.Before(first)) {
			first = expires
		}
	}
	if first.IsZero() {
		return ""
	}
	return words.Text("quit.until", words.Data{"Date": words.Clock(first, now)})
}
