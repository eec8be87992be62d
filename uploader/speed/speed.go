// Package speed estimates the speed of a transfer from a growing byte count, and
// the time that is left from the speed.
package speed

import (
	"math"
	"time"
)

const (
	// TimeConstant is that of the moving average: long enough for a steady figure,
	// short enough to show a change.
	TimeConstant = 3 * time.Second

	// minMeasured is how long bytes must have been sent before a time left is given.
	minMeasured = 5 * time.Second

	// maxLeft is the longest time left that is given.
	maxLeft = 100 * 365 * 24 * time.Hour
)

// Meter is an exponential moving average of a speed. The zero Meter is ready to
// use. It is not safe for concurrent use; a copy is a snapshot of it.
type Meter struct {
	count    int64
	at       time.Time
	rate     float64 // bytes per second
	measured time.Duration
}

// Sample records the byte count as of now.
func (m *Meter) Sample(count int64, now time.Time) {
	elapsed := now.Sub(m.at)
	if m.at.IsZero() || elapsed <= 0 {
		m.count, m.at = count, now
		return
	}
	latest := float64(count-m.count) / elapsed.Seconds()
	weight := 1 - math.Exp(-elapsed.Seconds()/TimeConstant.Seconds())
	if m.measured == 0 {
		weight = 1
	}
	m.rate += weight * (latest - m.rate)
	m.measured += elapsed
	m.count, m.at = count, now
}

// Rate returns the speed in bytes per second; 0 before the second sample.
func (m *Meter) Rate() float64 { return m.rate }

// SampledAt returns the time of the last sample.
func (m *Meter) SampledAt() time.Time { return m.at }

// Left returns the time for so many bytes at the meter's speed times share, or 0
// when it was not measured for long enough.
func (m *Meter) Left(bytes int64, share float64) time.Duration {
	rate := m.rate * share
	if m.measured < minMeasured || rate < 1 || bytes <= 0 {
		return 0
	}
	seconds := float64(bytes) / rate
	if seconds > maxLeft.Seconds() {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}
