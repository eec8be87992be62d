package engine

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/worker"
)

const (
	// A sleep shorter than this is no different from a busy machine.
	jumpLeast = 10 * time.Second

	// drowsy bounds how long the loop rests while something is unfinished: timers
	// stand still while a computer sleeps, and then still wait for their rest.
	drowsy = 15 * time.Second
)

// clock notices that the computer slept, or that its clock was set: the wall
// clock went on and the monotonic one did not, or the other way round.
type clock struct {
	wall  time.Time
	ticks time.Duration
}

// start is what ticks are counted from.
var start = time.Now()

// jumped reports whether time went on unevenly since the last call.
func (c *clock) jumped(wall time.Time, ticks time.Duration) bool {
	before := *c
	c.wall, c.ticks = wall, ticks
	if before.wall.IsZero() {
		return false
	}
	jump := wall.Sub(before.wall) - (ticks - before.ticks)
	return jump.Abs() >= jumpLeast
}

// wakeUp is for a computer that slept, or whose clock was set. The moments that
// waits end at mean nothing any more, and connections are most likely dead: what
// waits is tried now, and what is under way is taken up anew.
func (l *loop) wakeUp() {
	l.log.Info("the computer slept, or its clock was set")
	for server, g := range l.gates {
		if !g.until.IsZero() {
			delete(l.gates, server)
		}
	}
	for t := range l.table.All() {
		if t.Phase == uploader.PhaseWaiting {
			l.feed(t.ID, lifecycle.WaitEnded{})
		}
	}
	l.regulate()
	for _, f := range l.flights {
		f.halt(worker.ErrClockJump)
	}
}
