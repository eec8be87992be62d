package app

import (
	"net"
	"net/url"
	"strings"

	"github.com/ferryapp/ferry/app/words"
)

// address is what a person typed to name a server, understood.
type address struct {
	endpoint string // the creation URL
	host     string // with its port where that is not the usual one; what to call the server as long as it has no name
}

// addressError says in words why an address cannot be used.
type addressError struct{ key string }

func (e *addressError) Error() string { return words.Say(e.key) }

// parseAddress understands a server's address as people type it: without a
// scheme it is https, and http on this computer itself, where nobody can listen.
func parseAddress(text string) (address, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return address{}, &addressError{"server.address.empty"}
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
		if u, err := url.Parse(text); err == nil && loopback(u.Hostname()) {
			text = "http" + strings.TrimPrefix(text, "https")
		}
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "":
		return address{}, &addressError{"server.address.invalid"}
	case u.Scheme != "http" && u.Scheme != "https":
		return address{}, &addressError{"server.address.scheme"}
	case u.User != nil:
		return address{}, &addressError{"server.address.secret"}
	}
	u.Fragment, u.RawFragment = "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	return address{endpoint: u.String(), host: u.Host}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
