package worker

import "time"

// measureEvery is how long a number of connections is tried.
const measureEvery = 2 * time.Second

// throttle finds the number of connections that help, by climbing: one more as
// long as each brought something, one less when the last did not.
type throttle struct {
	most    int // at least 1
	now     int
	settled bool
	best    float64 // bytes per second, with one connection less
	bytes   int64
	since   time.Time
}

// worthwhile is what one more connection must add to the goodput.
const worthwhile = 1.1

func newThrottle(most int) *throttle { return &throttle{most: max(most, 1), now: 1} }

func (t *throttle) connections() int { return t.now }

// allow changes the most. With more of them it may go on climbing.
func (t *throttle) allow(most int) {
	if most = max(most, 1); most == t.most {
		return
	}
	if most > t.most && t.now == t.most {
		t.settled = false
	}
	t.most = most
	t.now = min(t.now, most)
}

// measure takes how much was handed to the network by now.
func (t *throttle) measure(bytes int64, now time.Time) {
	last, since := t.bytes, t.since
	t.bytes, t.since = bytes, now
	if since.IsZero() || t.settled {
		return
	}
	rate := float64(bytes-last) / now.Sub(since).Seconds()
	switch {
	case rate < t.best*worthwhile && t.now > 1:
		t.now, t.settled = t.now-1, true
	case t.now >= t.most:
		t.settled = true
	default:
		t.best = rate
		t.now++
	}
}
