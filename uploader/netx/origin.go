package netx

import (
	"net/url"
	"strings"
)

// SameOrigin reports whether two addresses are of one server: of one scheme, host
// and port (RFC 6454, 5), whether or not the port is written that is the usual one.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && Port(a) == Port(b)
}

// Port is the port of an http or https address, also where it is not written.
func Port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}
