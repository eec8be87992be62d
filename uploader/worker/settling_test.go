package worker

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

func TestUnsettled(t *testing.T) {
	const settle = 2 * time.Second
	for _, c := range []struct {
		name   string
		age    time.Duration
		settle time.Duration
		rests  time.Duration
	}{
		{"changed just now", 0, settle, settle},
		{"changed a moment ago", 1500 * time.Millisecond, settle, 500 * time.Millisecond},
		{"rested long enough", settle, settle, 0},
		{"old", time.Hour, settle, 0},
		{"by a clock that is a little ahead", -time.Second, settle, 3 * time.Second},
		{"dated far into the future", -time.Hour, settle, 0},
		{"nothing is to rest", 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := UnsettledFor(source.File{ModTime: settleTime.Add(-c.age)}, c.settle, settleTime); got != c.rests {
				t.Errorf("has to rest for %v, want %v", got, c.rests)
			}
		})
	}
}

// settleTime is the present in this test.
var settleTime = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
