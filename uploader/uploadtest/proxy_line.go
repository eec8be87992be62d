package uploadtest

import (
	"context"
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"
)

// Line is what a proxy adds to its connections; the zero value adds nothing. The slow start
// of TCP is not emulated.
type Line struct {
	// Delay is how long bytes take in one direction. Opening a connection takes twice
	// as long.
	Delay time.Duration
	// Rate is the maximum number of bytes per second upstream of one connection; 0: no
	// limit. Proxy.Throttle limits all connections together.
	Rate int
	// StallEvery is after how many bytes upstream, on average, a connection stops for
	// StallFor, as it does when a packet is lost; 0: never.
	StallEvery int
	StallFor   time.Duration
}

// Emulate lets connections that are opened from now on behave as line.
func (p *Proxy) Emulate(line Line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line = line
}

// lineBuffer is the size of the socket's receive buffer, so that the bytes of an emulated
// line wait at its client and not in the kernel.
const lineBuffer = 4 * relayBuffer

// connLine limits the bytes upstream of one connection, before they are delayed.
type connLine struct {
	*throttle

	random     *rand.Rand // decides where it stalls
	stallEvery int
	stallFor   time.Duration
	untilStall int // bytes
}

// newConnLine returns the line of a connection. Lines with the same seed stall after the same
// bytes.
func newConnLine(line Line, seed int64) *connLine {
	limit := rate.Inf
	if line.Rate > 0 {
		limit = rate.Limit(line.Rate)
	}
	l := &connLine{
		throttle:   newThrottle(limit),
		random:     rand.New(rand.NewPCG(0, uint64(seed))),
		stallEvery: line.StallEvery, stallFor: line.StallFor,
	}
	l.planStall()
	return l
}

func (l *connLine) planStall() {
	if l.stallEvery > 0 {
		l.untilStall = 1 + l.random.IntN(2*l.stallEvery)
	}
}

// wait waits until bytes may be sent, and returns how many of size. It returns 0 when ctx
// has ended.
func (l *connLine) wait(ctx context.Context, size int) int {
	if l.stallEvery > 0 && l.untilStall == 0 {
		if !sleep(ctx, l.stallFor) {
			return 0
		}
		l.planStall()
	}
	n := min(size, l.piece)
	if l.stallEvery > 0 {
		n = min(n, l.untilStall)
		l.untilStall -= n
	}
	if !sleep(ctx, l.limiter.ReserveN(time.Now(), n).Delay()) {
		return 0
	}
	return n
}

// sleep waits for a time. It reports false when ctx has ended.
func sleep(ctx context.Context, wait time.Duration) bool {
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
