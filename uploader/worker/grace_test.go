package worker

import (
	"context"
	"errors"
	"testing"
)

// TestNoGracePeriodAfterStop: a worker that was stopped while a drive did not respond sends
// nothing more.
func TestNoGracePeriodAfterStop(t *testing.T) {
	ctx, stop := context.WithCancelCause(t.Context())
	running, end := withGracePeriod(ctx)
	defer end()
	stop(ErrShutdown)
	if running.Err() != nil {
		t.Error("a request that is being sent has no grace period")
	}
	late, end := withGracePeriod(ctx)
	defer end()
	if !errors.Is(late.Err(), context.Canceled) {
		t.Errorf("error of the context of a later request is %v", late.Err())
	}
}
