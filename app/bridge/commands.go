package bridge

import (
	"context"
	"sync"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// shutdownTimeout is how long a command that was sent shortly before the end may
// still take.
const shutdownTimeout = 5 * time.Second

// queued is a command and its callback, which runs on its own goroutine.
type queued struct {
	command uploader.Command
	done    func(error)
}

// commands is a queue of commands. It sends them to the engine one after another
// without blocking the UI. A command whose answer takes long does not delay the next
// one. What was sent before the end is still carried out.
type commands struct {
	submit   submitFunc
	answered sync.WaitGroup

	mu      sync.Mutex
	waiting []queued
	wake    chan struct{} // has one token while there may be something waiting
}

// submitFunc sends a command to the engine (engine.Engine.Submit).
type submitFunc func(context.Context, uploader.Command) (answer func(context.Context) error, err error)

// newCommands returns an empty queue of commands for an engine's Submit method.
func newCommands(submit submitFunc) *commands {
	return &commands{submit: submit, wake: make(chan struct{}, 1)}
}

// Send queues a command. It may be called from any goroutine. Done may be nil.
func (c *commands) Send(command uploader.Command, done func(error)) {
	c.mu.Lock()
	c.waiting = append(c.waiting, queued{command, done})
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Run sends commands until ctx ends, then those still waiting. It returns when all
// are answered.
func (c *commands) Run(ctx context.Context) {
	defer c.answered.Wait()
	for {
		select {
		case <-c.wake:
			c.sendAll(ctx)
		case <-ctx.Done():
			c.sendAll(ctx)
			return
		}
	}
}

func (c *commands) sendAll(ctx context.Context) {
	for {
		next, ok := c.next()
		if !ok {
			return
		}
		c.send(ctx, next)
	}
}

// send returns when the engine has accepted a command. The command may outlive ctx by
// shutdownTimeout.
func (c *commands) send(ctx context.Context, next queued) {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(shutdownTimeout, cancel) })
	answer, err := c.submit(lasting, next.command)
	c.answered.Go(func() {
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

func (c *commands) next() (queued, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) == 0 {
		return queued{}, false
	}
	next := c.waiting[0]
	c.waiting[0] = queued{}
	c.waiting = c.waiting[1:]
	return next, true
}
