package uploadtest

import (
	"time"

	"golang.org/x/time/rate"
)

// throttle limits the rate of bytes upstream, of one connection or of all.
type throttle struct {
	limiter *rate.Limiter
	piece   int           // maximum number of bytes written at once
	ended   chan struct{} // closed when another throttle takes its place
}

// newThrottle returns a throttle that admits pieces of 50 ms, so that the rate is even.
func newThrottle(limit rate.Limit) *throttle {
	piece := relayBuffer
	if limit < 20*relayBuffer {
		piece = max(int(limit/20), 1)
	}
	return &throttle{limiter: rate.NewLimiter(limit, piece), piece: piece, ended: make(chan struct{})}
}

// setThrottle changes the throttle of all connections. What waits for the old one continues at
// the rate of the new one.
func (p *Proxy) setThrottle(next *throttle) {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.throttle.ended)
	p.throttle = next
}

// waitThrottle waits until bytes may be sent, and returns how many of size. It returns 0 when
// the proxy has ended.
func (p *Proxy) waitThrottle(size int) int {
	for {
		p.mu.Lock()
		current := p.throttle
		p.mu.Unlock()
		n := min(size, current.piece)
		wait := time.NewTimer(current.limiter.ReserveN(time.Now(), n).Delay())
		select {
		case <-wait.C:
			return n
		case <-current.ended:
			wait.Stop()
		case <-p.ctx.Done():
			wait.Stop()
			return 0
		}
	}
}
