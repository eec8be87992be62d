package timing

import (
	"testing"
	"time"
)

func TestClockDetectsJumps(t *testing.T) {
	began := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name            string
		wall, monotonic time.Duration // elapsed
		want            bool
	}{
		{"short interval", 250 * time.Millisecond, 250 * time.Millisecond, false},
		{"long interval", time.Hour, time.Hour, false},
		{"clock corrected by one second", time.Second, 0, false},
		{"computer suspended", 8 * time.Hour, time.Second, true},
		{"clock set back", -24 * time.Hour, time.Second, true},
		{"clock set forward", 24 * time.Hour, time.Second, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var tested Clock
			if tested.Jumped(began, time.Minute) {
				t.Error("jump at the first call")
			}
			if got := tested.Jumped(began.Add(c.wall), time.Minute+c.monotonic); got != c.want {
				t.Errorf("jumped: %v, want %v", got, c.want)
			}
		})
	}
}
