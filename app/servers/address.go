package servers

import (
	"errors"
	"net/url"
	"strings"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/netx"
)

// address is the address of a server, parsed from what the user typed.
type address struct {
	endpoint string // the creation URL

	fingerprint string // of the only certificate to accept, from the fragment; "" for none

	host string // with a port, if the address has one; the default name of the server
}

// addressError is why an address is invalid, as a translation key.
type addressError struct{ key string }

func (e *addressError) Error() string { return words.Text(e.key) }

// parseAddress parses the address of a server. The default scheme is http for loopback
// addresses, where others cannot read the connection, and https otherwise.
func parseAddress(text string) (address, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return address{}, &addressError{"server.address.empty"}
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
		if u, err := url.Parse(text); err == nil && netx.IsLoopback(u.Hostname()) {
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
	fingerprint, err := netx.ParseFingerprint(u.Fragment)
	if err != nil {
		return address{}, &addressError{"server.address.fingerprint"}
	}
	if u.Scheme != "https" {
		fingerprint = ""
	}
	u.Fragment, u.RawFragment = "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	return address{endpoint: u.String(), host: u.Host, fingerprint: fingerprint}, nil
}
