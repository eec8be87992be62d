package netx

import (
	"context"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Lines keeps account of transports' connections, to drop those that a change of
// network has cut: a computer that moved to another network would otherwise wait
// for a Watchdog to notice. The zero value is ready; one may serve several
// transports.
type Lines struct {
	// Addresses lists this computer's own; nil is net.InterfaceAddrs.
	Addresses func() ([]net.Addr, error)

	mu     sync.Mutex
	open   map[*line]struct{}
	served map[*http.Transport]struct{}
}

// Changed is to be called when the network may have changed. Connections that
// idle are closed, since nobody knows where they lead; requests whose connection
// stands on an address that this computer no longer has end with net.ErrClosed.
// The others go on.
func (l *Lines) Changed() {
	l.mu.Lock()
	served := slices.Collect(maps.Keys(l.served))
	l.mu.Unlock()
	for _, transport := range served {
		transport.CloseIdleConnections()
	}
	own, err := l.own()
	if err != nil {
		return // the watchdog finds what is dead
	}
	for _, line := range l.lines() {
		if !own[addressOf(line.LocalAddr())] {
			_ = line.Close()
		}
	}
}

// Watch looks every so often whether this computer's addresses have changed, and
// calls Changed then, until ctx ends.
func (l *Lines) Watch(ctx context.Context, every time.Duration) {
	before, _ := l.own()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if now, err := l.own(); err == nil && !maps.Equal(before, now) {
			before = now
			l.Changed()
		}
	}
}

// own is the set of this computer's addresses.
func (l *Lines) own() (map[netip.Addr]bool, error) {
	list := l.Addresses
	if list == nil {
		list = net.InterfaceAddrs
	}
	addresses, err := list()
	if err != nil {
		return nil, err
	}
	own := make(map[netip.Addr]bool, len(addresses))
	for _, address := range addresses {
		own[addressOf(address)] = true
	}
	return own, nil
}

// addressOf is the IP address in a network address, without its zone, which not
// every system tells.
func addressOf(address net.Addr) netip.Addr {
	var ip net.IP
	switch address := address.(type) {
	case *net.IPNet:
		ip = address.IP
	case *net.IPAddr:
		ip = address.IP
	case *net.TCPAddr:
		ip = address.IP
	}
	found, _ := netip.AddrFromSlice(ip)
	return found.Unmap()
}

func (l *Lines) lines() []*line {
	l.mu.Lock()
	defer l.mu.Unlock()
	open := make([]*line, 0, len(l.open))
	for line := range l.open {
		open = append(open, line)
	}
	return open
}

// serve adds a transport.
func (l *Lines) serve(transport *http.Transport) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.served == nil {
		l.served = map[*http.Transport]struct{}{}
	}
	l.served[transport] = struct{}{}
}

// Leave forgets a transport that nobody uses any more. Its open connections stay
// accounted for until they close.
func (l *Lines) Leave(transport *http.Transport) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.served, transport)
}

// dialer is how a transport connects.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// over makes a dialer whose connections are kept account of.
func (l *Lines) over(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		tcp, ok := conn.(*net.TCPConn)
		if !ok {
			return conn, nil
		}
		opened := &line{TCPConn: tcp, lines: l}
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.open == nil {
			l.open = map[*line]struct{}{}
		}
		l.open[opened] = struct{}{}
		return opened, nil
	}
}

// line is one connection. It stays a TCPConn, whose ReadFrom lets a file go to
// the network without a copy.
type line struct {
	*net.TCPConn
	lines *Lines
}

// Close implements net.Conn.
func (c *line) Close() error {
	c.lines.mu.Lock()
	delete(c.lines.open, c)
	c.lines.mu.Unlock()
	return c.TCPConn.Close()
}
