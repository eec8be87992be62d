package connect_test

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
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

// secure is listen over TLS.
func secure(t *testing.T, config *tls.Config) *listener {
	t.Helper()
	l := &listener{}
	l.Server = httptest.NewUnstartedServer(l)
	l.TLS = config
	l.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	l.StartTLS()
	t.Cleanup(l.Close)
	return l
}

func saved(t *testing.T, content []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "file.pem")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// member is the access of a client whom ours knows.
func member(t *testing.T, ours *uploadtest.Authority) uploader.Access {
	t.Helper()
	certificate, key := ours.Issue(t, "member")
	return uploader.Access{
		SignIn: uploader.SignInBearer, Secret: "studio",
		CA: saved(t, ours.PEM), Certificate: saved(t, certificate), Key: saved(t, key),
	}
}

// anybody asks for a client's certificate, and takes whatever comes.
func anybody(t *testing.T, ours *uploadtest.Authority) *tls.Config {
	t.Helper()
	config := ours.Server(t, "127.0.0.1")
	config.ClientAuth = tls.RequestClientCert
	return config
}

func TestAServersOwnAuthorityAndTheClientsCertificate(t *testing.T) {
	ours := uploadtest.NewAuthority(t)
	server := secure(t, ours.Known(t, "127.0.0.1"))
	book := open(t, connect.Config{Keys: keeping("studio", connect.Secrets{SignIn: "t0ken"})})
	access := member(t, ours)
	together := access
	both, _ := os.ReadFile(access.Certificate)
	key, _ := os.ReadFile(access.Key)
	together.Certificate, together.Key = saved(t, append(both, key...)), ""
	for name, access := range map[string]uploader.Access{"certificate and key": access, "both in one file": together} {
		probe(t, connectTo(t, book, uploader.Server{ID: 2, Endpoint: server.endpoint(), Access: access}))
		if seen := server.last(t).TLS.PeerCertificates[0].Subject.CommonName; seen != "member" {
			t.Errorf("%s: the server sees %q", name, seen)
		}
	}
	for name, change := range map[string]func(*uploader.Access){
		"without the authority":         func(a *uploader.Access) { a.CA = "" },
		"without the certificate":       func(a *uploader.Access) { a.Certificate, a.Key = "", "" },
		"an authority that is not here": func(a *uploader.Access) { a.CA = filepath.Join(t.TempDir(), "none.pem") },
		"an authority that is none":     func(a *uploader.Access) { a.CA = saved(t, []byte("hello")) },
		"a certificate that is empty":   func(a *uploader.Access) { a.Certificate = saved(t, nil) },
		"a key of another certificate":  func(a *uploader.Access) { _, key := ours.Issue(t, "other"); a.Key = saved(t, key) },
	} {
		broken := access
		change(&broken)
		_, err := connectTo(t, book, uploader.Server{ID: 2, Endpoint: server.endpoint(), Access: broken}).Probe(t.Context())
		f := fault.Of(err)
		if f == nil || f.Kind != fault.TLS {
			t.Errorf("%s: got %v", name, err)
		} else if own := !strings.HasPrefix(name, "without"); own != (f.Code == fault.CodeTrust) {
			t.Errorf("%s: the code is %q", name, f.Code)
		}
	}
}

