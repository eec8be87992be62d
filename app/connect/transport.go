package connect

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
)

// serverTransport is the http.RoundTripper of one server. It uses the client
// certificate for requests to the server's own origin only.
//
// A server on the public internet may use other hosts there only. The server itself may be
// on a local network, unless it was found on the public internet before: its name then
// leads to something else now.
type serverTransport struct {
	hosts netx.Hosts
	own   *sharedTransport // for the server's origin
	other *sharedTransport // for other origins; may be the same as own

	publicOnly    bool        // own reaches the public internet only
	reachedPublic atomic.Bool // own has reached the server at a public address
}

// RoundTrip implements http.RoundTripper.
func (t *serverTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !t.hosts.Own(r.URL) {
		return t.other.wrapped.RoundTrip(r)
	}
	if t.publicOnly || t.hosts.Local() {
		return t.own.wrapped.RoundTrip(r)
	}
	if proxy, err := t.own.Proxy(r); proxy != nil || err != nil { // the address is not known
		return t.own.wrapped.RoundTrip(r)
	}
	var public atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		remote, err := netip.ParseAddrPort(info.Conn.RemoteAddr().String())
		public.Store(err == nil && netx.IsPublic(remote.Addr()))
	}}
	response, err := t.own.wrapped.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if err == nil && public.Load() {
		t.reachedPublic.Store(true)
	}
	return response, err
}

// isOutdated reports whether the server was found on the public internet, so that a
// transport that reaches nothing else is to be used from now on.
func (t *serverTransport) isOutdated() bool { return !t.publicOnly && t.reachedPublic.Load() }

// release releases the shared transports. t may be nil.
func (t *serverTransport) release() {
	if t != nil {
		t.own.release()
		t.other.release()
	}
}

// newTransport returns the transport of a server.
func (c *Connector) newTransport(server uploader.Server, proxyPassword string) (*serverTransport, error) {
	origin, err := url.Parse(server.Endpoint)
	if err != nil {
		return nil, refused(errors.New("invalid endpoint URL"))
	}
	proxy, err := ParseProxy(server.Access.Proxy)
	if err != nil {
		return nil, refused(err)
	}
	if proxy.User != "" {
		proxy.Password = proxyPassword
	}
	trust, err := readTrust(server.Access)
	if err != nil {
		return nil, err
	}
	t := &serverTransport{hosts: netx.NewHosts(origin, server.Options.AllowedHosts)}
	t.publicOnly = server.Options.PublicAddress && !t.hosts.Local()
	ownTrust := trust
	if origin.Scheme == "http" { // the certificate is not for https on the same host
		ownTrust = netx.TLSOptions{CACertificates: trust.CACertificates}
	}
	if t.own, err = c.transports.acquire(ownTrust, proxy, t.publicOnly); err != nil {
		return nil, err
	}
	t.other, err = c.transports.acquire(netx.TLSOptions{CACertificates: trust.CACertificates}, proxy, !t.hosts.Local())
	if err != nil {
		t.own.release()
		return nil, err
	}
	return t, nil
}

const maxCertificateFile = 1 << 20 // bytes; the public authorities together have a quarter of it

// readTrust reads the certificate files of an Access.
func readTrust(access uploader.Access) (netx.TLSOptions, error) {
	trust := netx.TLSOptions{CertificateFingerprint: access.CertificateFingerprint}
	for _, file := range []struct {
		path    string
		content *[]byte
	}{{access.CA, &trust.CACertificates}, {access.Certificate, &trust.Certificate}, {access.Key, &trust.Key}} {
		if file.path == "" {
			continue
		}
		content, err := ReadFile(file.path, maxCertificateFile)
		if fault.IsExhausted(err) {
			return netx.TLSOptions{}, fault.NewExhausted(fault.Probe, err)
		}
		if err != nil {
			return netx.TLSOptions{}, certificateFault(err)
		}
		if len(content) == 0 {
			return netx.TLSOptions{}, certificateFault(fmt.Errorf("%s is empty", file.path))
		}
		*file.content = content
	}
	return trust, nil
}

func certificateFault(err error) error {
	f := fault.New(fault.TLS, fault.Probe, err)
	f.Code = fault.CodeCertificateFile
	return f
}

// transportKey identifies the settings of a transport. The certificate files are
// hashed because one of them contains a private key.
type transportKey struct {
	trust                  [3][sha256.Size]byte
	certificateFingerprint string
	proxy                  netx.Proxy
	publicOnly             bool
}

// transportPool holds the transports in use.
type transportPool struct {
	conns *netx.ConnTracker // may be nil
	dial  netx.DialFunc     // nil for the system's
	wrap  func(*http.Transport) http.RoundTripper

	mu   sync.Mutex
	open map[transportKey]*sharedTransport
}

// sharedTransport is a transport of a pool, shared by all users with the same settings.
type sharedTransport struct {
	*http.Transport

	wrapped http.RoundTripper
	pool    *transportPool
	key     transportKey
	users   int // guarded by pool.mu
}

// acquire returns the transport with these settings. The caller releases it.
func (p *transportPool) acquire(trust netx.TLSOptions, proxy netx.Proxy, publicOnly bool) (*sharedTransport, error) {
	key := transportKey{proxy: proxy, publicOnly: publicOnly, certificateFingerprint: trust.CertificateFingerprint, trust: [3][sha256.Size]byte{
		sha256.Sum256(trust.CACertificates), sha256.Sum256(trust.Certificate), sha256.Sum256(trust.Key),
	}}
	p.mu.Lock()
	defer p.mu.Unlock()
	if shared := p.open[key]; shared != nil {
		shared.users++
		return shared, nil
	}
	tls, err := trust.Config()
	if err != nil {
		return nil, certificateFault(err)
	}
	proxyFunc, err := proxy.Func()
	if err != nil {
		return nil, refused(err)
	}
	transport := netx.Transport(netx.Config{TLS: tls, Proxy: proxyFunc, PublicOnly: publicOnly, Dial: p.dial, ConnTracker: p.conns})
	p.open[key] = &sharedTransport{Transport: transport, wrapped: p.wrap(transport), pool: p, key: key, users: 1}
	return p.open[key], nil
}

// release ends one use. The last one closes the transport: running requests complete,
// and their network connections are closed afterwards.
func (t *sharedTransport) release() {
	t.pool.mu.Lock()
	defer t.pool.mu.Unlock()
	if t.users--; t.users != 0 {
		return
	}
	delete(t.pool.open, t.key)
	t.closeIdle()
	if t.pool.conns != nil {
		t.pool.conns.RemoveTransport(t.Transport)
	}
}

func (p *transportPool) closeIdle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, transport := range p.open {
		transport.closeIdle()
	}
}

// closeIdle closes idle network connections, also those of a wrapper.
func (t *sharedTransport) closeIdle() {
	t.CloseIdleConnections()
	if wrapped, ok := t.wrapped.(interface{ CloseIdleConnections() }); ok {
		wrapped.CloseIdleConnections()
	}
}
