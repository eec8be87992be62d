package worker

import "time"

const (
	// firstConnections is the number of connections at first. Parts are used where one
	// connection is probably slow, and it takes seconds to measure whether fewer are as
	// fast: longer than most files take.
	firstConnections = 8

	// measureInterval is how long each number of connections is measured.
	measureInterval = 2 * time.Second

	// minGain is by which factor twice as many connections must raise the throughput.
	minGain = 1.2
)

// connectionTuner finds the number of connections that maximizes throughput: it doubles
// it as long as each time raised the throughput, and goes back if it did not.
type connectionTuner struct {
	max     int // at least 1
	now     int
	before  int // the number before the last increase; 0 for none
	settled bool
	best    float64 // bytes per second with the number before
	bytes   int64   // at the last measurement
	at      time.Time
}

func newConnectionTuner(maxConnections int) *connectionTuner {
	most := max(maxConnections, 1)
	return &connectionTuner{max: most, now: min(most, firstConnections)}
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
	t.now = min(max(t.now, min(n, firstConnections)), n)
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
	case rate < t.best*minGain && t.now > t.before:
		t.now, t.settled = t.before, true
	case t.now >= t.max:
		t.settled = true
	default:
		t.best, t.before = rate, t.now
		t.now = min(2*t.now, t.max)
	}
}
