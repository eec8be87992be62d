package bridge

import (
	"context"
	"sync"
	"sync/atomic"
)

// Tasks are the goroutines beside the UI's, and their way back to it.
type Tasks struct {
	ui     func(func()) // runs a function on the UI's goroutine, without waiting
	closed atomic.Bool

	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup
}

// NewTasks returns Tasks whose results are posted by ui, which runs a function on
// the UI's goroutine without waiting for it.
func NewTasks(ui func(func())) *Tasks { return &Tasks{ui: ui} }

// Start makes Run possible. What it runs ends with ctx.
func (t *Tasks) Start(ctx context.Context) {
	t.ctx, t.cancel = context.WithCancel(ctx)
}

// Run runs a function that may block on its own goroutine. It must be called on the
// UI's goroutine, and does nothing after Stop.
func (t *Tasks) Run(do func(context.Context)) {
	if t.closed.Load() {
		return
	}
	t.group.Go(func() { do(t.ctx) })
}

// Fork runs a function on its own goroutine. It may only be called by a function
// that Run runs.
func (t *Tasks) Fork(do func()) { t.group.Go(do) }

// Post runs a function on the UI's goroutine. It may be called from any goroutine.
// After Stop it does nothing: the toolkit would run the function on the calling
// goroutine then.
func (t *Tasks) Post(do func()) {
	if t.closed.Load() {
		return
	}
	t.ui(func() {
		if !t.closed.Load() {
			do()
		}
	})
}

// Stop cancels everything that Run was given.
func (t *Tasks) Stop() {
	t.closed.Store(true)
	t.cancel()
}

// Wait returns when everything has ended.
func (t *Tasks) Wait() { t.group.Wait() }
