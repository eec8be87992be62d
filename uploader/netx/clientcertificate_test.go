package netx_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// lossyTLSServer is an https server whose connections are reset, so that alerts that it
// sent are lost, as on a client with Windows.
type lossyTLSServer struct {
	url         string
	connections atomic.Int32 // accepted
	requests    atomic.Int32 // of which a part was read
}

// resets tells when a lossyTLSServer resets a connection.
type resets int

const (
	atHandshake resets = 1 << iota // after the handshake of the client
	atRequest                      // after it has read a request
	firstOnly                      // only the first connection; the others are as the TLS configuration says
)

// newLossyTLSServer starts a server on 127.0.0.1. A connection that is not reset ends with
// the handshake, or is answered with 204.
func newLossyTLSServer(t *testing.T, config *tls.Config, when resets) *lossyTLSServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &lossyTLSServer{url: "https://" + listener.Addr().String()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if count := server.connections.Add(1); count > 1 && when&firstOnly != 0 {
				server.serve(conn, config, 0)
			} else {
				server.serve(conn, config, when)
			}
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return server
}

func (s *lossyTLSServer) serve(conn net.Conn, config *tls.Config, when resets) {
	defer conn.Close()
	reset := func() { _ = conn.(*net.TCPConn).SetLinger(0) }
	if when&atHandshake != 0 && config.ClientAuth != tls.NoClientCert { // no ticket says that the certificate is accepted
		config = config.Clone()
		config.ClientAuth, config.SessionTicketsDisabled = tls.RequestClientCert, true
	}
	secure := tls.Server(conn, config)
	if secure.Handshake() != nil {
		return
	}
	if when&atHandshake != 0 {
		reset()
		return
	}
	if _, err := http.ReadRequest(bufio.NewReader(secure)); err != nil {
		return
	}
	s.requests.Add(1)
	if when&atRequest != 0 {
		reset()
		return
	}
	_, _ = secure.Write([]byte("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"))
}

// checkedTransport returns the transport of uploads for these options and this proxy, which
// may be nil.
func checkedTransport(t *testing.T, options netx.TLSOptions, proxy *url.URL) *netx.ClientCertificateCheck {
	t.Helper()
	config, err := options.Config()
	if err != nil {
		t.Fatal(err)
	}
	transport := netx.Transport(netx.Config{TLS: config, Proxy: func(*http.Request) (*url.URL, error) { return proxy, nil }})
	check := &netx.ClientCertificateCheck{Next: netx.NewWatchdog(netx.NewHTTP2Fallback(transport)), Transport: transport, Wait: time.Minute}
	t.Cleanup(check.CloseIdleConnections)
	return check
}

func TestClientCertificateCheck(t *testing.T) {
	authority, other := uploadtest.NewCA(t), uploadtest.NewCA(t)
	required := authority.MutualTLSConfig(t, "127.0.0.1")
	asked := authority.ServerConfig(t, "127.0.0.1")
	asked.ClientAuth = tls.RequestClientCert
	notAsked := authority.ServerConfig(t, "127.0.0.1")
	oldVersion := required.Clone()
	oldVersion.MaxVersion = tls.VersionTLS12
	http2Only := required.Clone()
	http2Only.NextProtos = []string{"h2"}

	none := netx.TLSOptions{CACertificates: authority.PEM}
	accepted, rejected := none, none
	accepted.Certificate, accepted.Key = authority.Issue(t, "client")
	rejected.Certificate, rejected.Key = other.Issue(t, "client")

	for name, test := range map[string]struct {
		config   *tls.Config
		when     resets
		options  netx.TLSOptions
		method   string
		rejected bool // because of the certificate
	}{
		"required, none, no reset":                     {required, 0, none, http.MethodPost, true},
		"required, none, one reset":                    {required, atHandshake | firstOnly, none, http.MethodPost, true},
		"required, none, each connection reset":        {required, atHandshake, none, http.MethodPost, true},
		"required, none, reset, with an OPTIONS":       {required, atHandshake, none, http.MethodOptions, true},
		"required, another one, no reset":              {required, 0, rejected, http.MethodPost, true},
		"required, another one, each connection reset": {required, atHandshake, rejected, http.MethodPost, true},
		"required, none, TLS 1.2":                      {oldVersion, 0, none, http.MethodPost, true},
		"required, none, TLS 1.2, reset":               {oldVersion, atHandshake | firstOnly, none, http.MethodPost, true},
		"required, none, HTTP/2 only":                  {http2Only, atHandshake, none, http.MethodOptions, true},
		"required and accepted, request reset":         {required, atRequest, accepted, http.MethodPost, false},
		"required and accepted, one reset":             {required, atHandshake | firstOnly, accepted, http.MethodPost, false},
		"optional, request reset":                      {asked, atRequest, none, http.MethodPost, false},
		"optional, one reset":                          {asked, atHandshake | firstOnly, none, http.MethodPost, false},
		"not asked for, request reset":                 {notAsked, atRequest, none, http.MethodPost, false},
		"not asked for, each connection reset":         {notAsked, atHandshake, none, http.MethodPost, false},
	} {
		t.Run(name, func(t *testing.T) {
			server := newLossyTLSServer(t, test.config, test.when)
			request, _ := http.NewRequestWithContext(t.Context(), test.method, server.url, http.NoBody)
			if test.method == http.MethodPost {
				request, _ = http.NewRequestWithContext(t.Context(), test.method, server.url, strings.NewReader("x"))
			}
			response, err := checkedTransport(t, test.options, nil).RoundTrip(request)
			if err == nil {
				_ = response.Body.Close()
				t.Fatalf("got status %d, want an error", response.StatusCode)
			}
			rejection, isRejection := errors.AsType[*netx.ClientCertificateError](err)
			if isRejection != test.rejected {
				t.Fatalf("got %v, want a ClientCertificateError: %v", err, test.rejected)
			}
			if configured := len(test.options.Certificate) > 0; isRejection && rejection.Configured != configured {
				t.Errorf("got %v, configured %v", err, configured)
			}
		})
	}
}

