package netx

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// HTTP2Fallback is an [http.RoundTripper] that uses HTTP/1.1, and HTTP/2 for servers
// that support nothing else. Those close a connection with HTTP/1.1 without a
// response, or reject it in the TLS handshake. After this has happened twice to a
// HEAD or OPTIONS request, it is sent with HTTP/2, and if that has a response, so are
// all later requests to the same origin.
type HTTP2Fallback struct {
	http1, http2 *http.Transport

	mu      sync.Mutex
	origins map[string]bool // scheme and host of servers with HTTP/2 only
}

const http2PingInterval = 15 * time.Second // detects a connection that no longer works

// NewHTTP2Fallback returns an HTTP2Fallback for transport, which must be from
// [Transport].
func NewHTTP2Fallback(transport *http.Transport) *HTTP2Fallback {
	http2 := transport.Clone()
	http2.Protocols = &http.Protocols{}
	http2.Protocols.SetHTTP2(true)
	http2.Protocols.SetUnencryptedHTTP2(true)
	http2.HTTP2 = &http.HTTP2Config{SendPingTimeout: http2PingInterval, PingTimeout: http2PingInterval}
	return &HTTP2Fallback{http1: transport, http2: http2, origins: map[string]bool{}}
}

// RoundTrip implements [http.RoundTripper].
func (t *HTTP2Fallback) RoundTrip(request *http.Request) (*http.Response, error) {
	origin := request.URL.Scheme + "://" + request.URL.Host
	if t.usesHTTP2(origin) {
		return t.http2.RoundTrip(request)
	}
	response, err := t.http1.RoundTrip(request)
	if err == nil || !mayBeHTTP2Only(request, err) {
		return response, err
	}
	if response, err = t.http1.RoundTrip(request.Clone(request.Context())); err == nil || !mayBeHTTP2Only(request, err) {
		return response, err
	}
	response, http2Err := t.http2.RoundTrip(request.Clone(request.Context()))
	if http2Err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.origins[origin] = true
	return response, nil
}

func (t *HTTP2Fallback) usesHTTP2(origin string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.origins[origin]
}

// CloseIdleConnections closes the idle connections of both versions.
func (t *HTTP2Fallback) CloseIdleConnections() {
	t.http1.CloseIdleConnections()
	t.http2.CloseIdleConnections()
}

// mayBeHTTP2Only reports whether a server that supports only HTTP/2 may be the reason
// that the request failed, and the request can be sent again.
func mayBeHTTP2Only(request *http.Request, err error) bool {
	if request.Method != http.MethodOptions && request.Method != http.MethodHead ||
		request.Body != nil && request.Body != http.NoBody || request.Context().Err() != nil {
		return false
	}
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		return false
	}
	opErr, ok := errors.AsType[*net.OpError](err)
	return !ok || slices.Contains([]string{"read", "write", "remote error"}, opErr.Op)
}
