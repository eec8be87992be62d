package worker

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// errExcessPart stops the sender of a part when fewer connections are allowed. Unlike
// ErrOverLimit it does not end the transfer.
var errExcessPart = errors.New("more parts being sent than allowed")

// errOtherPart stops the senders of the other parts when one fails.
var errOtherPart = errors.New("another part of the file failed")

// parallelUpload sends the parts of one file over as many connections as are allowed
// and raise the throughput. It runs on the worker's goroutine; each part has a partSender on its own
// goroutine, which returns its result through the results channel.
type parallelUpload struct {
	*concatenation

	tuner   *connectionTuner
	waiting []int                           // indices of parts without a sender
	running map[int]context.CancelCauseFunc // senders by index of their part
	stale   map[int]bool                    // parts whose sender was stopped: the server may have more than it acknowledged
	results chan partResult
	err     error // the first one; it ends the transfer
}

// partResult is how the sender of a part ended.
type partResult struct {
	index int
	part  uploader.Part
	err   error
	cause error // why it was stopped; nil if it was not
}

// sendParallel sends what the server does not have of the parts.
func (c *concatenation) sendParallel(ctx context.Context) error {
	ctx, stop := c.file.proveWhileSending(ctx)
	return stop(c.sendParts(ctx))
}

func (c *concatenation) sendParts(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	u := &parallelUpload{
		concatenation: c,
		tuner:         newConnectionTuner(c.connections()),
		waiting:       c.unfinished(),
		running:       map[int]context.CancelCauseFunc{},
		stale:         map[int]bool{},
		results:       make(chan partResult),
	}
	u.run(ctx, cancel)
	c.reportOffsets()
	return u.err
}

func (u *parallelUpload) run(ctx context.Context, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(measureInterval)
	defer tick.Stop()
	for len(u.running) > 0 || u.err == nil && len(u.waiting) > 0 {
		u.tuner.setMax(u.connections())
		u.start(ctx)
		u.stopExcess()
		select {
		case r := <-u.results:
			u.handle(r)
			if u.err != nil {
				cancel(errOtherPart)
			}
		case now := <-tick.C:
			u.tuner.measure(u.counters.Sent.Load(), now)
		}
	}
}

// start starts senders for waiting parts, as many as are allowed.
func (u *parallelUpload) start(ctx context.Context) {
	for u.err == nil && len(u.running) < u.tuner.connections() && len(u.waiting) > 0 {
		index := u.waiting[0]
		u.waiting = u.waiting[1:]
		sender := u.newPartSender(u.parts[index])
		sender.stale = u.stale[index]
		ctx, stop := context.WithCancelCause(ctx)
		u.running[index] = stop
		go func() {
			err := CatchPanic(func() error { return sender.run(ctx) })
			u.results <- partResult{index, sender.part, err, context.Cause(ctx)}
		}()
	}
}

// stopExcess stops the senders that are more than allowed: those of the last parts.
func (u *parallelUpload) stopExcess() {
	excess := len(u.running) - u.tuner.max
	for _, index := range slices.Backward(slices.Sorted(maps.Keys(u.running))) {
		if excess--; excess < 0 {
			return
		}
		u.running[index](errExcessPart)
	}
}

// handle takes over the result of a sender that ended.
func (u *parallelUpload) handle(r partResult) {
	u.running[r.index](nil)
	delete(u.running, r.index)
	u.parts[r.index] = r.part
	switch {
	case r.err == nil || u.err != nil:
	case errors.Is(r.cause, errExcessPart):
		u.stale[r.index] = true
		u.waiting = append(u.waiting, r.index)
	default:
		u.err = r.err
	}
}
