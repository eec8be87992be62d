package netx

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
)

// LocalAddressError means that a connection was refused because its address is not a
// public one.
type LocalAddressError struct{ Addr netip.Addr }

func (e *LocalAddressError) Error() string {
	return fmt.Sprintf("%s is not a public address", e.Addr)
}

// localNetworks are the IPv4 networks that the public internet does not reach (RFC
// 6890). 198.18.0.0/15, for tests of network devices, is not among them: proxies that
// take over a whole computer use it in place of the addresses of public servers.
// Neither are the networks for documentation, which no one has.
var localNetworks = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),      // this computer
	netip.MustParsePrefix("10.0.0.0/8"),     // private (RFC 1918)
	netip.MustParsePrefix("100.64.0.0/10"),  // shared by the customers of a provider (RFC 6598)
	netip.MustParsePrefix("127.0.0.0/8"),    // loopback
	netip.MustParsePrefix("169.254.0.0/16"), // link-local; services with credentials of cloud computers
	netip.MustParsePrefix("172.16.0.0/12"),  // private
	netip.MustParsePrefix("192.0.0.0/24"),   // protocols such as DS-Lite
	netip.MustParsePrefix("192.168.0.0/16"), // private
	netip.MustParsePrefix("224.0.0.0/4"),    // multicast
	netip.MustParsePrefix("240.0.0.0/4"),    // reserved, broadcast
}

// IPv6 networks of which an address contains an IPv4 address, or leads to one that is
// not known.
var (
	globalUnicast = netip.MustParsePrefix("2000::/3")
	nat64         = netip.MustParsePrefix("64:ff9b::/96") // IPv4 in the last 4 bytes (RFC 6052)
	sixToFour     = netip.MustParsePrefix("2002::/16")    // IPv4 in the bytes 2 to 5 (RFC 3056)
	teredo        = netip.MustParsePrefix("2001::/32")    // (RFC 4380)
)

// IsPublic reports whether addr is an address of the public internet: not loopback,
// private, link-local, unspecified, multicast or reserved, nor an IPv6 address that
// contains such an IPv4 address.
func IsPublic(addr netip.Addr) bool {
	addr = addr.Unmap()
	switch {
	case !addr.IsValid(), addr.Zone() != "":
		return false
	case addr.Is4():
		for _, network := range localNetworks {
			if network.Contains(addr) {
				return false
			}
		}
		return true
	}
	bytes := addr.As16()
	switch {
	case nat64.Contains(addr):
		return IsPublic(netip.AddrFrom4([4]byte(bytes[12:])))
	case sixToFour.Contains(addr):
		return IsPublic(netip.AddrFrom4([4]byte(bytes[2:6])))
	default:
		return globalUnicast.Contains(addr) && !teredo.Contains(addr)
	}
}

// localSuffixes are domains without public addresses (RFC 6761, 6762, 8375).
var localSuffixes = []string{".localhost", ".localdomain", ".local", ".internal", ".home.arpa"}

// IsLocalHost reports whether a host of a URL is not on the public internet, as far as
// its text shows: an address that is not public in any form that a system may accept
// (127.0.0.1, 127.1, 2130706433, 0x7f000001), localhost, a name without a dot, or one in
// a domain for local networks. Other names may still have local addresses.
func IsLocalHost(host string) bool {
	if ascii, err := idna.Lookup.ToASCII(host); err == nil { // as net/http does; it maps wide digits and dots
		host = ascii
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if addr, err := netip.ParseAddr(host); err == nil {
		return !IsPublic(addr)
	}
	lastDot := strings.LastIndexByte(host, '.')
	if lastDot < 0 || isNumeric(host[lastDot+1:]) {
		return true
	}
	for _, suffix := range localSuffixes {
		if strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return false
}

// IsLoopback reports whether a host of a URL is this computer, as far as its text shows: an
// address of its loopback interface, or localhost.
func IsLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return strings.EqualFold(host, "localhost")
	}
	return addr.Unmap().IsLoopback()
}

// isNumeric reports whether the last label of a name makes it an IPv4 address (WHATWG
// URL, 3.5). No domain ends in such a label.
func isNumeric(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}
