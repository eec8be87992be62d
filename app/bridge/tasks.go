package bridge

import (
	"context"
	"sync"
	"sync/atomic"
)

// Tasks runs functions on background goroutines and posts their results to the UI's
// goroutine.
type Tasks struct {
	ui     func(func()) // runs a function on the UI goroutine, without waiting
	closed atomic.Bool

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// NewTasks returns Tasks that post with ui, which runs a function on the UI goroutine
// without waiting for it.
func NewTasks(ui func(func())) *Tasks { return &Tasks{ui: ui} }

// Start must be called before Run. Functions started by Run get a context that ends with
// ctx or Stop.
func (t *Tasks) Start(ctx context.Context) {
	t.ctx, t.cancel = context.WithCancel(ctx)
}

// Run runs a function on a new goroutine, where it may block. It must be called on the UI's
// goroutine, and does nothing after Stop.
func (t *Tasks) Run(do func(context.Context)) {
	if t.closed.Load() {
		return
	}
	t.wg.Go(func() { do(t.ctx) })
}

// Fork runs a function on a new goroutine. It may only be called by functions started by
// Run.
func (t *Tasks) Fork(do func()) { t.wg.Go(do) }

// Post runs a function on the UI goroutine. It may be called from any goroutine.
// After Stop it does nothing, because the toolkit would then run the function on the
// calling goroutine.
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

// Stop cancels the context of the functions started by Run.
func (t *Tasks) Stop() {
	t.closed.Store(true)
	t.cancel()
}

// Wait waits until all functions have returned.
func (t *Tasks) Wait() { t.wg.Wait() }
