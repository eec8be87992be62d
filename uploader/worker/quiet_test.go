package worker

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

func TestUnsettledFor(t *testing.T) {
	const settle = 2 * time.Second
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		age    time.Duration
		settle time.Duration
		want   time.Duration
	}{
		{"changed now", 0, settle, settle},
		{"changed recently", 1500 * time.Millisecond, settle, 500 * time.Millisecond},
		{"unchanged for exactly the required time", settle, settle, 0},
		{"old", time.Hour, settle, 0},
		{"slightly in the future", -time.Second, settle, 3 * time.Second},
		{"far in the future", -time.Hour, settle, 0},
		{"no wait required", 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := UnsettledFor(source.File{ModTime: now.Add(-c.age)}, c.settle, now); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
