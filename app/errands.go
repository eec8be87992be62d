package app

import (
	"context"
	"sync"
	"sync/atomic"
)

// errands are the goroutines beside the UI, and the way back to it.
type errands struct {
	ui     func(func()) // runs a function on the UI's goroutine, without waiting
	closed atomic.Bool

	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup
}

func newErrands(ui func(func())) *errands { return &errands{ui: ui} }

// begin makes goroutines possible, which end with ctx.
func (e *errands) begin(ctx context.Context) {
	e.ctx, e.cancel = context.WithCancel(ctx)
}

// run does something that may wait. It is called on the UI's goroutine, and does
// nothing once Ferry is closing.
func (e *errands) run(do func(context.Context)) {
	if e.closed.Load() {
		return
	}
	e.group.Go(func() { do(e.ctx) })
}

// post has the UI do something. Once Ferry is closing it does nothing: the
// toolkit would run it here, where it must not be.
func (e *errands) post(do func()) {
	if e.closed.Load() {
		return
	}
	e.ui(func() {
		if !e.closed.Load() {
			do()
		}
	})
}

// shut ends all that run was given. wait returns when it has ended.
func (e *errands) shut() {
	e.closed.Store(true)
	e.cancel()
}

func (e *errands) wait() { e.group.Wait() }
