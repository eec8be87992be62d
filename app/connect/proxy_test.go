package connect_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestProxySignIn(t *testing.T) {
	ca := uploadtest.NewCA(t)
	const host = "uploads.example"
	server := startTLSServer(t, ca.ServerConfig(t, host))
	target := server.Listener.Addr().String()
	user := url.UserPassword("me", "p:w ü%")
	for kind, proxy := range map[netx.ProxyKind]*uploadtest.ForwardProxy{
		netx.ProxyHTTP:   uploadtest.NewHTTPProxy(t, target, user, nil),
		netx.ProxyHTTPS:  uploadtest.NewHTTPProxy(t, target, user, ca.ServerConfig(t, "127.0.0.1")),
		netx.ProxySOCKS5: uploadtest.NewSOCKS5(t, target, user),
	} {
		t.Run(string(kind), func(t *testing.T) {
			keyring := keyringWith("studio", connect.Secrets{SignIn: "t0ken", Proxy: "p:w ü%"})
			connector := newConnector(t, connect.Config{Keyring: keyring})
			studio := uploader.Server{ID: 2, Endpoint: "https://" + host + "/files/", Access: uploader.Access{
				SignIn: uploader.SignInBearer, SecretName: "studio", CA: writePEM(t, ca.PEM), Proxy: string(kind) + "://me@" + proxy.Addr,
			}}
			probe(t, connectTo(t, connector, studio))
			if r := server.last(t); r.Header.Get("Authorization") != "Bearer t0ken" || r.Header.Get("Proxy-Authorization") != "" {
				t.Errorf("server received %v", r.Header)
			}
			if targets := proxy.Targets(); len(targets) != 1 || targets[0] != host+":443" {
				t.Errorf("proxy connected to %q", targets)
			}

			keyring.set("studio", connect.Secrets{SignIn: "t0ken", Proxy: "wrong"})
			_, err := connectTo(t, connector, studio).Probe(t.Context())
			if f := fault.Of(err); f.Kind != fault.Auth || strings.Contains(f.Error(), "wrong") {
				t.Errorf("wrong password: error is %v", err)
			}
			studio.Access.Proxy = "none"
			if _, err := connectTo(t, connector, studio).Probe(t.Context()); !fault.Is(err, fault.Offline) {
				t.Errorf("without proxy: error is %v, want an unknown host", err)
			}
		})
	}
}

func TestProxyPasswordWithoutSignIn(t *testing.T) {
	server := startServer(t)
	user := url.UserPassword("me", "pass")
	proxy := uploadtest.NewHTTPProxy(t, server.Listener.Addr().String(), user, nil)
	connector := newConnector(t, connect.Config{Keyring: keyringWith("studio", connect.Secrets{Proxy: "pass"})})
	probe(t, connectTo(t, connector, uploader.Server{ID: 2, Endpoint: "http://uploads.example/files/", Access: uploader.Access{
		SecretName: "studio", Proxy: "http://me@" + proxy.Addr,
	}}))
	if r := server.last(t); r.Header.Get("Authorization") != "" {
		t.Errorf("server received %v", r.Header)
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
			t.Errorf("ParseProxy(%q) returned %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"proxy:3128", "proxy", "ftp://proxy", "http://", "http://proxy/path", "http://proxy?x", "http://me:hush@proxy", "socks4://p", "none://x", "http://a b",
	} {
		if got, err := connect.ParseProxy(text); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("ParseProxy(%q) returned %+v, %v", text, got, err)
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
		if _, err := proxy.Func(); err != nil {
			t.Errorf("ParseProxy(%q) returned an invalid proxy: %v", text, err)
		}
	})
}
