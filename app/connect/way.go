package connect

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
)

// way is how one server's requests travel. Only those to its own host travel
// with the client's certificate.
type way struct {
	own      *url.URL // scheme, host and port of the server
	known    *transport
	stranger *transport // to other hosts; the same as known without a certificate
}

// RoundTrip implements http.RoundTripper.
func (w *way) RoundTrip(r *http.Request) (*http.Response, error) {
	if netx.SameOrigin(r.URL, w.own) {
		return w.known.carrier.RoundTrip(r)
	}
	return w.stranger.carrier.RoundTrip(r)
}

// leave gives the transports back; of a nil way there are none.
func (w *way) leave() {
	if w != nil {
		w.known.leave()
		w.stranger.leave()
	}
}

// way makes the way to a server, with the password for its proxy.
func (b *Book) way(server uploader.Server, password string) (*way, error) {
	own, err := url.Parse(server.Endpoint)
	if err != nil {
		return nil, unusable(errors.New("the endpoint is not an address"))
	}
	proxy, err := ParseProxy(server.Access.Proxy)
	if err != nil {
		return nil, unusable(err)
	}
	if proxy.User != "" {
		proxy.Password = password
	}
	trust, err := trustOf(server.Access)
	if err != nil {
		return nil, err
	}
	known, err := b.transports.take(trust, proxy)
	if err != nil {
		return nil, err
	}
	stranger, err := b.transports.take(netx.Trust{Authorities: trust.Authorities}, proxy)
	if err != nil {
		known.leave()
		return nil, err
	}
	return &way{own: own, known: known, stranger: stranger}, nil
}

// ErrProxy is a proxy's address that is none.
var ErrProxy = errors.New("the proxy's address is not one")

// ParseProxy reads a proxy as an Access has it.
func ParseProxy(text string) (netx.Proxy, error) {
	switch text {
	case "":
		return netx.Proxy{Kind: netx.ProxySystem}, nil
	case string(netx.ProxyNone):
		return netx.Proxy{Kind: netx.ProxyNone}, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return netx.Proxy{}, ErrProxy
	}
	if _, has := u.User.Password(); has {
		return netx.Proxy{}, fmt.Errorf("%w: the password belongs into the keyring", ErrProxy)
	}
	proxy := netx.Proxy{Kind: netx.ProxyKind(strings.ToLower(u.Scheme)), Address: u.Host, User: u.User.Username()}
	if _, err := proxy.Choose(); err != nil || proxy.Kind == netx.ProxySystem || proxy.Kind == netx.ProxyNone {
		return netx.Proxy{}, ErrProxy
	}
	return proxy, nil
}

// ProxyAsks reports whether a proxy wants a password.
func ProxyAsks(text string) bool {
	proxy, err := ParseProxy(text)
	return err == nil && proxy.User != ""
}

// trustOf reads the files that an Access names.
func trustOf(access uploader.Access) (netx.Trust, error) {
	var trust netx.Trust
	for _, file := range []struct {
		path string
		into *[]byte
	}{{access.CA, &trust.Authorities}, {access.Certificate, &trust.Certificate}, {access.Key, &trust.Key}} {
		if file.path == "" {
			continue
		}
		text, err := os.ReadFile(file.path)
		if err != nil {
			return netx.Trust{}, untrusted(err)
		}
		*file.into = text
		if len(text) == 0 {
			return netx.Trust{}, untrusted(fmt.Errorf("%s is empty", file.path))
		}
	}
	return trust, nil
}

func untrusted(err error) error {
	f := fault.New(fault.TLS, fault.Probe, err)
	f.Code = fault.CodeTrust
	return f
}

// settings is what transports are told apart by. The files' contents are in it as
// a hash, since a key is among them.
type settings struct {
	trust [3][sha256.Size]byte
	proxy netx.Proxy
}

// transports are those in use.
type transports struct {
	lines   *netx.Lines
	network func(*http.Transport) http.RoundTripper

	mu   sync.Mutex
	open map[settings]*transport
}

// transport is one of them, shared by those with the same settings.
type transport struct {
	*http.Transport

	carrier  http.RoundTripper
	of       *transports
	settings settings
	users    int // of's mutex
}

// take returns the transport with these settings, for one user more.
func (t *transports) take(trust netx.Trust, proxy netx.Proxy) (*transport, error) {
	key := settings{proxy: proxy, trust: [3][sha256.Size]byte{
		sha256.Sum256(trust.Authorities), sha256.Sum256(trust.Certificate), sha256.Sum256(trust.Key),
	}}
	t.mu.Lock()
	defer t.mu.Unlock()
	if known := t.open[key]; known != nil {
		known.users++
		return known, nil
	}
	tls, err := trust.Config()
	if err != nil {
		return nil, untrusted(err)
	}
	choose, err := proxy.Choose()
	if err != nil {
		return nil, unusable(err)
	}
	made := netx.Transport(netx.Config{TLS: tls, Proxy: choose, Lines: t.lines})
	t.open[key] = &transport{Transport: made, carrier: t.network(made), of: t, settings: key, users: 1}
	return t.open[key], nil
}

// leave is the end of one user. With the last one goes the transport: what is
// under way goes on to its end, and nothing stays open after it.
func (t *transport) leave() {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	if t.users--; t.users == 0 {
		delete(t.of.open, t.settings)
		t.of.drop(t)
	}
}

func (t *transports) drop(gone *transport) {
	gone.CloseIdleConnections()
	if t.lines != nil {
		t.lines.Leave(gone.Transport)
	}
}

func (t *transports) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, transport := range t.open {
		transport.CloseIdleConnections()
	}
}
