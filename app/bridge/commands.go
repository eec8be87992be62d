package bridge

import (
	"context"
	"sync"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// shutdownTimeout is how long a command may take after the context of Run has ended.
const shutdownTimeout = 5 * time.Second

// queued is a command and its callback, which may be nil and runs on another goroutine.
type queued struct {
	command uploader.Command
	done    func(error)
}

// commands is a queue that sends commands to the engine one after another without blocking
// the UI. It does not wait for the result of a command before it sends the next one.
// Commands that are queued when the context of Run ends are still sent.
type commands struct {
	submit  submitFunc
	pending sync.WaitGroup // commands without a result yet

	mu    sync.Mutex
	queue []queued
	wake  chan struct{} // has one token while the queue may not be empty
}

// submitFunc sends a command to the engine (engine.Engine.Submit).
type submitFunc func(context.Context, uploader.Command) (answer func(context.Context) error, err error)

// newCommands returns an empty queue of commands for an engine's Submit method.
func newCommands(submit submitFunc) *commands {
	return &commands{submit: submit, wake: make(chan struct{}, 1)}
}

// Send queues a command. It may be called from any goroutine. Done may be nil; it is called
// on another goroutine.
func (c *commands) Send(command uploader.Command, done func(error)) {
	c.mu.Lock()
	c.queue = append(c.queue, queued{command, done})
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Run sends commands until ctx ends, and then those that are still queued. It returns when
// all commands have a result.
func (c *commands) Run(ctx context.Context) {
	defer c.pending.Wait()
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

// send sends a command and returns when the engine has accepted it. The command is
// cancelled shutdownTimeout after ctx has ended.
func (c *commands) send(ctx context.Context, next queued) {
	extended, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(shutdownTimeout, cancel) })
	answer, err := c.submit(extended, next.command)
	c.pending.Go(func() {
		defer cancel()
		defer stop()
		if err == nil {
			err = answer(extended)
		}
		if next.done != nil {
			next.done(err)
		}
	})
}

func (c *commands) next() (queued, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		return queued{}, false
	}
	next := c.queue[0]
	c.queue[0] = queued{}
	c.queue = c.queue[1:]
	return next, true
}
