package uploadtest

import (
	"bytes"
	"context"
	"time"
)

// maxDelayed is the maximum number of chunks on their way in one direction of a
// connection: 4 MiB in chunks of relayBuffer.
const maxDelayed = 128

// delayQueue passes chunks on in order, each a fixed time after it was given. Its methods
// are for one goroutine.
type delayQueue struct {
	delay time.Duration
	pass  func(chunk []byte) bool // reports false when the connection has ended
	queue chan delayedChunk
	ended chan struct{} // closed when nothing is passed on any more
}

type delayedChunk struct {
	bytes []byte
	due   time.Time
}

// newDelayQueue returns a queue that calls pass on a goroutine of its own, until it is
// closed or ctx has ended. Without a delay, pass is called at once by send.
func newDelayQueue(ctx context.Context, delay time.Duration, pass func(chunk []byte) bool) *delayQueue {
	d := &delayQueue{delay: delay, pass: pass, ended: make(chan struct{})}
	if delay == 0 {
		close(d.ended)
		return d
	}
	d.queue = make(chan delayedChunk, maxDelayed)
	go d.run(ctx)
	return d
}

func (d *delayQueue) run(ctx context.Context) {
	defer close(d.ended)
	for chunk := range d.queue {
		if !sleep(ctx, time.Until(chunk.due)) || !d.pass(chunk.bytes) {
			return
		}
	}
}

// send takes a chunk, which may be overwritten afterwards. It reports false when the
// connection has ended.
func (d *delayQueue) send(chunk []byte) bool {
	if d.delay == 0 {
		return d.pass(chunk)
	}
	select {
	case d.queue <- delayedChunk{bytes.Clone(chunk), time.Now().Add(d.delay)}:
		return true
	case <-d.ended:
		return false
	}
}

// close waits until everything was passed on or the connection has ended. Closing a
// connection takes the delay as well.
func (d *delayQueue) close(ctx context.Context) {
	if d.delay == 0 {
		return
	}
	due := time.Now().Add(d.delay)
	close(d.queue)
	<-d.ended
	sleep(ctx, time.Until(due))
}
