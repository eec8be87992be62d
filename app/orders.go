package app

import (
	"context"
	"sync"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// patience is how long a command given shortly before the end may still take.
const patience = 5 * time.Second

// order is one command and what follows it. Done runs on a goroutine of the orders.
type order struct {
	command uploader.Command
	done    func(error)
}

// orders gives commands to the engine one after another, beside the UI: giving one
// returns at once. One that takes long, because it is for very many files, holds up
// none that follows. What was given before the end is still carried out.
type orders struct {
	hand     handing
	answered sync.WaitGroup

	mu      sync.Mutex
	waiting []order
	wake    chan struct{} // holds one token while there may be something waiting
}

// handing gives the engine a command (engine.Engine.Give).
type handing func(context.Context, uploader.Command) (answer func(context.Context) error, err error)

func newOrders(hand handing) *orders {
	return &orders{hand: hand, wake: make(chan struct{}, 1)}
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

// run carries out commands until ctx ends, then those still waiting. It returns when
// all are answered.
func (o *orders) run(ctx context.Context) {
	defer o.answered.Wait()
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
		o.obey(ctx, next)
	}
}

// obey returns when the engine has heard a command. It lets that outlive ctx, but not
// for long.
func (o *orders) obey(ctx context.Context, next order) {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(patience, cancel) })
	answer, err := o.hand(lasting, next.command)
	o.answered.Go(func() {
		defer cancel()
		defer stop()
		if err == nil {
			err = answer(lasting)
		}
		if next.done != nil {
			next.done(err)
		}
	})
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
