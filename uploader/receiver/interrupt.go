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

// An upload's body can be cut off from outside its request: when another request
// for the upload comes, and when the receiver stops. tusd does this too, but
// looks at the body from another goroutine without a lock; here a context does
// it, and tusd is not asked.

type interruptKey struct{}

// interruptible serves a request whose body ends when all ends, or when the
// request's lock is wanted by another one.
func interruptible(all context.Context, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		stopped, stop := context.WithCancelCause(all)
		defer stop(nil)

		control := http.NewResponseController(w)
		unblocked := make(chan struct{})
		forget := context.AfterFunc(stopped, func() {
			defer close(unblocked)
			_ = control.SetReadDeadline(time.Now()) // a read in progress ends; the next one looks at the context
		})
		defer func() {
			if !forget() {
				<-unblocked
			}
		}()

		interrupt := func() { stop(handler.ErrUploadInterrupted) }
		request = request.WithContext(context.WithValue(request.Context(), interruptKey{}, interrupt))
		request.Body = &stoppable{ReadCloser: request.Body, stopped: stopped}
		next.ServeHTTP(w, request)
	})
}

// stoppable is a body that ends with the cause of its context's end.
type stoppable struct {
	io.ReadCloser
	stopped context.Context //nolint:containedctx // a body lives as long as its request
}

// Read implements io.Reader.
func (s *stoppable) Read(p []byte) (int, error) {
	if s.stopped.Err() != nil {
		return 0, context.Cause(s.stopped)
	}
	n, err := s.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && s.stopped.Err() != nil {
		err = context.Cause(s.stopped)
	}
	return n, err
}

// locks are tusd's locks in memory, with holders interrupted our way.
type locks struct{ memory *memorylocker.MemoryLocker }

// NewLock implements handler.Locker.
func (l locks) NewLock(id string) (handler.Lock, error) {
	made, err := l.memory.NewLock(id)
	return lock{memory: made}, err
}

type lock struct{ memory handler.Lock }

// Lock implements handler.Lock.
func (l lock) Lock(ctx context.Context, fallback func()) error {
	if interrupt, ok := ctx.Value(interruptKey{}).(func()); ok {
		return l.memory.Lock(ctx, interrupt)
	}
	return l.memory.Lock(ctx, fallback)
}

// Unlock implements handler.Lock.
func (l lock) Unlock() error { return l.memory.Unlock() }
