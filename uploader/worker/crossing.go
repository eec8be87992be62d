package worker

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// errCalledBack ends the sender of a part when fewer may cross at a time. It is not
// ErrHeld, which ends all of the transfer's.
var errCalledBack = errors.New("fewer parts may cross at a time")

// crossing is how the parts of one file go across: as many at a time as help and
// as may. The workers of single parts have copies; what they tell comes back to
// the one goroutine that the crossing and its worker belong to.
type crossing struct {
	worker   *Worker
	file     source.Opened
	throttle *throttle
	waiting  []int                           // Parts that have no sender, by index
	busy     map[int]context.CancelCauseFunc // those that have
	stale    map[int]bool                    // Parts whose sender was called back
	outcomes chan outcome
	failed   error // the first fault; it is the transfer's
}

// outcome is the end of one part's turn.
type outcome struct {
	index int
	part  uploader.Part
	err   error
	cause error // why it was ended, when it was
}

// crossParts sends what is missing of the parts.
func (w *Worker) crossParts(ctx context.Context, file source.Opened) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer w.proveBeside(ctx)()
	c := &crossing{
		worker:   w,
		file:     file,
		throttle: newThrottle(w.Connections()),
		waiting:  w.unfinishedParts(),
		busy:     map[int]context.CancelCauseFunc{},
		stale:    map[int]bool{},
		outcomes: make(chan outcome),
	}
	c.run(ctx, cancel)
	w.ackParts()
	return c.failed
}

func (c *crossing) run(ctx context.Context, cancel context.CancelFunc) {
	tick := time.NewTicker(measureEvery)
	defer tick.Stop()
	for len(c.busy) > 0 || c.failed == nil && len(c.waiting) > 0 {
		c.throttle.allow(c.worker.Connections())
		c.begin(ctx)
		c.callBack()
		select {
		case o := <-c.outcomes:
			c.take(o)
			if c.failed != nil {
				cancel() // All parts are taken up again after it
			}
		case now := <-tick.C:
			c.throttle.measure(c.worker.Counters.Sent.Load(), now)
		}
	}
}

// begin gives senders to the parts that wait, as many as may have one.
func (c *crossing) begin(ctx context.Context) {
	for c.failed == nil && len(c.busy) < c.throttle.connections() && len(c.waiting) > 0 {
		index := c.waiting[0]
		c.waiting = c.waiting[1:]
		sender := c.worker.partSender(c.file, c.worker.parts[index])
		sender.stale = c.stale[index]
		ctx, end := context.WithCancelCause(ctx)
		c.busy[index] = end
		go func() {
			err := CatchPanic(func() error { return sender.run(ctx) })
			c.outcomes <- outcome{index, sender.part, err, context.Cause(ctx)}
		}()
	}
}

// callBack ends the senders that are more than may be: those of the last parts.
func (c *crossing) callBack() {
	over := len(c.busy) - c.throttle.most
	for _, index := range slices.Backward(slices.Sorted(maps.Keys(c.busy))) {
		if over--; over < 0 {
			return
		}
		c.busy[index](errCalledBack)
	}
}

func (c *crossing) take(o outcome) {
	c.busy[o.index](nil)
	delete(c.busy, o.index)
	c.worker.parts[o.index] = o.part
	switch {
	case o.err == nil || c.failed != nil:
	case errors.Is(o.cause, errCalledBack):
		c.stale[o.index] = true
		c.waiting = append(c.waiting, o.index) // its turn comes again
	default:
		c.failed = o.err
	}
}
