package uploadtest

import (
	"time"

	"golang.org/x/time/rate"
)

// line limits the rate of a proxy's bytes upstream, over all connections.
type line struct {
	limiter *rate.Limiter
	piece   int           // maximum number of bytes written at once
	ended   chan struct{} // closed when another line takes its place
}

// newLine returns a line that sends pieces of 50 ms, so that the rate is even.
func newLine(limit rate.Limit) *line {
	piece := relayBuffer
	if limit < 20*relayBuffer {
		piece = max(int(limit/20), 1)
	}
	return &line{limiter: rate.NewLimiter(limit, piece), piece: piece, ended: make(chan struct{})}
}

// setLine changes the line. What waits for the old one continues at the rate of the new
// one.
func (p *Proxy) setLine(next *line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.line.ended)
	p.line = next
}

// waitLine waits until bytes may be sent, and returns how many of size. It returns 0 when
// the proxy has ended.
func (p *Proxy) waitLine(size int) int {
	for {
		p.mu.Lock()
		current := p.line
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
