package netx

import (
	"context"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// burstsPerSecond determines the burst size: a twentieth of a second's bytes is
// small enough for a steady rate and large enough for the timers of all systems.
const burstsPerSecond = 20

// Limiter limits the total rate of all bodies that share it. The rate may be changed
// at any time.
type Limiter struct {
	unlimited atomic.Bool // checked by every Read without locking

	mu     sync.Mutex
	bucket *rate.Limiter
}

// NewLimiter returns a limit of bytesPerSecond; 0 means unlimited.
func NewLimiter(bytesPerSecond int64) *Limiter {
	l := &Limiter{bucket: rate.NewLimiter(rate.Inf, 0)}
	l.Set(bytesPerSecond)
	return l
}

// Set changes the limit; 0 means unlimited. A burst that a body is already waiting
// for, at most a twentieth of a second's bytes, still uses the previous rate.
func (l *Limiter) Set(bytesPerSecond int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unlimited.Store(bytesPerSecond <= 0)
	if bytesPerSecond <= 0 {
		l.bucket.SetLimit(rate.Inf)
		return
	}
	l.bucket.SetLimit(rate.Limit(bytesPerSecond))
	l.bucket.SetBurst(int(max(bytesPerSecond/burstsPerSecond, 1)))
}

// Rate returns the limit in bytes per second; 0 means unlimited.
func (l *Limiter) Rate() int64 {
	if limit := l.bucket.Limit(); limit != rate.Inf {
		return int64(limit)
	}
	return 0
}

// maxBurst returns how many of n bytes may be read at once.
func (l *Limiter) maxBurst(n int) int {
	if l.unlimited.Load() || l.bucket.Limit() == rate.Inf {
		return n
	}
	return min(n, l.bucket.Burst())
}

// wait returns when n bytes may be sent, or with the error of ctx.
func (l *Limiter) wait(ctx context.Context, n int) error {
	for n > 0 && !l.unlimited.Load() {
		reservation, reserved := l.reserve(n)
		if err := Sleep(ctx, reservation.Delay()); err != nil {
			reservation.Cancel()
			return err
		}
		n -= reserved
	}
	return ctx.Err()
}

// reserve reserves as many of n bytes as fit into one burst.
func (l *Limiter) reserve(n int) (reservation *rate.Reservation, reserved int) {
	l.mu.Lock() // the burst must not shrink in between
	defer l.mu.Unlock()
	reserved = l.maxBurst(n)
	return l.bucket.ReserveN(time.Now(), reserved), reserved
}

// Sleep returns nil after d, or the error of ctx if ctx ends first.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Throttle returns a reader of body that is limited by all of limits; nil limits
// are ignored. It reads small amounts, so that a low limit results in a steady
// rate. A waiting Read returns with the error of ctx when ctx ends. The result is
// not safe for concurrent use.
func Throttle(ctx context.Context, body io.ReadSeeker, limits ...*Limiter) io.ReadSeeker {
	limits = slices.DeleteFunc(slices.Clone(limits), func(l *Limiter) bool { return l == nil })
	if len(limits) == 0 {
		return body
	}
	return &throttledReader{ReadSeeker: body, ctx: ctx, limits: limits}
}

type throttledReader struct {
	io.ReadSeeker
	ctx    context.Context //nolint:containedctx // the context of the request that reads the body
	limits []*Limiter
}

// Read implements io.Reader. It waits after reading, so that only bytes that were
// read count towards the limits.
func (r *throttledReader) Read(p []byte) (int, error) {
	n, err := r.ReadSeeker.Read(p[:r.maxBurst(len(p))])
	if ctxErr := r.wait(n); ctxErr != nil {
		return 0, ctxErr
	}
	return n, err
}

// Lend implements [Lender]. It waits like Read.
func (r *throttledReader) Lend(n int) (p []byte, release func(), err error) {
	p, release, err = lend(r.ReadSeeker, r.maxBurst(n))
	if ctxErr := r.wait(len(p)); ctxErr != nil {
		if len(p) > 0 {
			release()
		}
		return nil, nil, ctxErr
	}
	return p, release, err
}

// maxBurst returns how many of n bytes all limits let through at once.
func (r *throttledReader) maxBurst(n int) int {
	for _, limit := range r.limits {
		n = limit.maxBurst(n)
	}
	return n
}

// wait returns when all limits let n bytes through, or with the error of the context.
func (r *throttledReader) wait(n int) error {
	for _, limit := range r.limits {
		if err := limit.wait(r.ctx, n); err != nil {
			return err
		}
	}
	return nil
}
