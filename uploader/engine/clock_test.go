package engine

import (
	"testing"
	"time"
)

func TestTheClockTellsSleepFromWork(t *testing.T) {
	began := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name            string
		wall, monotonic time.Duration // that went by
		want            bool
	}{
		{"a quarter of a second's work", 250 * time.Millisecond, 250 * time.Millisecond, false},
		{"an hour's rest", time.Hour, time.Hour, false},
		{"a correction of a second", time.Second, 0, false},
		{"a night's sleep", 8 * time.Hour, time.Second, true},
		{"set back by a day", -24 * time.Hour, time.Second, true},
		{"set forward by a day", 24 * time.Hour, time.Second, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var k clock
			if k.jumped(began, time.Minute) {
				t.Error("the first look sees a jump")
			}
			if got := k.jumped(began.Add(c.wall), time.Minute+c.monotonic); got != c.want {
				t.Errorf("jumped: %v, want %v", got, c.want)
			}
		})
	}
}