func TestClientCertificateCheckSendsNoRequest(t *testing.T) {
	authority := uploadtest.NewCA(t)
	config := authority.ServerConfig(t, "127.0.0.1")
	options := netx.TLSOptions{CACertificates: authority.PEM}
	for name, test := range map[string]struct {
		auth        tls.ClientAuthType
		connections int32
	}{
		"certificate not asked for": {tls.NoClientCert, 1},
		"certificate asked for":     {tls.RequestClientCert, 2},
	} {
		t.Run(name, func(t *testing.T) {
			config := config.Clone()
			config.ClientAuth = test.auth
			server := newLossyTLSServer(t, config, atRequest)
			request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, server.url, strings.NewReader("x"))
			response, err := checkedTransport(t, options, nil).RoundTrip(request)
			if err == nil {
				_ = response.Body.Close()
			}
			if _, rejected := errors.AsType[*netx.ClientCertificateError](err); err == nil || rejected {
				t.Errorf("got %v, want the error of the request", err)
			}
			if connections, requests := server.connections.Load(), server.requests.Load(); connections != test.connections || requests != 1 {
				t.Errorf("%d connections with %d requests, want %d with one", connections, requests, test.connections)
			}
		})
	}
}

// A server that accepts a certificate may send no session ticket, so that it says nothing.
func TestClientCertificateCheckDoesNotWaitForever(t *testing.T) {
	authority := uploadtest.NewCA(t)
	config := authority.ServerConfig(t, "127.0.0.1")
	config.ClientAuth, config.SessionTicketsDisabled = tls.RequestClientCert, true
	server := newLossyTLSServer(t, config, atRequest)
	check := checkedTransport(t, netx.TLSOptions{CACertificates: authority.PEM}, nil)
	check.Wait = 100 * time.Millisecond
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, server.url, strings.NewReader("x"))
	response, err := check.RoundTrip(request)
	if err == nil {
		_ = response.Body.Close()
		t.Fatal("no error")
	}
	if _, rejected := errors.AsType[*netx.ClientCertificateError](err); rejected {
		t.Errorf("got %v", err)
	}
}

func TestClientCertificateCheckBehindProxy(t *testing.T) {
	authority := uploadtest.NewCA(t)
	server := newLossyTLSServer(t, authority.MutualTLSConfig(t, serverName), atHandshake)
	address := strings.TrimPrefix(server.url, "https://")
	for name, proxy := range map[string]*uploadtest.ForwardProxy{
		"http":   uploadtest.NewHTTPProxy(t, address, nil, nil),
		"https":  uploadtest.NewHTTPProxy(t, address, nil, authority.ServerConfig(t, "127.0.0.1")),
		"socks5": uploadtest.NewSOCKS5(t, address, nil),
	} {
		t.Run(name, func(t *testing.T) {
			check := checkedTransport(t, netx.TLSOptions{CACertificates: authority.PEM}, &url.URL{Scheme: name, Host: proxy.Addr})
			request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+serverName, strings.NewReader("x"))
			response, err := check.RoundTrip(request)
			if err == nil {
				_ = response.Body.Close()
			}
			if _, rejected := errors.AsType[*netx.ClientCertificateError](err); !rejected {
				t.Errorf("got %v, want a ClientCertificateError", err)
			}
		})
	}
}
