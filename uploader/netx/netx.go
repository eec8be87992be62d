// Package netx is how uploads reach the network: a transport tuned for large
// request bodies, its trust and its proxies, a watchdog that ends requests on
// which nothing moves, limits of bandwidth, and an account of connections that
// drops those a change of network has cut.
//
// Uploads take as long as they take, so nothing here limits how long a request
// may last in all; a time runs only while nothing happens. Everything may be
// used by many goroutines.
package netx

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Config is what a Transport is made of. The zero value is a good one.
type Config struct {
	// TLS is used for https, to servers and proxies; nil is the system's trust.
	// Trust makes one. Nothing below TLS 1.2 is spoken whatever it says.
	TLS *tls.Config

	// Proxy chooses a proxy per request; nil asks the environment. The type Proxy
	// makes one.
	Proxy func(*http.Request) (*url.URL, error)

	// Lines keeps account of the transport's connections; nil for nobody.
	Lines *Lines
}

const (
	dialTime    = 15 * time.Second // a host that takes connections does so sooner
	keepAlive   = 15 * time.Second // finds a peer that vanished while a connection idles
	tlsTime     = 15 * time.Second
	idleTime    = 50 * time.Second // below the 60 s after which common servers hang up
	consentTime = 2 * time.Second  // for servers that never answer Expect: 100-continue
	idlePerHost = 64               // as many small files as may be in flight at once
	writeBuffer = 64 << 10         // headers and a small file leave in one write
	headerLimit = 64 << 10
)

// Transport makes an HTTP/1.1 transport for uploads. Each upload has a connection
// of its own: over HTTP/2 all of them would share one, and the server's window on
// it. The caller closes its idle connections when done.
func Transport(config Config) *http.Transport {
	proxy := config.Proxy
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	trust := &tls.Config{}
	if config.TLS != nil {
		trust = config.TLS.Clone()
	}
	if trust.ClientSessionCache == nil {
		trust.ClientSessionCache = tls.NewLRUClientSessionCache(idlePerHost)
	}
	trust.MinVersion = max(trust.MinVersion, tls.VersionTLS12)
	var http1 http.Protocols
	http1.SetHTTP1(true)
	dial := (&net.Dialer{Timeout: dialTime, KeepAlive: keepAlive}).DialContext
	if config.Lines != nil {
		dial = config.Lines.over(dial)
	}
	transport := &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: refuseByStatus,
		DialContext:            dial,
		TLSClientConfig:        trust,
		TLSHandshakeTimeout:    tlsTime,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTime,
		ExpectContinueTimeout:  consentTime,
		MaxResponseHeaderBytes: headerLimit,
		WriteBufferSize:        writeBuffer,
		DisableCompression:     true,
		Protocols:              &http1,
	}
	if config.Lines != nil {
		config.Lines.serve(transport)
	}
	return transport
}

// ProxyError is a proxy's refusal to connect to a server.
type ProxyError struct{ Status int }

// Error implements error.
func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy refuses to connect: %d %s", e.Status, http.StatusText(e.Status))
}

// HTTPStatus is the status of the proxy's answer.
func (e *ProxyError) HTTPStatus() int { return e.Status }

func refuseByStatus(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{answer.StatusCode}
}
