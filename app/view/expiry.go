package view

import (
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// KeptUntil returns a sentence with the earliest time at which an unfinished upload
// expires on its server; "" if no server has sent one.
func KeptUntil(s *uploader.Snapshot, now time.Time) string {
	var earliest time.Time
	for _, row := range s.Transfers.Rows() {
		if !row.Begun() || row.Phase().Final() {
			continue
		}
		t := row.Transfer()
		expires := t.Session.Expires.Time()
		if t.Unfinished() && t.Session.Begun() && expires.After(now) && (earliest.IsZero() || expires.Before(earliest)) {
			earliest = expires
		}
	}
	if earliest.IsZero() {
		return ""
	}
	return words.Text("quit.until", words.Data{"Date": words.Clock(earliest, now)})
}
