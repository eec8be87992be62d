package netx_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader/netx"
)

// protocolServer starts a server that supports only these protocols, and returns the
// protocol and body of each request in the response.
func protocolServer(t *testing.T, secure bool, protocols http.Protocols) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Received", r.Proto+" "+string(body))
		w.WriteHeader(http.StatusNoContent)
	}))
	server.Config.Protocols = &protocols
	if secure {
		server.EnableHTTP2 = protocols.HTTP2()
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server
}

func TestHTTP2Fallback(t *testing.T) {
	var both, http2, unencrypted http.Protocols
	both.SetHTTP1(true)
	both.SetHTTP2(true)
	both.SetUnencryptedHTTP2(true)
	http2.SetHTTP2(true)
	unencrypted.SetUnencryptedHTTP2(true)
	for name, test := range map[string]struct {
		secure    bool
		protocols http.Protocols
		want      string
	}{
		"https, both versions": {true, both, "HTTP/1.1"},
		"https, HTTP/2 only":   {true, http2, "HTTP/2.0"},
		"http, both versions":  {false, both, "HTTP/1.1"},
		"http, HTTP/2 only":    {false, unencrypted, "HTTP/2.0"},
	} {
		t.Run(name, func(t *testing.T) {
			server := protocolServer(t, test.secure, test.protocols)
			fallback := netx.NewHTTP2Fallback(netx.Transport(netx.Config{TLS: &tls.Config{InsecureSkipVerify: true}}))
			defer fallback.CloseIdleConnections()
			for _, sent := range []struct{ method, body string }{{http.MethodOptions, ""}, {http.MethodPatch, "bytes"}, {http.MethodHead, ""}} {
				request, _ := http.NewRequestWithContext(t.Context(), sent.method, server.URL, strings.NewReader(sent.body))
				response, err := netx.NewWatchdog(fallback).RoundTrip(request)
				if err != nil {
					t.Fatal(err)
				}
				_ = response.Body.Close()
				if got, want := strings.TrimSpace(response.Header.Get("Received")), strings.TrimSpace(test.want+" "+sent.body); got != want {
					t.Errorf("%s: server received %q, want %q", sent.method, got, want)
				}
			}
		})
	}
}

func TestHTTP2FallbackReturnsOriginalError(t *testing.T) {
	var accepted atomic.Int64
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			accepted.Add(1)
			_ = conn.Close()
		}
	}()
	fallback := netx.NewHTTP2Fallback(netx.Transport(netx.Config{}))
	defer fallback.CloseIdleConnections()
	url := "http://" + listener.Addr().String()
	for method, want := range map[string]int64{http.MethodPatch: 1, http.MethodHead: 3} {
		accepted.Store(0)
		request, _ := http.NewRequestWithContext(t.Context(), method, url, nil)
		response, err := fallback.RoundTrip(request)
		if err == nil {
			_ = response.Body.Close()
			t.Fatalf("%s: no error", method)
		}
		if got := accepted.Load(); got != want {
			t.Errorf("%s: %d connections, want %d (%v)", method, got, want, err)
		}
	}
	_ = listener.Close()
	<-ended
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodHead, url, nil)
	response, err := fallback.RoundTrip(request)
	if response != nil {
		_ = response.Body.Close()
	}
	if opErr, ok := errors.AsType[*net.OpError](err); !ok || opErr.Op != "dial" {
		t.Errorf("refused connection: got %v", err)
	}
}
