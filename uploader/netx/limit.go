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

// breath is how much may pass at once, as a share of a second: short enough to
// look like a steady flow, long enough for the timers of all systems.
const breath = 20

// Limit bounds how many bytes a second pass, summed over all bodies that share
// it. It may be changed while they are being sent.
type Limit struct {
	open atomic.Bool // there is no limit, which every Read asks first

	mu     sync.Mutex
	bucket *rate.Limiter
}

// NewLimit makes a limit of that many bytes a second; 0 is no limit.
func NewLimit(bytesPerSecond int64) *Limit {
	l := &Limit{bucket: rate.NewLimiter(rate.Inf, 0)}
	l.Set(bytesPerSecond)
	return l
}

// Set changes the limit; 0 is no limit. What is being waited for already, a
// twentieth of a second's worth for each body, still passes at the old one.
func (l *Limit) Set(bytesPerSecond int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open.Store(bytesPerSecond <= 0)
	if bytesPerSecond <= 0 {
		l.bucket.SetLimit(rate.Inf)
		return
	}
	l.bucket.SetLimit(rate.Limit(bytesPerSecond))
	l.bucket.SetBurst(int(max(bytesPerSecond/breath, 1)))
}

// Rate is the limit in bytes a second; 0 is no limit.
func (l *Limit) Rate() int64 {
	if limit := l.bucket.Limit(); limit != rate.Inf {
		return int64(limit)
	}
	return 0
}

// piece is how many of n bytes may be asked for at once.
func (l *Limit) piece(n int) int {
	if l.open.Load() || l.bucket.Limit() == rate.Inf {
		return n
	}
	return min(n, l.bucket.Burst())
}

// pass waits until n bytes may go.
func (l *Limit) pass(ctx context.Context, n int) error {
	for n > 0 && !l.open.Load() {
		turn, taken := l.queue(n)
		if err := Wait(ctx, turn.Delay()); err != nil {
			turn.Cancel()
			return err
		}
		n -= taken
	}
	return ctx.Err()
}

// queue takes the next turn, and as many of n bytes as may go in one.
func (l *Limit) queue(n int) (turn *rate.Reservation, taken int) {
	l.mu.Lock() // or the bucket could become too small meanwhile
	defer l.mu.Unlock()
	taken = l.piece(n)
	return l.bucket.ReserveN(time.Now(), taken), taken
}

// Wait returns after d, or with the error of ctx when that ends first.
func Wait(ctx context.Context, d time.Duration) error {
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

// Throttle reads body no faster than all the limits allow. A Read that waits for
// its turn ends with ctx. The bytes go in small pieces, so that a low limit is a
// steady flow. A nil limit is none. Like any reader, the result is for one
// goroutine at a time.
func Throttle(ctx context.Context, body io.ReadSeeker, limits ...*Limit) io.ReadSeeker {
	limits = slices.DeleteFunc(slices.Clone(limits), func(l *Limit) bool { return l == nil })
	if len(limits) == 0 {
		return body
	}
	return &throttled{ReadSeeker: body, ctx: ctx, limits: limits}
}

type throttled struct {
	io.ReadSeeker
	ctx    context.Context //nolint:containedctx // of the request that reads the body
	limits []*Limit
}

// Read implements io.Reader. It reads before it waits, so that what is counted
// is what there was.
func (t *throttled) Read(p []byte) (int, error) {
	for _, limit := range t.limits {
		p = p[:limit.piece(len(p))]
	}
	n, err := t.ReadSeeker.Read(p)
	for _, limit := range t.limits {
		if ended := limit.pass(t.ctx, n); ended != nil {
			return 0, ended
		}
	}
	return n, err
}
