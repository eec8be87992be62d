package app

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

func TestNoBarGoesBackWhateverIsLostOnTheWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		high := highWater{}
		size := rapid.Int64Range(1, gigabyte).Draw(t, "size")
		var shown progress
		for range rapid.IntRange(1, 40).Draw(t, "snapshots") {
			held := rapid.Int64Range(0, size).Draw(t, "held by the server")
			sent := rapid.Int64Range(held, size).Draw(t, "sent")
			upload := transfer(1, sending, func(t *uploader.Transfer) {
				t.Source.Size = size
				t.Session = uploader.Session{URL: "https://x/1", Offset: held, Sent: held}
			})
			s := snapshotOf(upload)
			s.Live[1] = uploader.Live{Sent: sent}
			next := progressOf(s, upload, high.rise(upload, s.Sent(upload)))
			if next.sent < shown.sent {
				t.Fatalf("the bar went from %v to %v", shown, next)
			}
			if next.held > next.sent || next.sent > 1 {
				t.Fatalf("the bar is at %v", next)
			}
			shown = next
		}
	})
}
