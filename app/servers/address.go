package servers

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/netx"
)

// address is a server's address as it was typed, parsed.
type address struct {
	endpoint string // the creation URL
	host     string // with its port unless it is the default one; the server's name until it has another
}

// addressError is why an address cannot be used.
type addressError struct{ key string }

func (e *addressError) Error() string { return words.Text(e.key) }

// parseAddress parses a server's address. Without a scheme it is https, and http on this
// computer, where the connection cannot be read by others.
func parseAddress(text string) (address, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return address{}, &addressError{"server.address.empty"}
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
		if u, err := url.Parse(text); err == nil && isLoopback(u.Hostname()) {
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
	switch err := netx.CheckAddress(u); {
	case errors.Is(err, netx.ErrPort):
		return address{}, &addressError{"server.address.port"}
	case err != nil:
		return address{}, &addressError{"server.address.invalid"}
	}
	u.Fragment, u.RawFragment = "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	return address{endpoint: u.String(), host: u.Host}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
