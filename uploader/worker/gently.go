package worker

import (
	"context"
	"errors"
	"time"
)

// withGracePeriod is ctx with a little more time once a worker is made to stop, also by the
// end of the program: for a request that makes something on the server. Broken off,
// it would leave behind what nobody has the URL of.
func withGracePeriod(ctx context.Context) (context.Context, context.CancelFunc) {
	patient, end := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if !stoppedByUser(ctx) && !errors.Is(context.Cause(ctx), ErrShutdown) {
			end()
			return
		}
		select {
		case <-time.After(lastLook):
			end()
		case <-patient.Done():
		}
	})
	return patient, func() {
		stop()
		end()
	}
}

// stoppedByUser reports whether ctx ended because the user, or a setting of the
// user's, wants the work to stop.
func stoppedByUser(ctx context.Context) bool {
	cause := context.Cause(ctx)
	return errors.Is(cause, ErrStopped) || errors.Is(cause, ErrGivenUp) || errors.Is(cause, ErrHeld) || errors.Is(cause, errCalledBack)
}
