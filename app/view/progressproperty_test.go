package view

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

func TestBarNeverMovesBackProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		high := HighWater{}
		size := rapid.Int64Range(1, apptest.Gigabyte).Draw(t, "size")
		var shown Progress
		for range rapid.IntRange(1, 40).Draw(t, "snapshots") {
			acked := rapid.Int64Range(0, size).Draw(t, "acknowledged")
			sent := rapid.Int64Range(acked, size).Draw(t, "sent")
			upload := apptest.Transfer(1, apptest.Sending, func(t *uploader.Transfer) {
				t.Source.Size = size
				t.Session = uploader.Session{URL: "https://x/1", Offset: acked, Sent: acked}
			})
			s := apptest.Snapshot(upload)
			s.Progress[1] = uploader.Progress{Sent: sent}
			next := ProgressOf(s, upload, high.Raise(upload, s.Sent(upload)))
			if next.Sent < shown.Sent {
				t.Fatalf("bar moved back from %v to %v", shown, next)
			}
			if next.Acked > next.Sent || next.Sent > 1 {
				t.Fatalf("invalid bar %v", next)
			}
			shown = next
		}
	})
}
