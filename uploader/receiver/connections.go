package receiver

import (
	"net"
	"net/netip"
	"sync"
)

// Limits of connections. Without them strangers who do not know the secret could use all
// memory and all file descriptors: a connection costs at most maxHeader and some buffers
// before its request is authorized.
const (
	maxConnections     = 1024 // at the same time
	maxConnectionsFrom = 256  // the same, of one address
)

// limitedListener closes connections over the limits as soon as they are accepted.
type limitedListener struct {
	net.Listener

	mu   sync.Mutex
	all  int
	from map[netip.Prefix]int
}

func limitConnections(l net.Listener) *limitedListener {
	return &limitedListener{Listener: l, from: make(map[netip.Prefix]int)}
}

// Accept implements [net.Listener].
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		network := networkOf(conn.RemoteAddr())
		if l.add(network) {
			return &limitedConn{Conn: conn, release: sync.OnceFunc(func() { l.remove(network) })}, nil
		}
		_ = conn.Close()
	}
}

func (l *limitedListener) add(network netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all >= maxConnections || l.from[network] >= maxConnectionsFrom {
		return false
	}
	l.all++
	l.from[network]++
	return true
}

func (l *limitedListener) remove(network netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if l.from[network]--; l.from[network] == 0 {
		delete(l.from, network)
	}
}

type limitedConn struct {
	net.Conn

	release func()
}

// Close implements [net.Conn].
func (c *limitedConn) Close() error {
	defer c.release()
	return c.Conn.Close()
}

// networkOf returns what counts as one address: an IPv4 address, or the /64 network of an
// IPv6 address, which is usually one customer's.
func networkOf(addr net.Addr) netip.Prefix {
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return netip.Prefix{}
	}
	ip := at.Addr().Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	network, _ := ip.Prefix(bits) // fails only for too many bits
	return network
}

// CloseWrite is for net/http, which ends the response to a request that it did not read
// completely with it.
func (c *limitedConn) CloseWrite() error {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		return tcp.CloseWrite()
	}
	return nil
}
