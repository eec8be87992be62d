package netx

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/net/idna"
)

// DialFunc makes a TCP connection to a host and port. It calls check, unless that is nil,
// with each IP address before it connects to it, and does not connect if check fails.
type DialFunc func(ctx context.Context, network, address string, check func(netip.Addr) error) (net.Conn, error)

// dialTCP is the default [DialFunc]. The system calls the control function with the
// address of the connection, after the lookup of the name.
func dialTCP(ctx context.Context, network, address string, check func(netip.Addr) error) (net.Conn, error) {
	dialer := net.Dialer{Timeout: dialTimeout, KeepAlive: keepAliveInterval}
	if check != nil {
		dialer.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			target, err := netip.ParseAddrPort(address)
			if err != nil {
				return errors.New("address of a connection is not an IP address")
			}
			return check(target.Addr())
		}
	}
	return dialer.DialContext(ctx, network, address)
}

// checkPublic is a check of a [DialFunc].
func checkPublic(addr netip.Addr) error {
	if IsPublic(addr) {
		return nil
	}
	return &LocalAddressError{Addr: addr}
}

// publicOnly restricts a transport to servers on the public internet. The address of a
// server behind a proxy is not known, so that there the name decides. Proxies themselves
// may be anywhere.
type publicOnly struct {
	proxy func(*http.Request) (*url.URL, error)
	dial  DialFunc

	mu      sync.Mutex
	proxies map[string]bool // host:port of the proxies in use
}

// Proxy is the function for [http.Transport.Proxy].
func (p *publicOnly) Proxy(request *http.Request) (*url.URL, error) {
	proxyURL, err := p.proxy(request)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if proxyURL == nil {
		if p.proxies[dialAddress(request.URL)] { // would be dialled as a proxy
			return nil, &HostError{HostLocal, HostOf(request.URL)}
		}
		return nil, nil
	}
	if IsLocalHost(request.URL.Hostname()) {
		return nil, &HostError{HostLocal, HostOf(request.URL)}
	}
	p.proxies[dialAddress(proxyURL)] = true
	return proxyURL, nil
}

// Dial is the function for [http.Transport.DialContext].
func (p *publicOnly) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	p.mu.Lock()
	isProxy := p.proxies[address]
	p.mu.Unlock()
	if isProxy {
		return p.dial(ctx, network, address, nil)
	}
	return p.dial(ctx, network, address, checkPublic)
}

// dialAddress returns the address that [http.Transport] dials for a URL.
func dialAddress(u *url.URL) string {
	host, port := u.Hostname(), Port(u)
	if strings.ContainsFunc(host, func(r rune) bool { return r > '~' }) {
		if ascii, err := idna.Lookup.ToASCII(host); err == nil {
			host = ascii
		}
	}
	if u.Port() == "" && (u.Scheme == "socks5" || u.Scheme == "socks5h") {
		port = "1080"
	}
	return net.JoinHostPort(host, port)
}
