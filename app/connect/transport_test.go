package connect_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// startTLSServer is startServer with TLS.
func startTLSServer(t *testing.T, config *tls.Config) *fakeServer {
	t.Helper()
	s := &fakeServer{}
	s.Server = httptest.NewUnstartedServer(s)
	s.TLS = config
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// writePEM writes content to a temporary file.
func writePEM(t *testing.T, content []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "file.pem")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// certificateAccess returns an access with the CA and a client certificate of it.
func certificateAccess(t *testing.T, ca *uploadtest.CA) uploader.Access {
	t.Helper()
	certificate, key := ca.Issue(t, "member")
	return uploader.Access{
		SignIn: uploader.SignInBearer, SecretName: "studio",
		CA: writePEM(t, ca.PEM), Certificate: writePEM(t, certificate), Key: writePEM(t, key),
	}
}

// requestClientCert returns a TLS configuration that requests a client certificate and
// accepts any.
func requestClientCert(t *testing.T, ca *uploadtest.CA) *tls.Config {
	t.Helper()
	config := ca.ServerConfig(t, "127.0.0.1")
	config.ClientAuth = tls.RequestClientCert
	return config
}

func TestCustomCAAndClientCertificate(t *testing.T) {
	ca := uploadtest.NewCA(t)
	server := startTLSServer(t, ca.MutualTLSConfig(t, "127.0.0.1"))
	connector := newConnector(t, connect.Config{Keyring: keyringWith("studio", connect.Secrets{SignIn: "t0ken"})})
	access := certificateAccess(t, ca)
	combined := access
	certificate, _ := os.ReadFile(access.Certificate)
	key, _ := os.ReadFile(access.Key)
	combined.Certificate, combined.Key = writePEM(t, append(certificate, key...)), ""
	for name, access := range map[string]uploader.Access{"two files": access, "one file": combined} {
		probe(t, connectTo(t, connector, uploader.Server{ID: 2, Endpoint: server.endpoint(), Access: access}))
		if got := server.last(t).TLS.PeerCertificates[0].Subject.CommonName; got != "member" {
			t.Errorf("%s: client certificate is for %q", name, got)
		}
	}
	for name, change := range map[string]func(*uploader.Access){
		"without CA":                 func(a *uploader.Access) { a.CA = "" },
		"without client certificate": func(a *uploader.Access) { a.Certificate, a.Key = "", "" },
		"missing CA file":            func(a *uploader.Access) { a.CA = filepath.Join(t.TempDir(), "none.pem") },
		"invalid CA file":            func(a *uploader.Access) { a.CA = writePEM(t, []byte("hello")) },
		"CA file without an end":     func(a *uploader.Access) { a.CA = writePEM(t, append(bytes.Clone(ca.PEM), make([]byte, 1<<20)...)) },
		"folder":                     func(a *uploader.Access) { a.CA = t.TempDir() },
		"empty certificate file":     func(a *uploader.Access) { a.Certificate = writePEM(t, nil) },
		"key of another certificate": func(a *uploader.Access) { _, key := ca.Issue(t, "other"); a.Key = writePEM(t, key) },
	} {
		broken := access
		change(&broken)
		_, err := connectTo(t, connector, uploader.Server{ID: 2, Endpoint: server.endpoint(), Access: broken}).Probe(t.Context())
		f := fault.Of(err)
		if f == nil || f.Kind != fault.TLS {
			t.Errorf("%s: error is %v", name, err)
		} else if badFile := !strings.HasPrefix(name, "without"); badFile != (f.Code == fault.CodeCertificateFile) {
			t.Errorf("%s: code is %q", name, f.Code)
		}
	}
}

// TestCredentialsAreSentToOwnOriginOnly also covers K8: a Location on another host.
func TestCredentialsAreSentToOwnOriginOnly(t *testing.T) {
	ca := uploadtest.NewCA(t)
	other, plain := startTLSServer(t, requestClientCert(t, ca)), startServer(t)
	plainHost := strings.Replace(plain.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	allowed := strings.Join([]string{other.Listener.Addr().String(), plain.Listener.Addr().String(), plainHost}, " ")
	var home *fakeServer
	for name, test := range map[string]struct {
		target  *fakeServer
		send    func(uploader.Protocol) error
		refused bool // the target receives nothing
	}{
		"redirect to another host":            {other, func(p uploader.Protocol) error { _, err := p.Head(t.Context(), home.URL+"/other"); return err }, false},
		"redirect from https to http":         {plain, func(p uploader.Protocol) error { _, err := p.Head(t.Context(), home.URL+"/plain"); return err }, true},
		"upload URL on another host":          {other, func(p uploader.Protocol) error { _, err := p.Head(t.Context(), other.URL+"/files/1"); return err }, false},
		"upload URL on http":                  {plain, func(p uploader.Protocol) error { _, err := p.Head(t.Context(), plain.URL+"/files/1"); return err }, true},
		"PATCH redirected (307)":              {other, func(p uploader.Protocol) error { return patch(t, p, home.URL+"/other") }, false},
		"PATCH redirected to http":            {plain, func(p uploader.Protocol) error { return patch(t, p, home.URL+"/plain") }, true},
		"DELETE of an upload on another host": {other, func(p uploader.Protocol) error { return p.Terminate(t.Context(), other.URL+"/files/1") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			home = startTLSServer(t, requestClientCert(t, ca))
			home.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				to := map[string]string{
					"/other": other.URL,
					"/plain": "http://" + plainHost, // http on the host of home would become https (K8)
				}[r.URL.Path]
				if to != "" {
					http.Redirect(w, r, to+"/files/1", http.StatusTemporaryRedirect)
					return
				}
				home.ServeHTTP(w, r)
			})
			connector := newConnector(t, connect.Config{Keyring: keyringWith("studio", connect.Secrets{SignIn: "t0ken"})})
			client := connectTo(t, connector, uploader.Server{ID: 2, Endpoint: home.endpoint(), Access: certificateAccess(t, ca), Options: uploader.ServerOptions{AllowedHosts: allowed}})
			connector.SetHeader(home.endpoint(), http.Header{"X-Key": {"hush"}})
			probe(t, client)
			if r := home.last(t); r.Header.Get("Authorization") != "Bearer t0ken" || r.Header.Get("X-Key") != "hush" || len(r.TLS.PeerCertificates) != 1 {
				t.Fatalf("own server received %v and %d certificates", r.Header, len(r.TLS.PeerCertificates))
			}
			err := test.send(client)
			if test.refused {
				if f := fault.Of(err); f == nil || f.Code != fault.CodeUnencrypted || len(test.target.requests) > 0 {
					t.Errorf("error is %v, http server received %d requests", err, len(test.target.requests))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			r := test.target.last(t)
			if r.Header.Get("Authorization") != "" || r.Header.Get("X-Key") != "" {
				t.Errorf("other server received %v", r.Header)
			}
			if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
				t.Errorf("other server received the certificate of %q", r.TLS.PeerCertificates[0].Subject.CommonName)
			}
		})
	}
}

func patch(t *testing.T, p uploader.Protocol, url string) error {
	t.Helper()
	_, err := p.PatchWith(t.Context(), tus.PatchRequest{URL: url, Body: strings.NewReader("123456789"), Size: 9})
	return err
}

func TestServersWithSameSettingsShareTransport(t *testing.T) {
	var created []*http.Transport
	connector := newConnector(t, connect.Config{WrapTransport: func(t *http.Transport) http.RoundTripper {
		created = append(created, t)
		return t
	}})
	server, closed := startServerReportingClosed(t)
	first := uploader.Server{ID: 2, Endpoint: server.endpoint()}
	second := uploader.Server{ID: 3, Endpoint: server.URL + "/other/"}
	third := uploader.Server{ID: 4, Endpoint: server.endpoint(), Access: uploader.Access{Proxy: "none"}}
	for _, s := range []uploader.Server{first, second, third} {
		probe(t, connectTo(t, connector, s))
	}
	if len(created) != 2 {
		t.Fatalf("3 servers with 2 different settings have %d transports", len(created))
	}

	second.Access.Proxy = "none"
	probe(t, connectTo(t, connector, second))
	if len(created) != 2 || len(closed) != 0 {
		t.Errorf("%d transports were created and %d connections closed, want 2 and 0", len(created), len(closed))
	}
	first.Access.Proxy = "none"
	probe(t, connectTo(t, connector, first))
	<-closed // the idle connection of the unused transport
	if len(created) != 2 {
		t.Errorf("%d transports were created, want 2", len(created))
	}
}

func TestCloseClosesTransport(t *testing.T) {
	lines := &netx.ConnTracker{}
	connector := newConnector(t, connect.Config{Conns: lines})
	server, closed := startServerReportingClosed(t)
	client := connectTo(t, connector, uploader.Server{ID: 2, Endpoint: server.endpoint()})
	probe(t, client)
	if err := client.(io.Closer).Close(); err != nil {
		t.Fatal(err)
	}
	<-closed
	probe(t, client) // for what is still to be removed from the server
}

// startServerReportingClosed is startServer with a channel that receives a value for
// each closed connection.
func startServerReportingClosed(t *testing.T) (*fakeServer, <-chan struct{}) {
	t.Helper()
	closed := make(chan struct{}, 16)
	s := &fakeServer{}
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			closed <- struct{}{}
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return s, closed
}
