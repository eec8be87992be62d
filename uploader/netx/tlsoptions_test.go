package netx_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// startTLSServer starts an https server on 127.0.0.1 that responds with the name in
// the client certificate, or "none".
func startTLSServer(t *testing.T, config *tls.Config) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := "none"
		if len(r.TLS.PeerCertificates) > 0 {
			name = r.TLS.PeerCertificates[0].Subject.CommonName
		}
		_, _ = io.WriteString(w, name)
	}))
	server.TLS = config
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// tlsTransport returns a transport with the given options.
func tlsTransport(t *testing.T, options netx.TLSOptions) *http.Transport {
	t.Helper()
	config, err := options.Config()
	if err != nil {
		t.Fatal(err)
	}
	transport := netx.Transport(netx.Config{TLS: config})
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func TestAdditionalCACertificates(t *testing.T) {
	trusted, other := uploadtest.NewCA(t), uploadtest.NewCA(t)
	server := startTLSServer(t, trusted.ServerConfig(t, "127.0.0.1"))
	if got := get(t, tlsTransport(t, netx.TLSOptions{CACertificates: append(other.PEM, trusted.PEM...)}), server.URL); got != "none" {
		t.Errorf("client certificate %q, want none", got)
	}
	for name, options := range map[string]netx.TLSOptions{"no CA certificate": {}, "another CA certificate": {CACertificates: other.PEM}} {
		_, err := tlsTransport(t, options).RoundTrip(httptest.NewRequest(http.MethodGet, server.URL, nil))
		if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); !unknown {
			t.Errorf("%s: got %v, want x509.UnknownAuthorityError", name, err)
		}
	}
}

func TestCertificateOfAnotherHostIsRejected(t *testing.T) {
	authority := uploadtest.NewCA(t)
	server := startTLSServer(t, authority.ServerConfig(t, "other.example"))
	_, err := tlsTransport(t, netx.TLSOptions{CACertificates: authority.PEM}).RoundTrip(httptest.NewRequest(http.MethodGet, server.URL, nil))
	if _, wrong := errors.AsType[x509.HostnameError](err); !wrong {
		t.Errorf("got %v, want x509.HostnameError", err)
	}
}

func TestClientCertificate(t *testing.T) {
	authority := uploadtest.NewCA(t)
	server := startTLSServer(t, authority.MutualTLSConfig(t, "127.0.0.1"))
	certificate, key := authority.Issue(t, "test client")
	for name, options := range map[string]netx.TLSOptions{
		"two files": {CACertificates: authority.PEM, Certificate: certificate, Key: key},
		"one file":  {CACertificates: authority.PEM, Certificate: append(key, certificate...)},
	} {
		if got := get(t, tlsTransport(t, options), server.URL); got != "test client" {
			t.Errorf("%s: client certificate %q", name, got)
		}
	}
	if _, err := tlsTransport(t, netx.TLSOptions{CACertificates: authority.PEM}).RoundTrip(httptest.NewRequest(http.MethodGet, server.URL, nil)); err == nil {
		t.Error("request without a client certificate succeeded")
	}
}

func TestTLSOptionsErrors(t *testing.T) {
	authority := uploadtest.NewCA(t)
	certificate, key := authority.Issue(t, "me")
	_, otherKey := authority.Issue(t, "me")
	for name, test := range map[string]struct {
		options netx.TLSOptions
		want    string
	}{
		"not PEM":                         {netx.TLSOptions{CACertificates: []byte("hello")}, "parse CA certificates: no certificate found"},
		"key instead of a CA certificate": {netx.TLSOptions{CACertificates: key}, "parse CA certificates: no certificate found"},
		"malformed CA certificate":        {netx.TLSOptions{CACertificates: []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")}, "parse CA certificates: x509"},
		"certificate without key":         {netx.TLSOptions{Certificate: certificate}, "parse client certificate"},
		"key without certificate":         {netx.TLSOptions{Key: key}, "parse client certificate"},
		"key of another certificate":      {netx.TLSOptions{Certificate: certificate, Key: otherKey}, "parse client certificate"},
	} {
		if _, err := test.options.Config(); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}

func FuzzTLSOptions(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), []byte("x"), []byte(nil))
	f.Add([]byte(nil), []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), []byte("y"))
	f.Fuzz(func(t *testing.T, authorities, certificate, key []byte) {
		config, err := netx.TLSOptions{CACertificates: authorities, Certificate: certificate, Key: key}.Config()
		if (err == nil) != (config != nil) {
			t.Fatalf("config %v, error %v", config, err)
		}
		if config != nil && (config.InsecureSkipVerify || len(authorities) > 0 && config.RootCAs == nil) {
			t.Fatal("any certificate is trusted")
		}
	})
}
