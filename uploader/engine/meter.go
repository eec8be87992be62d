package engine

import (
	"math"
	"time"
)

const (
	// rateMemory is the time constant of the moving average: long enough that the
	// number can be read, short enough that a change is seen.
	rateMemory = 3 * time.Second

	// evidence is how long something must have moved before a time is promised.
	evidence = 5 * time.Second
)

// meter turns a growing byte count, sampled now and then, into a speed. It
// belongs to the loop.
type meter struct {
	last   int64
	seen   time.Time
	rate   float64 // bytes per second
	moving time.Duration
}

// Sample takes a count into the average.
func (m *meter) sample(count int64, now time.Time) {
	span := now.Sub(m.seen)
	if m.seen.IsZero() || span <= 0 {
		m.last, m.seen = count, now
		return
	}
	momentary := float64(count-m.last) / span.Seconds()
	weight := 1 - math.Exp(-span.Seconds()/rateMemory.Seconds())
	if m.moving == 0 {
		weight = 1
	}
	m.rate += weight * (momentary - m.rate)
	m.moving += span
	m.last, m.seen = count, now
}

// eta is the time for the bytes left, or 0 when there is no evidence for one.
func (m *meter) eta(left int64) time.Duration {
	if m.moving < evidence || m.rate < 1 || left <= 0 {
		return 0
	}
	seconds := float64(left) / m.rate
	if seconds > (100 * 365 * 24 * time.Hour).Seconds() {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}
