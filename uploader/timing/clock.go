// Package timing has the clocks of the engine: the times at which waits end, and the
// detection that the computer was suspended or that its clock was set. It starts no
// timers and no goroutines.
package timing

import "time"

// minJump is the shortest suspension that is distinguished from a busy computer.
const minJump = 10 * time.Second

// Clock detects that the computer was suspended or that its clock was set: the wall
// clock and the monotonic clock advanced by different times.
type Clock struct {
	Wall      time.Time     // the last reading of the wall clock, without a monotonic part
	Monotonic time.Duration // the last reading of the monotonic clock, since any fixed time
}

// Jumped reports whether the clocks advanced by different times since the last call.
func (c *Clock) Jumped(wall time.Time, monotonic time.Duration) bool {
	last := *c
	c.Wall, c.Monotonic = wall, monotonic
	if last.Wall.IsZero() {
		return false
	}
	jump := wall.Sub(last.Wall) - (monotonic - last.Monotonic)
	return jump.Abs() >= minJump
}
