package uploadtest

import (
	"bytes"
	"net"
	"sync"
)

// link is one connection through a proxy.
type link struct{ client, server *net.TCPConn }

const relayBuffer = 32 << 10

// relay serves one connection until either side ends it.
func (p *Proxy) relay(client *net.TCPConn, origin net.Listener) {
	var dialer net.Dialer
	server, err := dialer.DialContext(p.ctx, "tcp", p.target)
	if err != nil {
		reset(client)
		return
	}
	l := &link{client: client, server: server.(*net.TCPConn)}
	if !p.join(l, origin) {
		l.reset()
		return
	}
	defer p.leave(l)
	var both sync.WaitGroup
	both.Go(func() { p.upstream(l) })
	both.Go(func() { p.downstream(l) })
	both.Wait()
}

// join takes up a connection, unless the door it came through was closed
// meanwhile.
func (p *Proxy) join(l *link, origin net.Listener) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != origin {
		return false
	}
	p.links[l] = struct{}{}
	return true
}

func (p *Proxy) leave(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
	_ = l.client.Close()
	_ = l.server.Close()
}

func (p *Proxy) upstream(l *link) {
	buffer := make([]byte, relayBuffer)
	for {
		n, err := l.client.Read(buffer)
		if n > 0 && !p.pass(l, buffer[:n]) {
			return
		}
		if err != nil {
			_ = l.server.CloseWrite()
			return
		}
	}
}

// pass hands bytes to the server at the pace that is set.
func (p *Proxy) pass(l *link, chunk []byte) bool {
	for len(chunk) > 0 {
		n := min(len(chunk), p.piece())
		if !p.passPiece(l, chunk[:n]) {
			return false
		}
		chunk = chunk[n:]
	}
	return true
}

// piece is how many bytes pass at once: a twentieth of a second's worth, so that
// a slow network is smooth.
func (p *Proxy) piece() int {
	limit := p.pace.Limit()
	if limit >= 20*relayBuffer {
		return relayBuffer
	}
	return max(int(limit/20), 1)
}

// passPiece hands bytes to the server, up to where the connection is to be cut.
func (p *Proxy) passPiece(l *link, chunk []byte) bool {
	if !p.open() || p.pace.WaitN(p.ctx, len(chunk)) != nil {
		return false
	}
	chunk, last := p.allowed(chunk)
	p.up.Add(int64(len(chunk))) // first, so that no answer is seen before its request is counted
	_, err := l.server.Write(chunk)
	if last {
		p.Cut()
	}
	return err == nil && !last
}

// allowed is the part of chunk that may go upstream, and whether it is the last.
func (p *Proxy) allowed(chunk []byte) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cutAt < 0 {
		return chunk, false
	}
	if int64(len(chunk)) < p.cutAt {
		p.cutAt -= int64(len(chunk))
		return chunk, false
	}
	chunk, p.cutAt = chunk[:p.cutAt], 0
	return chunk, true
}

func (p *Proxy) downstream(l *link) {
	buffer := make([]byte, relayBuffer)
	for {
		n, err := l.server.Read(buffer)
		if n > 0 && !p.answer(l, buffer[:n]) {
			return
		}
		if err != nil {
			_ = l.client.CloseWrite()
			return
		}
	}
}

// consent precedes the answer to a request that asked before sending.
const consent = "HTTP/1.1 100 Continue\r\n\r\n"

// answer hands bytes to the client, unless they are an answer to be lost.
func (p *Proxy) answer(l *link, chunk []byte) bool {
	if !p.open() {
		return false
	}
	rest, asked := bytes.CutPrefix(chunk, []byte(consent))
	lost := len(rest) > 0 && p.lose()
	if lost {
		chunk = nil
		if asked {
			chunk = []byte(consent)
		}
	}
	p.down.Add(int64(len(chunk)))
	_, err := l.client.Write(chunk)
	if lost {
		l.reset()
	}
	return err == nil && !lost
}

func (p *Proxy) lose() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.losses == 0 {
		return false
	}
	p.losses--
	return true
}

// open waits while bytes are held back. It is false once the proxy has ended.
func (p *Proxy) open() bool {
	p.mu.Lock()
	hole := p.hole
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

// reset ends the client's side without a goodbye. The server's side is closed
// in order, so that what went upstream arrives.
func (l *link) reset() {
	reset(l.client)
	_ = l.server.Close()
}

func reset(conn *net.TCPConn) {
	_ = conn.SetLinger(0)
	_ = conn.Close()
}
