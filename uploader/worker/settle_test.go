package worker

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

func TestSettleTimeLeft(t *testing.T) {
	const settleTime = 2 * time.Second
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name       string
		age        time.Duration
		settleTime time.Duration
		want       time.Duration
	}{
		{"changed now", 0, settleTime, settleTime},
		{"changed recently", 1500 * time.Millisecond, settleTime, 500 * time.Millisecond},
		{"unchanged for exactly the required time", settleTime, settleTime, 0},
		{"old", time.Hour, settleTime, 0},
		{"slightly in the future", -time.Second, settleTime, 3 * time.Second},
		{"far in the future", -time.Hour, settleTime, 0},
		{"no wait required", 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := settleTimeLeft(source.File{ModTime: now.Add(-c.age)}, c.settleTime, now); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
