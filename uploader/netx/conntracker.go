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

// ConnTracker tracks the open connections of transports and closes those that a network
// change has broken. Otherwise a request on a computer that moved to another network
// would only end with the timeout of a [Watchdog]. The zero value is ready to use and
// may be shared by several transports.
type ConnTracker struct {
	// InterfaceAddrs returns the addresses of this computer; nil means
	// [net.InterfaceAddrs].
	InterfaceAddrs func() ([]net.Addr, error)

	mu         sync.Mutex
	conns      map[*trackedConn]struct{}
	transports map[*http.Transport]struct{}
}

// NetworkChanged must be called when the network may have changed. It closes all idle
// connections, whose state is unknown, and all connections whose local address this
// computer no longer has; requests on those fail with [net.ErrClosed]. Other
// connections stay open.
func (t *ConnTracker) NetworkChanged() {
	t.mu.Lock()
	transports := slices.Collect(maps.Keys(t.transports))
	t.mu.Unlock()
	for _, transport := range transports {
		transport.CloseIdleConnections()
	}
	local, err := t.localAddrs()
	if err != nil {
		return // broken connections end with the timeout of the Watchdog
	}
	for _, conn := range t.openConns() {
		if !local[ipOf(conn.LocalAddr())] {
			_ = conn.Close()
		}
	}
}

// reportedInterval is how often addresses are polled that the system reports changes of.
const reportedInterval = 30 * time.Second

// Watch calls [ConnTracker.NetworkChanged] when this computer's addresses have changed, and
// returns when ctx ends. Follow reports possible changes until ctx ends, such as
// [FollowAddrs]; while it does not run, because it is nil or failed, the addresses are polled
// at the interval.
func (t *ConnTracker) Watch(ctx context.Context, interval time.Duration, follow func(ctx context.Context, changed func()) error) {
	last, _ := t.localAddrs()
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	changes, failed := make(chan struct{}, 1), make(chan struct{})
	if follow != nil {
		ticker.Reset(reportedInterval)
		ended := make(chan struct{})
		defer func() { <-ended }()
		go func() {
			defer close(ended)
			if follow(ctx, func() { notify(changes) }) != nil {
				close(failed)
			}
		}()
	}
	for {
		select {
		case <-ticker.C:
		case <-changes:
		case <-failed:
			failed = nil
			ticker.Reset(interval)
		case <-ctx.Done():
			return
		}
		if current, err := t.localAddrs(); err == nil && !maps.Equal(last, current) {
			last = current
			t.NetworkChanged()
		}
	}
}

// notify sends on a channel with capacity 1 unless it already has a value.
func notify(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// localAddrs returns the set of this computer's addresses.
func (t *ConnTracker) localAddrs() (map[netip.Addr]bool, error) {
	list := t.InterfaceAddrs
	if list == nil {
		list = net.InterfaceAddrs
	}
	addrs, err := list()
	if err != nil {
		return nil, err
	}
	set := make(map[netip.Addr]bool, len(addrs))
	for _, addr := range addrs {
		set[ipOf(addr)] = true
	}
	return set, nil
}

// ipOf returns the IP address of addr without its zone, which some systems omit.
func ipOf(addr net.Addr) netip.Addr {
	var ip net.IP
	switch addr := addr.(type) {
	case *net.IPNet:
		ip = addr.IP
	case *net.IPAddr:
		ip = addr.IP
	case *net.TCPAddr:
		ip = addr.IP
	}
	result, _ := netip.AddrFromSlice(ip)
	return result.Unmap()
}

func (t *ConnTracker) openConns() []*trackedConn {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Collect(maps.Keys(t.conns))
}

// addTransport adds a transport whose idle connections NetworkChanged closes.
func (t *ConnTracker) addTransport(transport *http.Transport) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.transports == nil {
		t.transports = map[*http.Transport]struct{}{}
	}
	t.transports[transport] = struct{}{}
}

// RemoveTransport removes a transport that is no longer used. Its open connections are
// tracked until they are closed.
func (t *ConnTracker) RemoveTransport(transport *http.Transport) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.transports, transport)
}

// dialFunc is the type of [http.Transport.DialContext].
type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// wrapDial returns a dialFunc whose connections are tracked.
func (t *ConnTracker) wrapDial(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		tcp, ok := conn.(*net.TCPConn)
		if !ok {
			return conn, nil
		}
		tracked := &trackedConn{TCPConn: tcp, tracker: t}
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.conns == nil {
			t.conns = map[*trackedConn]struct{}{}
		}
		t.conns[tracked] = struct{}{}
		return tracked, nil
	}
}

// trackedConn is a connection that removes itself from its tracker when closed.
type trackedConn struct {
	*net.TCPConn
	tracker *ConnTracker
}

// Close implements net.Conn.
func (c *trackedConn) Close() error {
	c.tracker.mu.Lock()
	delete(c.tracker.conns, c)
	c.tracker.mu.Unlock()
	return c.TCPConn.Close()
}
