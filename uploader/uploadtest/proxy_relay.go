package uploadtest

import (
	"bytes"
	"net"
	"sync"
)

// relayConn is one connection through a proxy.
type relayConn struct {
	client, server *net.TCPConn

	sent int64 // bytes upstream; of the goroutine that sends them
}

const relayBuffer = 32 << 10

// relay serves one connection until either side closes it.
func (p *Proxy) relay(client *net.TCPConn, origin net.Listener) {
	var dialer net.Dialer
	server, err := dialer.DialContext(p.ctx, "tcp", p.target)
	if err != nil {
		reset(client)
		return
	}
	l := &relayConn{client: client, server: server.(*net.TCPConn)}
	if !p.add(l, origin) {
		l.reset()
		return
	}
	defer p.remove(l)
	var copies sync.WaitGroup
	copies.Go(func() { p.upstream(l) })
	copies.Go(func() { p.downstream(l) })
	copies.Wait()
}

// add registers a connection. It reports false if the listener that accepted it
// was closed meanwhile.
func (p *Proxy) add(l *relayConn, origin net.Listener) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != origin {
		return false
	}
	p.conns[l] = struct{}{}
	return true
}

func (p *Proxy) remove(l *relayConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, l)
	_ = l.client.Close()
	_ = l.server.Close()
}

func (p *Proxy) upstream(l *relayConn) {
	buffer := make([]byte, relayBuffer)
	for {
		n, err := l.client.Read(buffer)
		if n > 0 && !p.send(l, buffer[:n]) {
			return
		}
		if err != nil {
			_ = l.server.CloseWrite()
			return
		}
	}
}

// send writes bytes to the server at the limited rate.
func (p *Proxy) send(l *relayConn, chunk []byte) bool {
	for len(chunk) > 0 {
		n := p.waitLine(p.waitHeld(l, len(chunk)))
		if n == 0 || !p.sendPiece(l, chunk[:n]) {
			return false
		}
		chunk = chunk[n:]
	}
	return true
}

// waitHeld waits while a connection is held, and returns how many of size bytes may be sent
// before it is held. It returns 0 when the proxy has ended.
func (p *Proxy) waitHeld(l *relayConn, size int) int {
	for {
		p.mu.Lock()
		left, held := p.holdEach-l.sent, p.held
		p.mu.Unlock()
		switch {
		case held == nil:
			return size
		case left > 0:
			return int(min(int64(size), left))
		}
		select {
		case <-held:
		case <-p.ctx.Done():
			return 0
		}
	}
}

// sendPiece writes bytes to the server, up to where the connection is to be reset.
func (p *Proxy) sendPiece(l *relayConn, chunk []byte) bool {
	if !p.waitOpen() {
		return false
	}
	chunk, last := p.beforeReset(chunk)
	chunk, ended := p.beforeEnd(l, chunk)
	p.up.Add(int64(len(chunk))) // counted first, so that no response is seen before its request is counted
	_, err := l.server.Write(chunk)
	if last {
		p.Reset()
	}
	if ended {
		l.reset()
	}
	return err == nil && !last && !ended
}

// beforeEnd returns the part of chunk to send, and whether the connection is to be reset
// after it.
func (p *Proxy) beforeEnd(l *relayConn, chunk []byte) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.resetEach - l.sent
	l.sent += int64(len(chunk))
	if p.resetEach == 0 || int64(len(chunk)) < left {
		return chunk, false
	}
	return chunk[:max(left, 0)], true
}

// beforeReset returns the part of chunk to send, and whether the reset follows it.
func (p *Proxy) beforeReset(chunk []byte) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.resetAfter < 0 {
		return chunk, false
	}
	if int64(len(chunk)) < p.resetAfter {
		p.resetAfter -= int64(len(chunk))
		return chunk, false
	}
	chunk, p.resetAfter = chunk[:p.resetAfter], 0
	return chunk, true
}

func (p *Proxy) downstream(l *relayConn) {
	buffer := make([]byte, relayBuffer)
	for {
		n, err := l.server.Read(buffer)
		if n > 0 && !p.sendResponse(l, buffer[:n]) {
			return
		}
		if err != nil {
			_ = l.client.CloseWrite()
			return
		}
	}
}

// continueHeader precedes the response to a request with Expect: 100-continue.
const continueHeader = "HTTP/1.1 100 Continue\r\n\r\n"

// sendResponse writes bytes to the client, unless they are a response to drop.
func (p *Proxy) sendResponse(l *relayConn, chunk []byte) bool {
	if !p.waitOpen() {
		return false
	}
	rest, continued := bytes.CutPrefix(chunk, []byte(continueHeader))
	drop := len(rest) > 0 && p.takeDrop()
	if drop {
		chunk = nil
		if continued {
			chunk = []byte(continueHeader)
		}
	}
	p.down.Add(int64(len(chunk)))
	_, err := l.client.Write(chunk)
	if drop {
		l.reset()
	}
	return err == nil && !drop
}

func (p *Proxy) takeDrop() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dropResponses == 0 {
		return false
	}
	p.dropResponses--
	return true
}

// waitOpen waits while the proxy is a black hole. It reports false when the proxy
// has ended.
func (p *Proxy) waitOpen() bool {
	p.mu.Lock()
	hole := p.blackhole
	p.mu.Unlock()
	if hole == nil {
		return true
	}
	select {
	case <-hole:
		return true
	case <-p.ctx.Done():
		return false
	}
}

// reset resets the client's side. The server's side is closed normally, so that
// bytes sent upstream arrive.
func (l *relayConn) reset() {
	reset(l.client)
	_ = l.server.Close()
}

func reset(conn *net.TCPConn) {
	_ = conn.SetLinger(0)
	_ = conn.Close()
}
