package uploadtest

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// Network is an internet for tests: names have addresses of it, and connections to these
// addresses reach listeners of this computer.
type Network struct {
	mu     sync.Mutex
	names  map[string][]netip.Addr
	routes map[netip.Addr]string
	dialed []netip.Addr
}

// NewNetwork returns a network without names.
func NewNetwork() *Network {
	return &Network{names: map[string][]netip.Addr{}, routes: map[netip.Addr]string{}}
}

// SetName gives a name addresses, in place of those it had.
func (n *Network) SetName(name string, addrs ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.names[name] = nil
	for _, addr := range addrs {
		n.names[name] = append(n.names[name], netip.MustParseAddr(addr))
	}
}

// Route makes connections to any port of addr reach a listener, a host:port.
func (n *Network) Route(addr, listener string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.routes[netip.MustParseAddr(addr)] = listener
}

// Dialed returns the addresses that were connected to.
func (n *Network) Dialed() []netip.Addr {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.dialed)
}

// Dial is a netx.DialFunc. It connects to the first address that check accepts.
func (n *Network) Dial(ctx context.Context, network, address string, check func(netip.Addr) error) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	var refused error
	for _, addr := range n.lookup(host) {
		if check != nil {
			if err := check(addr); err != nil {
				refused = &net.OpError{Op: "dial", Net: network, Err: err}
				continue
			}
		}
		return n.connect(ctx, network, addr, port)
	}
	if refused != nil {
		return nil, refused
	}
	return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
}

func (n *Network) lookup(host string) []netip.Addr {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.names[host])
}

func (n *Network) connect(ctx context.Context, network string, addr netip.Addr, port string) (net.Conn, error) {
	n.mu.Lock()
	listener := n.routes[addr]
	n.dialed = append(n.dialed, addr)
	n.mu.Unlock()
	if listener == "" {
		return nil, &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf("no route to %s", addr)}
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, listener)
	if err != nil {
		return nil, err
	}
	remote, err := netip.ParseAddrPort(net.JoinHostPort(addr.String(), port))
	if err != nil {
		return nil, err
	}
	return &routedConn{Conn: conn, remote: net.TCPAddrFromAddrPort(remote)}, nil
}

// routedConn is a connection with the remote address that was dialled.
type routedConn struct {
	net.Conn
	remote net.Addr
}

func (c *routedConn) RemoteAddr() net.Addr { return c.remote }
