package worker

import "time"

const (
	// measureInterval is how long each number of connections is measured.
	measureInterval = 2 * time.Second

	// minGain is by which factor one more connection must raise the throughput.
	minGain = 1.1
)

// connectionTuner finds the number of connections that maximizes throughput: it adds
// one as long as each raised the throughput, and removes the one that did not.
type connectionTuner struct {
	max     int // at least 1
	now     int
	settled bool
	best    float64 // bytes per second with one connection less
	bytes   int64   // at the last measurement
	at      time.Time
}

func newConnectionTuner(maxConnections int) *connectionTuner {
	return &connectionTuner{max: max(maxConnections, 1), now: 1}
}

func (t *connectionTuner) connections() int { return t.now }

// setMax changes the maximum. If it is raised while it was the limit, more connections
// are tried.
func (t *connectionTuner) setMax(n int) {
	if n = max(n, 1); n == t.max {
		return
	}
	if n > t.max && t.now == t.max {
		t.settled = false
	}
	t.max = n
	t.now = min(t.now, n)
}

// measure records the number of bytes sent so far.
func (t *connectionTuner) measure(bytes int64, now time.Time) {
	last, since := t.bytes, t.at
	t.bytes, t.at = bytes, now
	if since.IsZero() || t.settled {
		return
	}
	rate := float64(bytes-last) / now.Sub(since).Seconds()
	switch {
	case rate < t.best*minGain && t.now > 1:
		t.now, t.settled = t.now-1, true
	case t.now >= t.max:
		t.settled = true
	default:
		t.best = rate
		t.now++
	}
}
