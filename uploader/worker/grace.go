package worker

import (
	"context"
	"errors"
	"time"
)

// withGracePeriod returns a context that outlives ctx by stopTimeout when the user stops
// the worker, the program shuts down, another part fails, or the file does. It is for a
// request that creates something on the server: without the response, nothing could resume
// or delete it. If ctx has ended already, the request is not sent.
func withGracePeriod(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() != nil {
		return ctx, func() {}
	}
	graceful, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		cause := context.Cause(ctx)
		if !stoppedByUser(ctx) && !errors.Is(cause, ErrShutdown) && !errors.Is(cause, errOtherPart) && !errors.Is(cause, errFile) {
			cancel()
			return
		}
		select {
		case <-time.After(stopTimeout):
			cancel()
		case <-graceful.Done():
		}
	})
	return graceful, func() {
		stop()
		cancel()
	}
}

// stoppedByUser reports whether ctx ended because of a command or a setting of the
// user.
func stoppedByUser(ctx context.Context) bool {
	cause := context.Cause(ctx)
	return errors.Is(cause, ErrStopped) || errors.Is(cause, ErrCancelled) || errors.Is(cause, ErrOverLimit) || errors.Is(cause, errExcessPart)
}
