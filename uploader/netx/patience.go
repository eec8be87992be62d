package netx

import (
	"context"
	"time"
)

type patienceKey struct{}

// Patient lets the server think for at least d over requests of this context,
// where a Watchdog would have lost patience. It is for what a server does in one
// go, such as copying a file, before it can answer.
func Patient(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, patienceKey{}, d)
}

// patienceOf is what Patient gave the context; 0 for nothing.
func patienceOf(ctx context.Context) time.Duration {
	d, _ := ctx.Value(patienceKey{}).(time.Duration)
	return d
}
