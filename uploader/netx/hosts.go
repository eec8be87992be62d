package netx

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// Hosts are the hosts that requests of one server may be sent to: its own origin, and
// others that the user has allowed.
type Hosts struct {
	endpoint *url.URL
	allowed  map[string]bool // names with a port, or without one for the default port
}

// HostReason is why a URL is not among [Hosts].
type HostReason int

// The reasons.
const (
	HostUnencrypted HostReason = iota // http, and the server's address is https
	HostLocal                         // not on the public internet, where the server is
	HostNotAllowed                    // another origin that the user has not allowed
)

// HostError means that a URL is not among [Hosts]. Host is its host, with the port if it
// is not the default one.
type HostError struct {
	Reason HostReason
	Host   string
}

func (e *HostError) Error() string {
	switch e.Reason {
	case HostUnencrypted:
		return e.Host + " would be connected to without encryption"
	case HostLocal:
		return e.Host + " is not on the public internet"
	default:
		return e.Host + " is not an allowed host"
	}
}

// NewHosts returns the hosts of the server at endpoint. allowed are the hosts that the
// user has allowed, separated by spaces, each as in the result of [HostOf].
func NewHosts(endpoint *url.URL, allowed string) Hosts {
	h := Hosts{endpoint: endpoint, allowed: map[string]bool{}}
	for host := range strings.FieldsSeq(allowed) {
		h.allowed[strings.ToLower(host)] = true
	}
	return h
}

// Check returns a [*HostError] if no request may be sent to target.
func (h Hosts) Check(target *url.URL) error {
	host := HostOf(target)
	switch {
	case h.endpoint.Scheme == "https" && target.Scheme != "https":
		return &HostError{HostUnencrypted, host}
	case h.Own(target):
		return nil
	case !h.Local() && IsLocalHost(target.Hostname()):
		return &HostError{HostLocal, host}
	case !h.allowed[host]:
		return &HostError{HostNotAllowed, host}
	default:
		return nil
	}
}

// Own reports whether target is on the server's own origin, or on that with https in
// place of http ([IsUpgrade]).
func (h Hosts) Own(target *url.URL) bool {
	return SameOrigin(h.endpoint, target) || IsUpgrade(h.endpoint, target)
}

// Local reports whether the server is on a local network: its address shows that, or the
// user has allowed its own host. Other hosts may then be on a local network as well.
func (h Hosts) Local() bool {
	return IsLocalHost(h.endpoint.Hostname()) || h.allowed[HostOf(h.endpoint)]
}

// IsUpgrade reports whether the URLs have the same host and default ports, from is http
// and to https.
func IsUpgrade(from, to *url.URL) bool {
	return from.Scheme == "http" && to.Scheme == "https" && strings.EqualFold(from.Hostname(), to.Hostname()) &&
		Port(from) == "80" && Port(to) == "443"
}

// HostOf returns the host of a URL in lower case, with the port unless it is the default
// port of the scheme.
func HostOf(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	switch {
	case Port(u) != Port(&url.URL{Scheme: u.Scheme}):
		return net.JoinHostPort(host, Port(u))
	case strings.Contains(host, ":"):
		return "[" + host + "]"
	default:
		return host
	}
}

// ParseHost parses a host that the user allows, as a name or address with an optional
// port, or as a URL of which only the host counts. It returns the form of [HostOf].
func ParseHost(text string) (string, error) {
	text = strings.TrimSpace(text)
	if addr, err := netip.ParseAddr(text); err == nil && addr.Is6() {
		text = "[" + text + "]"
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err == nil {
		err = CheckAddress(u)
	}
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsAny(u.Host, " \t") {
		return "", fmt.Errorf("invalid host %.80q", text)
	}
	return HostOf(u), nil
}
