package connect

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"sync"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
)

// serverTransport is the http.RoundTripper of one server. It uses the client
// certificate for requests to the server's own origin only.
type serverTransport struct {
	origin *url.URL
	own    *sharedTransport // for the server's origin
	other  *sharedTransport // for other origins; the same as own without a client certificate
}

// RoundTrip implements http.RoundTripper.
func (t *serverTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if netx.SameOrigin(r.URL, t.origin) {
		return t.own.wrapped.RoundTrip(r)
	}
	return t.other.wrapped.RoundTrip(r)
}

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
	own, err := c.transports.acquire(trust, proxy)
	if err != nil {
		return nil, err
	}
	other, err := c.transports.acquire(netx.TLSOptions{CACertificates: trust.CACertificates}, proxy)
	if err != nil {
		own.release()
		return nil, err
	}
	return &serverTransport{origin: origin, own: own, other: other}, nil
}

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
		content, err := os.ReadFile(file.path)
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
}

// transportPool holds the transports in use.
type transportPool struct {
	conns *netx.ConnTracker // may be nil
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
func (p *transportPool) acquire(trust netx.TLSOptions, proxy netx.Proxy) (*sharedTransport, error) {
	key := transportKey{proxy: proxy, certificateFingerprint: trust.CertificateFingerprint, trust: [3][sha256.Size]byte{
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
	transport := netx.Transport(netx.Config{TLS: tls, Proxy: proxyFunc, ConnTracker: p.conns})
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
