package program

import "context"

// task is a function that runs on its own goroutine until it is stopped.
type task struct {
	cancel context.CancelFunc
	ended  chan struct{} // closed when the function has returned
	err    error         // what it returned, once it has ended
}

// startTask runs a function until stop is called. Its context does not depend on the
// program's: the order in which tasks stop is up to the caller of stop.
func startTask(run func(context.Context) error) *task {
	ctx, cancel := context.WithCancel(context.Background())
	t := &task{cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(t.ended)
		t.err = run(ctx)
	}()
	return t
}

// wait waits until the task has ended and returns its error.
func (t *task) wait() error {
	<-t.ended
	return t.err
}

// stop ends the task and returns its error. On a nil task it does nothing.
func (t *task) stop() error {
	if t == nil {
		return nil
	}
	t.cancel()
	return t.wait()
}

// cancelOnly ends the task and does not wait for it. On a nil task it does nothing.
func (t *task) cancelOnly() {
	if t != nil {
		t.cancel()
	}
}
