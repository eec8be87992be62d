package program

import "context"

// running is something that runs on a goroutine of its own.
type running struct {
	cancel context.CancelFunc
	ended  chan error
}

// start runs something until stop. It does not end with the program's context:
// the order of the end is stop's caller's.
func start(run func(context.Context) error) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{cancel: cancel, ended: make(chan error, 1)}
	go func() { r.ended <- run(ctx) }()
	return r
}

func (r *running) stop() error {
	r.cancel()
	return <-r.ended
}