// TestCredentialsStayWithTheirServer also holds for K8: a Location on another
// host.
func TestCredentialsStayWithTheirServer(t *testing.T) {
	ours := uploadtest.NewAuthority(t)
	elsewhere, plain := secure(t, anybody(t, ours)), listen(t)
	var home *listener
	for name, leave := range map[string]struct {
		to   *listener
		head func(uploader.Protocol) error
	}{
		"a redirect to another host":           {elsewhere, func(p uploader.Protocol) error { _, err := p.Head(t.Context(), home.URL+"/elsewhere"); return err }},
		"a redirect from https to http":        {plain, func(p uploader.Protocol) error { _, err := p.Head(t.Context(), home.URL+"/plain"); return err }},
		"an upload URL on another host":        {elsewhere, func(p uploader.Protocol) error { _, err := p.Head(t.Context(), elsewhere.URL+"/files/1"); return err }},
		"an upload URL on http":                {plain, func(p uploader.Protocol) error { _, err := p.Head(t.Context(), plain.URL+"/files/1"); return err }},
		"a PATCH that is redirected (307)":     {elsewhere, func(p uploader.Protocol) error { return patch(t, p, home.URL+"/elsewhere") }},
		"a PATCH that is redirected to http":   {plain, func(p uploader.Protocol) error { return patch(t, p, home.URL+"/plain") }},
		"a DELETE of an upload somewhere else": {elsewhere, func(p uploader.Protocol) error { return p.Terminate(t.Context(), elsewhere.URL+"/files/1") }},
	} {
		t.Run(name, func(t *testing.T) {
			home = secure(t, anybody(t, ours))
			home.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				to := map[string]string{
					"/elsewhere": elsewhere.URL,
					"/plain":     strings.Replace(plain.URL, "127.0.0.1", "localhost", 1), // or the address alone would be taken for a mistake (K8)
				}[r.URL.Path]
				if to != "" {
					http.Redirect(w, r, to+"/files/1", http.StatusTemporaryRedirect)
					return
				}
				home.ServeHTTP(w, r)
			})
			book := open(t, connect.Config{Keys: keeping("studio", connect.Secrets{SignIn: "t0ken"})})
			connection := connectTo(t, book, uploader.Server{ID: 2, Endpoint: home.endpoint(), Access: member(t, ours)})
			book.Remember(home.endpoint(), http.Header{"X-Key": {"hush"}})
			probe(t, connection)
			if r := home.last(t); r.Header.Get("Authorization") != "Bearer t0ken" || r.Header.Get("X-Key") != "hush" || len(r.TLS.PeerCertificates) != 1 {
				t.Fatalf("its own server saw %v and %d certificates", r.Header, len(r.TLS.PeerCertificates))
			}
			if err := leave.head(connection); err != nil {
				t.Fatal(err)
			}
			r := leave.to.last(t)
			if r.Header.Get("Authorization") != "" || r.Header.Get("X-Key") != "" {
				t.Errorf("another server saw %v", r.Header)
			}
			if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
				t.Errorf("another server saw the certificate of %q", r.TLS.PeerCertificates[0].Subject.CommonName)
			}
		})
	}
}

func patch(t *testing.T, p uploader.Protocol, url string) error {
	t.Helper()
	_, err := p.PatchWith(t.Context(), tus.PatchRequest{URL: url, Body: strings.NewReader("123456789"), Size: 9})
	return err
}

func TestProxiesAreSignedInToAndSeeNothingElse(t *testing.T) {
	ours := uploadtest.NewAuthority(t)
	const named = "uploads.example"
	server := secure(t, ours.Server(t, named))
	target := server.Listener.Addr().String()
	user := url.UserPassword("me", "p:w ü%")
	for kind, proxy := range map[netx.ProxyKind]*uploadtest.Forwarder{
		netx.ProxyHTTP:   uploadtest.NewHTTPProxy(t, target, user, nil),
		netx.ProxyHTTPS:  uploadtest.NewHTTPProxy(t, target, user, ours.Server(t, "127.0.0.1")),
		netx.ProxySOCKS5: uploadtest.NewSOCKS5(t, target, user),
	} {
		t.Run(string(kind), func(t *testing.T) {
			kept := keeping("studio", connect.Secrets{SignIn: "t0ken", Proxy: "p:w ü%"})
			book := open(t, connect.Config{Keys: kept})
			studio := uploader.Server{ID: 2, Endpoint: "https://" + named + "/files/", Access: uploader.Access{
				SignIn: uploader.SignInBearer, Secret: "studio", CA: saved(t, ours.PEM), Proxy: string(kind) + "://me@" + proxy.Addr,
			}}
			probe(t, connectTo(t, book, studio))
			if r := server.last(t); r.Header.Get("Authorization") != "Bearer t0ken" || r.Header.Get("Proxy-Authorization") != "" {
				t.Errorf("the server saw %v", r.Header)
			}
			if asked := proxy.Asked(); len(asked) != 1 || asked[0] != named+":443" {
				t.Errorf("the proxy was asked for %q", asked)
			}

			kept.set("studio", connect.Secrets{SignIn: "t0ken", Proxy: "wrong"})
			_, err := connectTo(t, book, studio).Probe(t.Context())
			if f := fault.Of(err); f.Kind != fault.Auth || strings.Contains(f.Error(), "wrong") {
				t.Errorf("a wrong password gives %v", err)
			}
			studio.Access.Proxy = "none"
			if _, err := connectTo(t, book, studio).Probe(t.Context()); !fault.Is(err, fault.Offline) {
				t.Errorf("without the proxy the name is found: %v", err)
			}
		})
	}
}

