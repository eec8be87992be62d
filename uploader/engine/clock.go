package engine

import "time"

const (
	// minJump is the shortest suspension that is distinguished from a busy computer.
	minJump = 10 * time.Second

	// maxIdle is the longest time the loop waits while something is unfinished:
	// timers stand still while a computer is suspended.
	maxIdle = 15 * time.Second
)

// clock detects that the computer was suspended or that its clock was set: the wall
// clock and the monotonic clock advanced by different times.
type clock struct {
	wall      time.Time
	monotonic time.Duration
}

// processStart is what monotonic times are counted from.
var processStart = time.Now()

// jumped reports whether the clocks advanced by different times since the last call.
func (c *clock) jumped(wall time.Time, monotonic time.Duration) bool {
	last := *c
	c.wall, c.monotonic = wall, monotonic
	if last.wall.IsZero() {
		return false
	}
	jump := wall.Sub(last.wall) - (monotonic - last.monotonic)
	return jump.Abs() >= minJump
}
