// Package netx implements the HTTP transport of uploads. It configures an
// [http.Transport] for large request bodies with its TLS options and its proxy,
// ends stalled requests ([Watchdog]), limits the bandwidth ([Throttle]), and closes
// connections that a network change has broken ([ConnTracker]). [ClientCertificateCheck] tells a
// rejected client certificate from a lost connection.
//
// The total duration of a request is not limited, since an upload may take any
// time; timeouts apply only while no bytes are transferred. All types are safe for
// concurrent use unless stated otherwise.
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

// Config configures a transport. The zero value is ready to use.
type Config struct {
	// TLS is the configuration for https servers and proxies; nil means the
	// system's certificate pool. [TLSOptions] creates one. Versions below TLS 1.2 are
	// never used.
	TLS *tls.Config

	// Proxy returns the proxy of a request; nil means [http.ProxyFromEnvironment].
	// The type [Proxy] creates one.
	Proxy func(*http.Request) (*url.URL, error)

	// PublicOnly refuses servers that are not on the public internet with a
	// [LocalAddressError] or a [HostError]: by the address of each connection, whatever
	// the name of the server was resolved to before; behind a proxy by the name.
	PublicOnly bool

	// Dial makes the connections; nil means that of the system.
	Dial DialFunc

	// ConnTracker tracks the transport's connections, if not nil.
	ConnTracker *ConnTracker
}

const (
	dialTimeout           = 15 * time.Second
	keepAliveInterval     = 15 * time.Second // detects a peer that is no longer there
	tlsHandshakeTimeout   = 15 * time.Second
	idleConnTimeout       = 50 * time.Second // less than the usual 60 s of servers
	expectContinueTimeout = 2 * time.Second  // for servers that ignore Expect: 100-continue
	maxIdleConnsPerHost   = 64               // the maximum number of concurrent uploads of small files
	writeBufferSize       = 64 << 10         // so that headers and a small file are sent in one write
	maxHeaderBytes        = 64 << 10
)

// Transport returns an HTTP/1.1 transport for uploads. HTTP/2 is disabled: all
// uploads to a server would share one connection and its flow-control window.
// [HTTP2Fallback] is for servers that support nothing else. The
// caller must call CloseIdleConnections when the transport is no longer used.
func Transport(config Config) *http.Transport {
	proxy := config.Proxy
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	tlsConfig := &tls.Config{}
	if config.TLS != nil {
		tlsConfig = config.TLS.Clone()
	}
	if tlsConfig.ClientSessionCache == nil {
		tlsConfig.ClientSessionCache = tls.NewLRUClientSessionCache(maxIdleConnsPerHost)
	}
	tlsConfig.MinVersion = max(tlsConfig.MinVersion, tls.VersionTLS12)
	noteCertificateRequest(tlsConfig)
	var http1 http.Protocols
	http1.SetHTTP1(true)
	connect := config.Dial
	if connect == nil {
		connect = dialTCP
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		return connect(ctx, network, address, nil)
	}
	if config.PublicOnly {
		restricted := &publicOnly{proxy: proxy, dial: connect, proxies: map[string]bool{}}
		proxy, dial = restricted.Proxy, restricted.Dial
	}
	if config.ConnTracker != nil {
		dial = config.ConnTracker.wrapDial(dial)
	}
	transport := &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: checkConnectResponse,
		DialContext:            dial,
		TLSClientConfig:        tlsConfig,
		TLSHandshakeTimeout:    tlsHandshakeTimeout,
		MaxIdleConnsPerHost:    maxIdleConnsPerHost,
		IdleConnTimeout:        idleConnTimeout,
		ExpectContinueTimeout:  expectContinueTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		WriteBufferSize:        writeBufferSize,
		DisableCompression:     true,
		Protocols:              &http1,
	}
	if config.ConnTracker != nil {
		config.ConnTracker.addTransport(transport)
	}
	return transport
}

// ProxyError is the failed response of a proxy to a CONNECT request.
type ProxyError struct{ Status int }

// Error implements the error interface.
func (e *ProxyError) Error() string {
	return fmt.Sprintf("proxy CONNECT: %d %s", e.Status, http.StatusText(e.Status))
}

// HTTPStatus returns the status of the proxy's response.
func (e *ProxyError) HTTPStatus() int { return e.Status }

func checkConnectResponse(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{response.StatusCode}
}
