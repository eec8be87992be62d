package admission

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBackoff(t *testing.T) {
	const usual = 8
	for _, c := range []struct {
		name   string
		events string // r: a refusal with eight running, a: data is accepted, digits: so many seconds pass
		want   int    // 0: no limit
	}{
		{"no refusal, no limit", "aaa", 0},
		{"a refusal halves", "r", 4},
		{"refusals of running requests count once", "r1rrr", 4},
		{"a later refusal halves again", "r3r", 2},
		{"never below one", "r3r3r3r3r", 1},
		{"accepted at once: no increase yet", "raaa", 4},
		{"one more after five seconds", "r5a", 5},
		{"only one more, however much is accepted", "r5aaaa", 5},
		{"a refusal restarts the five seconds", "r4r4a", 2},
		{"no limit again at the usual number", "r5a5a5a5a", 0},
		{"time alone increases nothing", "r99", 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b backoff
			now := time.Unix(1_700_000_000, 0)
			for _, event := range c.events {
				switch event {
				case 'r':
					b.refused(usual, now)
				case 'a':
					b.accepted(usual, now)
				default:
					now = now.Add(time.Duration(event-'0') * time.Second)
				}
			}
			if b.max != c.want {
				t.Errorf("max is %d, want %d", b.max, c.want)
			}
		})
	}
}

func TestBackoffOnSlowConnection(t *testing.T) {
	for name, c := range map[string]struct {
		underWay int
		rate     float64 // of each, in bytes per second
		before   int
		want     int // 0: no limit
	}{
		"16 small files at 256 kbit/s":         {16, 2000, 0, 3},
		"one is left on the slowest":           {16, 10, 0, 1},
		"each gets enough":                     {16, 20_000, 0, 0},
		"the files under way when it was less": {16, 4096, 4, 4},
		"fewer than before":                    {4, 4096, 4, 2},
	} {
		t.Run(name, func(t *testing.T) {
			b := backoff{max: c.before}
			changed := b.slow(c.underWay, c.rate, time.Unix(1_700_000_000, 0))
			if b.max != c.want || changed != (c.want != c.before) {
				t.Errorf("max is %d, changed: %v; want %d", b.max, changed, c.want)
			}
		})
	}
}

// TestBackoffConverges simulates servers that accept a fixed number at the same
// time: within a minute they get no more than one above it, and from then on no less
// than half of it.
func TestBackoffConverges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		capacity, usual := rapid.IntRange(1, 20).Draw(t, "capacity"), rapid.IntRange(1, 40).Draw(t, "usual")
		var b backoff
		now := time.Unix(1_700_000_000, 0)
		for second := range 600 {
			now = now.Add(time.Second)
			sent := usual
			if b.max > 0 {
				sent = min(b.max, usual)
			}
			if sent > capacity {
				b.refused(sent, now)
			} else {
				b.accepted(usual, now)
			}
			if second > 60 && (sent > capacity+1 && b.max == 0 || sent < min(capacity, usual)/2) {
				t.Fatalf("%d are sent after %d s to a server that accepts %d", sent, second, capacity)
			}
		}
	})
}
