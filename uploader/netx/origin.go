package netx

import (
	"net/url"
	"strings"
)

// SameOrigin reports whether two URLs have the same scheme, host and port (RFC
// 6454, 5). A missing port equals the default port of the scheme.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && Port(a) == Port(b)
}

// Port returns the port of an http or https URL, or the default port of its
// scheme.
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
