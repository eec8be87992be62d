package worker

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

func TestQuietTimeLeft(t *testing.T) {
	const quiet = 2 * time.Second
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		age   time.Duration
		quiet time.Duration
		want  time.Duration
	}{
		{"changed now", 0, quiet, quiet},
		{"changed recently", 1500 * time.Millisecond, quiet, 500 * time.Millisecond},
		{"unchanged for exactly the required time", quiet, quiet, 0},
		{"old", time.Hour, quiet, 0},
		{"slightly in the future", -time.Second, quiet, 3 * time.Second},
		{"far in the future", -time.Hour, quiet, 0},
		{"no wait required", 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := settleTimeLeft(source.File{ModTime: now.Add(-c.age)}, c.quiet, now); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
