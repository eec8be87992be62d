package program

import "context"

// task is a function that runs on its own goroutine until it is stopped.
type task struct {
	cancel context.CancelFunc
	result chan error
}

// startTask runs a function until stop is called. Its context does not depend on the
// program's: the order in which tasks stop is up to the caller of stop.
func startTask(run func(context.Context) error) *task {
	ctx, cancel := context.WithCancel(context.Background())
	t := &task{cancel: cancel, result: make(chan error, 1)}
	go func() { t.result <- run(ctx) }()
	return t
}

// stop ends the task and returns its error. It must be called once; on a nil task it
// does nothing.
func (t *task) stop() error {
	if t == nil {
		return nil
	}
	t.cancel()
	return <-t.result
}
