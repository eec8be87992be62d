package receiver

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
)

// An upload's body, or the reading back of its file, is interrupted when another request for
// the same upload arrives, and when the receiver shuts down. tusd can do this for a body, but
// has a data race: it accesses the body from another goroutine without a lock. The code below
// does it with a context instead.

type interruptKey struct{}

// interruption is that of one request, in its context.
type interruption struct {
	ended     context.Context //nolint:containedctx // it ends with the request or when that is interrupted
	interrupt func()
}

// interruptedContext returns a context that ends with ctx, and when the request of ctx is
// interrupted. The caller must call end.
func interruptedContext(ctx context.Context) (interrupted context.Context, end func()) {
	interrupted, cancel := context.WithCancel(ctx)
	request, ok := ctx.Value(interruptKey{}).(interruption)
	if !ok {
		return interrupted, cancel
	}
	if request.ended.Err() != nil {
		cancel() // AfterFunc does it later, on another goroutine
	}
	stop := context.AfterFunc(request.ended, cancel)
	return interrupted, func() {
		stop()
		cancel()
	}
}

// interruptible returns a handler that calls next with a body that ends when ctx ends, or
// when another request waits for the lock that this one holds.
func interruptible(ctx context.Context, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		interrupted, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)

		control := http.NewResponseController(w)
		unblocked := make(chan struct{})
		stop := context.AfterFunc(interrupted, func() {
			defer close(unblocked)
			_ = control.SetReadDeadline(time.Now()) // ends a read in progress; later reads check the context
		})
		defer func() {
			if !stop() {
				<-unblocked
			}
		}()

		how := interruption{ended: interrupted, interrupt: func() { cancel(handler.ErrUploadInterrupted) }}
		request = request.WithContext(context.WithValue(request.Context(), interruptKey{}, how))
		request.Body = &interruptibleBody{ReadCloser: request.Body, interrupted: interrupted}
		next.ServeHTTP(w, request)
	})
}

// interruptibleBody is a body that fails with the cause of a context when that ends.
type interruptibleBody struct {
	io.ReadCloser
	interrupted context.Context //nolint:containedctx // a body lives as long as its request
}

// Read implements [io.Reader].
func (b *interruptibleBody) Read(p []byte) (int, error) {
	if b.interrupted.Err() != nil {
		return 0, context.Cause(b.interrupted)
	}
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && b.interrupted.Err() != nil {
		err = context.Cause(b.interrupted)
	}
	return n, err
}

// locker is tusd's locker in memory. Its locks interrupt the request that holds them by
// the function in the request's context instead of tusd's.
type locker struct{ memory *memorylocker.MemoryLocker }

// NewLock implements [handler.Locker].
func (l locker) NewLock(id string) (handler.Lock, error) {
	memory, err := l.memory.NewLock(id)
	return lock{memory: memory}, err
}

type lock struct{ memory handler.Lock }

// Lock implements [handler.Lock].
func (l lock) Lock(ctx context.Context, release func()) error {
	if request, ok := ctx.Value(interruptKey{}).(interruption); ok {
		release = request.interrupt
	}
	err := l.memory.Lock(ctx, release)
	if errors.Is(err, handler.ErrLockTimeout) {
		return errLockTimeout
	}
	return err
}

// Unlock implements [handler.Lock].
func (l lock) Unlock() error { return l.memory.Unlock() }
