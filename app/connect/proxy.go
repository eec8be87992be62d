package connect

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/ferryapp/ferry/uploader/netx"
)

// ErrInvalidProxy is returned for an invalid proxy address.
var ErrInvalidProxy = errors.New("invalid proxy address")

// ParseProxy parses the Proxy of an uploader.Access: "" for the system's proxy, "none",
// or a URL without password.
func ParseProxy(text string) (netx.Proxy, error) {
	switch text {
	case "":
		return netx.Proxy{Kind: netx.ProxySystem}, nil
	case string(netx.ProxyNone):
		return netx.Proxy{Kind: netx.ProxyNone}, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return netx.Proxy{}, ErrInvalidProxy
	}
	if _, has := u.User.Password(); has {
		return netx.Proxy{}, fmt.Errorf("%w: contains a password, which must be in the keyring", ErrInvalidProxy)
	}
	proxy := netx.Proxy{Kind: netx.ProxyKind(strings.ToLower(u.Scheme)), Address: u.Host, User: u.User.Username()}
	if _, err := proxy.Func(); err != nil || proxy.Kind == netx.ProxySystem || proxy.Kind == netx.ProxyNone {
		return netx.Proxy{}, ErrInvalidProxy
	}
	return proxy, nil
}

// ProxyNeedsPassword reports whether the proxy needs a password.
func ProxyNeedsPassword(text string) bool {
	proxy, err := ParseProxy(text)
	return err == nil && proxy.User != ""
}
