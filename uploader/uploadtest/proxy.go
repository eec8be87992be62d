package uploadtest

import (
	"context"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/time/rate"
)

// Proxy is a TCP relay that injects network faults. It starts without faults.
// It is safe for concurrent use, also while connections are open.
type Proxy struct {
	target string
	addr   string
	ctx    context.Context //nolint:containedctx // the proxy's lifetime, not a call's
	wait   sync.WaitGroup

	up, down, accepted atomic.Int64

	mu            sync.Mutex
	listener      net.Listener // nil while connections are refused
	conns         map[*relayConn]struct{}
	blackhole     chan struct{} // closed by Restore; nil when bytes pass
	resetAfter    int64         // bytes upstream before the reset; negative: no reset
	resetEach     int64         // bytes upstream of one connection before it is reset; 0: no reset
	holdEach      int64         // bytes upstream of one connection before it is held
	held          chan struct{} // closed when connections are not held any more; nil when none is
	dropResponses int           // responses still to be dropped
	line          *line
}

// NewProxy starts a proxy in front of target, a host:port or a URL. The proxy
// ends with the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		target = u.Host
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &Proxy{target: target, ctx: ctx, conns: map[*relayConn]struct{}{}, resetAfter: -1, line: newLine(rate.Inf)}
	listener := listenOnFreePort(t)
	p.addr = listener.Addr().String()
	p.listen(listener)
	t.Cleanup(func() {
		cancel()
		p.Refuse()
		p.wait.Wait()
	})
	return p
}

// URL returns address with the proxy's host and port.
func (p *Proxy) URL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Host = p.addr
	return u.String()
}

// Addr returns the host:port on which the proxy listens.
func (p *Proxy) Addr() string { return p.addr }

// Upstream returns the number of bytes sent to the server.
func (p *Proxy) Upstream() int64 { return p.up.Load() }

// Downstream returns the number of bytes sent to clients.
func (p *Proxy) Downstream() int64 { return p.down.Load() }

// Connections returns the number of connections accepted.
func (p *Proxy) Connections() int64 { return p.accepted.Load() }

// Reset resets every open connection; new ones are accepted.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resetLocked()
}

func (p *Proxy) resetLocked() {
	for l := range p.conns {
		l.reset()
	}
	p.resetAfter = -1
}

// ResetAfter resets every connection, once, after n more bytes were sent upstream.
func (p *Proxy) ResetAfter(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resetAfter = n
}

// ResetEachAfter resets each connection after n bytes of it were sent upstream.
func (p *Proxy) ResetEachAfter(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resetEach = n
}

// HoldEachAfter stops the bytes upstream of each connection after n bytes of it, so that an
// upload cannot be complete before something else has happened. Other connections transfer
// bytes. Zero, and Restore, let the bytes continue.
func (p *Proxy) HoldEachAfter(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held != nil {
		close(p.held) // what waits looks at the new limit
		p.held = nil
	}
	if p.holdEach = n; n > 0 {
		p.held = make(chan struct{})
	}
}

// Blackhole stops all bytes in both directions while connections stay open and
// new ones are accepted. Restore lets the bytes continue.
func (p *Proxy) Blackhole() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.blackhole == nil {
		p.blackhole = make(chan struct{})
	}
}

// Refuse resets every connection and refuses new ones until Restore.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		_ = p.listener.Close()
		p.listener = nil
	}
	p.resetLocked()
}

// Throttle limits the rate at which bytes are sent upstream, over all connections.
func (p *Proxy) Throttle(bytesPerSecond int) {
	p.setLine(newLine(rate.Limit(bytesPerSecond)))
}

// DropResponses delivers the next n requests and resets the connection instead of
// sending the response. Requests must not share a connection at the same time,
// as in HTTP/1.1.
func (p *Proxy) DropResponses(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dropResponses = n
}

// Restore ends every fault. Connections that were reset stay closed.
func (p *Proxy) Restore(t testing.TB) {
	t.Helper()
	p.setLine(newLine(rate.Inf))
	p.HoldEachAfter(0)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resetAfter, p.resetEach, p.dropResponses = -1, 0, 0
	if p.blackhole != nil {
		close(p.blackhole)
		p.blackhole = nil
	}
	if p.listener != nil || p.ctx.Err() != nil {
		return
	}
	listener, err := net.Listen("tcp", p.addr)
	if err != nil {
		t.Fatalf("restore proxy: %v", err)
	}
	p.listen(listener)
}

func (p *Proxy) listen(listener net.Listener) {
	p.listener = listener
	p.wait.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			p.accepted.Add(1)
			p.wait.Go(func() { p.relay(client.(*net.TCPConn), listener) })
		}
	})
}
