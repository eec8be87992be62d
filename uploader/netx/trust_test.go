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

// secure starts an https server on 127.0.0.1 that says who its client is.
func secure(t *testing.T, config *tls.Config) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := "nobody"
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

// trusting is a transport that ends with the test.
func trusting(t *testing.T, trust netx.Trust) *http.Transport {
	t.Helper()
	config, err := trust.Config()
	if err != nil {
		t.Fatal(err)
	}
	transport := netx.Transport(netx.Config{TLS: config})
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func TestTrustBelievesItsOwnAuthorityToo(t *testing.T) {
	ours, theirs := uploadtest.NewAuthority(t), uploadtest.NewAuthority(t)
	server := secure(t, ours.Server(t, "127.0.0.1"))
	if got := get(t, trusting(t, netx.Trust{Authorities: append(theirs.PEM, ours.PEM...)}), server.URL); got != "nobody" {
		t.Errorf("the server sees %q", got)
	}
	for name, trust := range map[string]netx.Trust{"nobody": {}, "somebody else": {Authorities: theirs.PEM}} {
		_, err := trusting(t, trust).RoundTrip(httptest.NewRequest(http.MethodGet, server.URL, nil))
		if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); !unknown {
			t.Errorf("believing %s, it got %v", name, err)
		}
	}
}

func TestTrustIsForTheNameAlone(t *testing.T) {
	ours := uploadtest.NewAuthority(t)
	server := secure(t, ours.Server(t, "other.example"))
	_, err := trusting(t, netx.Trust{Authorities: ours.PEM}).RoundTrip(httptest.NewRequest(http.MethodGet, server.URL, nil))
	if _, wrong := errors.AsType[x509.HostnameError](err); !wrong {
		t.Errorf("got %v", err)
	}
}

func TestTrustShowsItsOwnCertificate(t *testing.T) {
	ours := uploadtest.NewAuthority(t)
	server := secure(t, ours.Known(t, "127.0.0.1"))
	certificate, key := ours.Issue(t, "a photographer")
	for name, trust := range map[string]netx.Trust{
		"two files": {Authorities: ours.PEM, Certificate: certificate, Key: key},
		"one file":  {Authorities: ours.PEM, Certificate: append(key, certificate...)},
	} {
		if got := get(t, trusting(t, trust), server.URL); got != "a photographer" {
			t.Errorf("%s: the server sees %q", name, got)
		}
	}
	if _, err := trusting(t, netx.Trust{Authorities: ours.PEM}).RoundTrip(httptest.NewRequest(http.MethodGet, server.URL, nil)); err == nil {
		t.Error("a stranger was let in")
	}
}

func TestTrustNamesWhatItCannotRead(t *testing.T) {
	ours := uploadtest.NewAuthority(t)
	certificate, key := ours.Issue(t, "me")
	_, otherKey := ours.Issue(t, "me")
	for name, test := range map[string]struct {
		trust netx.Trust
		want  string
	}{
		"no PEM at all":                   {netx.Trust{Authorities: []byte("hello")}, "read authorities: there is no certificate"},
		"a key in place of an authority":  {netx.Trust{Authorities: key}, "read authorities: there is no certificate"},
		"a broken authority":              {netx.Trust{Authorities: []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")}, "read authorities: x509"},
		"a certificate without its key":   {netx.Trust{Certificate: certificate}, "read client certificate"},
		"a key without its certificate":   {netx.Trust{Key: key}, "read client certificate"},
		"a certificate and another's key": {netx.Trust{Certificate: certificate, Key: otherKey}, "read client certificate"},
	} {
		if _, err := test.trust.Config(); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzTrust(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), []byte("x"), []byte(nil))
	f.Add([]byte(nil), []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), []byte("y"))
	f.Fuzz(func(t *testing.T, authorities, certificate, key []byte) {
		config, err := netx.Trust{Authorities: authorities, Certificate: certificate, Key: key}.Config()
		if (err == nil) != (config != nil) {
			t.Fatalf("both %v and %v", config, err)
		}
		if config != nil && (config.InsecureSkipVerify || len(authorities) > 0 && config.RootCAs == nil) {
			t.Fatal("it believes anybody")
		}
	})
}
