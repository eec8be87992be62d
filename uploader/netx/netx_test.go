package netx_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, uploadtest.IgnoreTusdGoroutines()) }

func TestTransportUsesHTTP1WithHTTP2Server(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	tlsConfig := server.Client().Transport.(*http.Transport).TLSClientConfig
	transport := netx.Transport(netx.Config{TLS: tlsConfig})
	defer transport.CloseIdleConnections()
	if got := get(t, transport, server.URL); got != "HTTP/1.1" {
		t.Errorf("protocol %s, want HTTP/1.1", got)
	}
}

func TestTransportRequiresTLS12(t *testing.T) {
	for name, config := range map[string]*tls.Config{"no configuration": nil, "lower MinVersion": {MinVersion: tls.VersionTLS10}} {
		transport := netx.Transport(netx.Config{TLS: config})
		if got := transport.TLSClientConfig.MinVersion; got != tls.VersionTLS12 {
			t.Errorf("%s: MinVersion %s, want TLS 1.2", name, tls.VersionName(got))
		}
		if config != nil && config.MinVersion != tls.VersionTLS10 {
			t.Errorf("%s: the caller's configuration was modified", name)
		}
	}
}

func TestTransportIdleConns(t *testing.T) {
	if got := netx.Transport(netx.Config{}).MaxIdleConnsPerHost; got != 64 {
		t.Errorf("MaxIdleConnsPerHost = %d, want 64", got)
	}
}

func TestTransportReturnsProxyError(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer proxy.Close()
	transport := netx.Transport(netx.Config{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }})
	defer transport.CloseIdleConnections()
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://example.invalid/", nil)
	_, err := transport.RoundTrip(request)
	proxyErr, ok := errors.AsType[*netx.ProxyError](err)
	if !ok || proxyErr.HTTPStatus() != http.StatusProxyAuthRequired || !strings.Contains(err.Error(), "407") {
		t.Errorf("got %v, want a ProxyError with status 407", err)
	}
}

func get(t *testing.T, transport http.RoundTripper, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
