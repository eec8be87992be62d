package netx

import (
	"errors"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// ErrPort is the error of [CheckAddress] for a port that is not a number from 1 to
// 65535.
var ErrPort = errors.New("port is not a number from 1 to 65535")

const (
	maxHostName = 253 // bytes (RFC 1035, 2.3.4)
	maxLabel    = 63
)

// fourNumbers matches a name that is written like an IPv4 address.
var fourNumbers = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$`)

// CheckAddress returns an error if the host or port of u can belong to no server, so
// that connecting to it would fail every time.
func CheckAddress(u *url.URL) error {
	if text := u.Port(); text != "" {
		if port, err := strconv.ParseUint(text, 10, 16); err != nil || port == 0 {
			return ErrPort
		}
	}
	host := u.Hostname()
	if host == "" {
		return errors.New("URL has no host")
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip.IsMulticast() || ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
			return errors.New("address is for groups of computers")
		}
		return nil
	}
	return checkHostName(host)
}

func checkHostName(host string) error {
	if strings.Contains(host, ":") || fourNumbers.MatchString(host) {
		return errors.New("invalid IP address")
	}
	if strings.ContainsFunc(host, func(r rune) bool { return r > '~' }) {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return errors.New("invalid internationalized host name")
		}
		host = ascii
	}
	host = strings.TrimSuffix(host, ".")
	if len(host) > maxHostName {
		return errors.New("host name is too long")
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > maxLabel {
			return errors.New("host name has an empty or too long label")
		}
	}
	return nil
}
