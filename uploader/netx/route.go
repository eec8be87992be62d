package netx

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// ProxyKind is the way to a server.
type ProxyKind string

// The kinds of proxy. The zero value is ProxySystem.
const (
	ProxySystem ProxyKind = ""       // what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say
	ProxyNone   ProxyKind = "none"   // straight to the server
	ProxyHTTP   ProxyKind = "http"   // an HTTP proxy; https goes through it by CONNECT
	ProxyHTTPS  ProxyKind = "https"  // the same, itself spoken to by TLS
	ProxySOCKS5 ProxyKind = "socks5" // RFC 1928; the proxy looks names up
)

// Proxy is what stands between this computer and servers. It is never used for
// this computer itself.
type Proxy struct {
	Kind     ProxyKind
	Address  string // host, or host:port; unused by ProxySystem and ProxyNone
	User     string // "" for none
	Password string
}

// maxSOCKSWord is the most bytes a user or a password may have (RFC 1929).
const maxSOCKSWord = 255

// Choose makes a function for Config.Proxy. Its errors do not repeat the
// password.
func (p Proxy) Choose() (func(*http.Request) (*url.URL, error), error) {
	switch p.Kind {
	case ProxySystem:
		return http.ProxyFromEnvironment, nil
	case ProxyNone:
		return func(*http.Request) (*url.URL, error) { return nil, nil }, nil
	case ProxyHTTP, ProxyHTTPS, ProxySOCKS5:
	default:
		return nil, fmt.Errorf("read proxy: no such kind: %.40q", string(p.Kind))
	}
	address, err := p.url()
	if err != nil {
		return nil, fmt.Errorf("read proxy: %w", err)
	}
	return func(r *http.Request) (*url.URL, error) {
		if isThisComputer(r.URL.Hostname()) {
			return nil, nil
		}
		return address, nil
	}, nil
}

func (p Proxy) url() (*url.URL, error) {
	text := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(p.Address), string(p.Kind)+"://"), "/")
	if net.ParseIP(text) != nil && strings.Contains(text, ":") {
		text = "[" + text + "]"
	}
	address, err := url.Parse(string(p.Kind) + "://" + text)
	switch {
	case err != nil, address.Hostname() == "", address.User != nil, address.Host != text:
		return nil, errors.New("the address is not a host or host:port")
	case p.Kind == ProxySOCKS5 && (len(p.User) > maxSOCKSWord || len(p.Password) > maxSOCKSWord):
		return nil, fmt.Errorf("SOCKS5 takes no user or password of more than %d bytes", maxSOCKSWord)
	}
	if p.User != "" {
		address.User = url.UserPassword(p.User, p.Password)
	}
	return address, nil
}

func isThisComputer(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}
