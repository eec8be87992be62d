package app

import (
	"context"
	"sync"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// patience is how long a command given shortly before the end may still take.
const patience = 5 * time.Second

// order is one command and what follows it. Done runs on the orders' goroutine.
type order struct {
	command uploader.Command
	done    func(error)
}

// orders carries out commands one after another, beside the UI: giving one
// returns at once. What was given before the end is still carried out.
type orders struct {
	do func(context.Context, uploader.Command) error

	mu      sync.Mutex
	waiting []order
	wake    chan struct{} // holds one token while there may be something waiting
}

func newOrders(do func(context.Context, uploader.Command) error) *orders {
	return &orders{do: do, wake: make(chan struct{}, 1)}
}

// give takes a command from any goroutine. Done may be nil.
func (o *orders) give(command uploader.Command, done func(error)) {
	o.mu.Lock()
	o.waiting = append(o.waiting, order{command, done})
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// run carries out commands until ctx ends, then those still waiting.
func (o *orders) run(ctx context.Context) {
	for {
		select {
		case <-o.wake:
			o.carryOut(ctx)
		case <-ctx.Done():
			o.carryOut(ctx)
			return
		}
	}
}

func (o *orders) carryOut(ctx context.Context) {
	for {
		next, ok := o.next()
		if !ok {
			return
		}
		err := o.obey(ctx, next.command)
		if next.done != nil {
			next.done(err)
		}
	}
}

// obey lets a command outlive ctx, but not for long.
func (o *orders) obey(ctx context.Context, command uploader.Command) error {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(patience, cancel) })
	defer stop()
	return o.do(lasting, command)
}

func (o *orders) next() (order, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		return order{}, false
	}
	next := o.waiting[0]
	o.waiting[0] = order{}
	o.waiting = o.waiting[1:]
	return next, true
}