func TestAProxyNeedsItsPasswordAlsoWithoutASignIn(t *testing.T) {
	server := listen(t)
	user := url.UserPassword("me", "pass")
	proxy := uploadtest.NewHTTPProxy(t, server.Listener.Addr().String(), user, nil)
	book := open(t, connect.Config{Keys: keeping("studio", connect.Secrets{Proxy: "pass"})})
	probe(t, connectTo(t, book, uploader.Server{ID: 2, Endpoint: "http://uploads.example/files/", Access: uploader.Access{
		Secret: "studio", Proxy: "http://me@" + proxy.Addr,
	}}))
	if r := server.last(t); r.Header.Get("Authorization") != "" {
		t.Errorf("the server saw %v", r.Header)
	}
}

func TestParseProxy(t *testing.T) {
	for text, want := range map[string]netx.Proxy{
		"":                            {Kind: netx.ProxySystem},
		"none":                        {Kind: netx.ProxyNone},
		"http://proxy:3128":           {Kind: netx.ProxyHTTP, Address: "proxy:3128"},
		"HTTPS://me@proxy.example/":   {Kind: netx.ProxyHTTPS, Address: "proxy.example", User: "me"},
		"socks5://me%40work@[::1]:90": {Kind: netx.ProxySOCKS5, Address: "[::1]:90", User: "me@work"},
	} {
		if got, err := connect.ParseProxy(text); err != nil || got != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"proxy:3128", "proxy", "ftp://proxy", "http://", "http://proxy/path", "http://proxy?x", "http://me:hush@proxy", "socks4://p", "none://x", "http://a b",
	} {
		if got, err := connect.ParseProxy(text); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
}

func FuzzParseProxy(f *testing.F) {
	for _, text := range []string{"", "none", "http://me@proxy:1", "socks5://[::1]", "http://a:b@c"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		proxy, err := connect.ParseProxy(text)
		if err != nil {
			return
		}
		if _, err := proxy.Choose(); err != nil {
			t.Errorf("%q gives a proxy that cannot be used: %v", text, err)
		}
	})
}

func TestServersWithTheSameSettingsShareATransport(t *testing.T) {
	var made []*http.Transport
	book := open(t, connect.Config{Network: func(t *http.Transport) http.RoundTripper {
		made = append(made, t)
		return t
	}})
	server, closed := listenUntilClosed(t)
	first := uploader.Server{ID: 2, Endpoint: server.endpoint()}
	second := uploader.Server{ID: 3, Endpoint: server.URL + "/other/"}
	third := uploader.Server{ID: 4, Endpoint: server.endpoint(), Access: uploader.Access{Proxy: "none"}}
	for _, s := range []uploader.Server{first, second, third} {
		probe(t, connectTo(t, book, s))
	}
	if len(made) != 2 {
		t.Fatalf("3 servers, of which 2 have the same settings, have %d transports", len(made))
	}

	second.Access.Proxy = "none"
	probe(t, connectTo(t, book, second))
	if len(made) != 2 || len(closed) != 0 {
		t.Errorf("there are %d transports, and %d connections were closed", len(made), len(closed))
	}
	first.Access.Proxy = "none"
	probe(t, connectTo(t, book, first))
	<-closed // the connection that idled on the transport nobody has any more
	if len(made) != 2 {
		t.Errorf("there are %d transports", len(made))
	}
}

func TestAServerThatIsGoneTakesItsTransportAlong(t *testing.T) {
	lines := &netx.Lines{}
	book := open(t, connect.Config{Lines: lines})
	server, closed := listenUntilClosed(t)
	connection := connectTo(t, book, uploader.Server{ID: 2, Endpoint: server.endpoint()})
	probe(t, connection)
	if err := connection.(io.Closer).Close(); err != nil {
		t.Fatal(err)
	}
	<-closed
	probe(t, connection) // what is still to be cleared away there
}

// listenUntilClosed is listen that tells of connections that were closed.
func listenUntilClosed(t *testing.T) (*listener, <-chan struct{}) {
	t.Helper()
	closed := make(chan struct{}, 16)
	l := &listener{}
	l.Server = httptest.NewUnstartedServer(l)
	l.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			closed <- struct{}{}
		}
	}
	l.Start()
	t.Cleanup(l.Close)
	return l, closed
}
