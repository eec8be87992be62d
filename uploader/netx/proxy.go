package netx

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// ProxyKind is the kind of a proxy. The values are stored in the database.
type ProxyKind string

// The kinds of proxy. The zero value is ProxySystem.
const (
	ProxySystem ProxyKind = ""       // from HTTP_PROXY, HTTPS_PROXY and NO_PROXY
	ProxyNone   ProxyKind = "none"   // a direct connection
	ProxyHTTP   ProxyKind = "http"   // an HTTP proxy, with CONNECT for https servers
	ProxyHTTPS  ProxyKind = "https"  // the same over TLS
	ProxySOCKS5 ProxyKind = "socks5" // RFC 1928; the proxy resolves host names
)

// Proxy configures the proxy for requests to servers. Requests to localhost and
// loopback addresses never use it.
type Proxy struct {
	Kind     ProxyKind
	Address  string // host or host:port; not used by ProxySystem and ProxyNone
	User     string // "" for none
	Password string
}

// maxSOCKSCredential is the maximum length of a user name or password in bytes
// (RFC 1929).
const maxSOCKSCredential = 255

// Func returns a function for Config.Proxy. Its errors do not contain the
// password.
func (p Proxy) Func() (func(*http.Request) (*url.URL, error), error) {
	switch p.Kind {
	case ProxySystem:
		return http.ProxyFromEnvironment, nil
	case ProxyNone:
		return func(*http.Request) (*url.URL, error) { return nil, nil }, nil
	case ProxyHTTP, ProxyHTTPS, ProxySOCKS5:
	default:
		return nil, fmt.Errorf("parse proxy: unknown kind %.40q", string(p.Kind))
	}
	proxyURL, err := p.url()
	if err != nil {
		return nil, fmt.Errorf("parse proxy: %w", err)
	}
	return func(r *http.Request) (*url.URL, error) {
		if IsLoopback(r.URL.Hostname()) {
			return nil, nil
		}
		return proxyURL, nil
	}, nil
}

func (p Proxy) url() (*url.URL, error) {
	host := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(p.Address), string(p.Kind)+"://"), "/")
	if net.ParseIP(host) != nil && strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	u, err := url.Parse(string(p.Kind) + "://" + host)
	switch {
	case err != nil, u.Hostname() == "", u.User != nil, u.Host != host:
		return nil, errors.New("address is not host or host:port")
	case CheckAddress(u) != nil:
		return nil, CheckAddress(u)
	case p.Kind == ProxySOCKS5 && (len(p.User) > maxSOCKSCredential || len(p.Password) > maxSOCKSCredential):
		return nil, fmt.Errorf("SOCKS5 user name or password exceeds %d bytes", maxSOCKSCredential)
	}
	if p.User != "" {
		u.User = url.UserPassword(p.User, p.Password)
	}
	return u, nil
}
