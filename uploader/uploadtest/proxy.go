package uploadtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// A port that was somebody else's for a moment is asked for so often, that far apart.
const (
	listenTries = 100
	listenPause = 100 * time.Millisecond
)

// Proxy is a TCP relay that fails as networks do. It starts healthy; every
// method may be called while connections run, from any goroutine.
type Proxy struct {
	target string
	addr   string
	ctx    context.Context //nolint:containedctx // the proxy's own life, not a call's
	wait   sync.WaitGroup

	up, down, accepted atomic.Int64

	mu       sync.Mutex
	listener net.Listener // nil while connections are refused
	conns    map[*relayConn]struct{}
	blackhole     chan struct{} // closed by Heal; nil when bytes pass
	resetAfter    int64         // bytes that may still go upstream; negative: no end
	dropResponses   int           // answers still to be lost
	limiter     *rate.Limiter
}

// NewProxy starts a proxy in front of target, a host:port or a URL. It ends
// with the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		target = u.Host
	}
	ctx, end := context.WithCancel(context.Background())
	p := &Proxy{target: target, ctx: ctx, conns: map[*relayConn]struct{}{}, resetAfter: -1, limiter: rate.NewLimiter(rate.Inf, relayBuffer)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("start proxy: %v", err)
	}
	p.addr = listener.Addr().String()
	p.listen(listener)
	t.Cleanup(func() {
		end()
		p.Refuse()
		p.wait.Wait()
	})
	return p
}

// URL is address as it is reached through the proxy.
func (p *Proxy) URL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Host = p.addr
	return u.String()
}

// Addr is the host:port the proxy listens at.
func (p *Proxy) Addr() string { return p.addr }

// Upstream is the number of bytes passed on to the server so far.
func (p *Proxy) Upstream() int64 { return p.up.Load() }

// Downstream is the number of bytes passed on to the client so far.
func (p *Proxy) Downstream() int64 { return p.down.Load() }

// Connections is the number of connections taken so far.
func (p *Proxy) Connections() int64 { return p.accepted.Load() }

// Cut resets every connection at once; new ones are taken.
func (p *Proxy) Cut() {
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

// CutAfter resets every connection once n more bytes have gone upstream, which
// happens once.
func (p *Proxy) CutAfter(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resetAfter = n
}

// Blackhole holds every byte back, either way, while connections stay open and
// new ones are taken. Heal lets the bytes go on.
func (p *Proxy) Blackhole() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.blackhole == nil {
		p.blackhole = make(chan struct{})
	}
}

// Refuse resets every connection and refuses new ones until Heal.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		_ = p.listener.Close()
		p.listener = nil
	}
	p.resetLocked()
}

// Slow passes that many bytes a second upstream, over all connections.
func (p *Proxy) Slow(bytesPerSecond int) {
	p.limiter.SetLimit(rate.Limit(bytesPerSecond))
}

// LoseAnswers delivers the next n requests whole, and resets the connection in
// place of the server's answer. It needs requests that do not share a
// connection at the same time, as in HTTP/1.1.
func (p *Proxy) LoseAnswers(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dropResponses = n
}

// Heal ends every fault. Connections that were reset stay so.
func (p *Proxy) Heal(t testing.TB) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limiter.SetLimit(rate.Inf)
	p.resetAfter, p.dropResponses = -1, 0
	if p.blackhole != nil {
		close(p.blackhole)
		p.blackhole = nil
	}
	if p.listener != nil || p.ctx.Err() != nil {
		return
	}
	p.listen(p.relisten(t))
}

// relisten takes the proxy's port back. While it was refused, somebody's
// outgoing connection may have been given the same one for a moment.
func (p *Proxy) relisten(t testing.TB) net.Listener {
	t.Helper()
	for tries := 0; ; tries++ {
		listener, err := net.Listen("tcp", p.addr)
		switch {
		case err == nil:
			return listener
		case tries == listenTries || !errors.Is(err, syscall.EADDRINUSE):
			t.Fatalf("heal proxy: %v", err)
		}
		time.Sleep(listenPause)
	}
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

// Unused returns a URL on this computer where nothing listens.
func Unused(t testing.TB) string {
	t.Helper()
	return fmt.Sprintf("http://127.0.0.1:%d%s", freePort(t), basePath)
}
