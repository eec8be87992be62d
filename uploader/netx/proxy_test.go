package netx_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// serverName is a host name that only the proxies of these tests resolve.
const serverName = "server.example"

// startServers starts an http and an https server that echo the request body, and
// returns their addresses by scheme. The certificate is for serverName.
func startServers(t *testing.T, authority *uploadtest.CA) map[string]string {
	t.Helper()
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	})
	plain := httptest.NewServer(echo)
	t.Cleanup(plain.Close)
	secure := httptest.NewUnstartedServer(echo)
	secure.TLS = authority.ServerConfig(t, serverName)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	return map[string]string{"http": plain.Listener.Addr().String(), "https": secure.Listener.Addr().String()}
}

// proxyTransport returns a transport that uses proxy.
func proxyTransport(t *testing.T, authority *uploadtest.CA, proxy netx.Proxy) *http.Transport {
	t.Helper()
	proxyFunc, err := proxy.Func()
	if err != nil {
		t.Fatal(err)
	}
	tlsConfig, err := netx.TLSOptions{CACertificates: authority.PEM}.Config()
	if err != nil {
		t.Fatal(err)
	}
	transport := netx.Transport(netx.Config{TLS: tlsConfig, Proxy: proxyFunc})
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func TestRequestsThroughProxy(t *testing.T) {
	authority := uploadtest.NewCA(t)
	account := url.UserPassword("me@work", "p:w ü%")
	kinds := map[netx.ProxyKind]func(target string, user *url.Userinfo) *uploadtest.ForwardProxy{
		netx.ProxyHTTP: func(target string, user *url.Userinfo) *uploadtest.ForwardProxy {
			return uploadtest.NewHTTPProxy(t, target, user, nil)
		},
		netx.ProxyHTTPS: func(target string, user *url.Userinfo) *uploadtest.ForwardProxy {
			return uploadtest.NewHTTPProxy(t, target, user, authority.ServerConfig(t, "127.0.0.1"))
		},
		netx.ProxySOCKS5: func(target string, user *url.Userinfo) *uploadtest.ForwardProxy {
			return uploadtest.NewSOCKS5(t, target, user)
		},
	}
	for kind, start := range kinds {
		for scheme, target := range startServers(t, authority) {
			for auth, user := range map[string]*url.Userinfo{"without sign-in": nil, "with sign-in": account} {
				t.Run(string(kind)+" proxy, "+scheme+" server, "+auth, func(t *testing.T) {
					forwarder := start(target, user)
					proxy := netx.Proxy{Kind: kind, Address: forwarder.Addr}
					if user != nil {
						proxy.User, proxy.Password = "me@work", "p:w ü%"
					}
					body := string(make([]byte, 1<<20))
					request, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, scheme+"://"+serverName+":8443/files/", strings.NewReader(body))
					response, err := proxyTransport(t, authority, proxy).RoundTrip(request)
					if err != nil {
						t.Fatal(err)
					}
					defer func() { _ = response.Body.Close() }()
					if echoed, err := io.ReadAll(response.Body); err != nil || string(echoed) != body {
						t.Errorf("%s with %d bytes, %v", response.Status, len(echoed), err)
					}
					if diff := cmp.Diff([]string{serverName + ":8443"}, forwarder.Targets()); diff != "" {
						t.Errorf("hosts requested from the proxy (-want +got):\n%s", diff)
					}
				})
			}
		}
	}
}

func TestProxyRejectsWrongPassword(t *testing.T) {
	authority := uploadtest.NewCA(t)
	target, account := startServers(t, authority)["https"], url.UserPassword("me", "secret")
	wrong := netx.Proxy{User: "me", Password: "guess"}

	wrong.Kind, wrong.Address = netx.ProxyHTTP, uploadtest.NewHTTPProxy(t, target, account, nil).Addr
	_, err := proxyTransport(t, authority, wrong).RoundTrip(httptest.NewRequest(http.MethodGet, "https://"+serverName+"/", nil))
	if proxyErr, ok := errors.AsType[*netx.ProxyError](err); !ok || proxyErr.HTTPStatus() != http.StatusProxyAuthRequired {
		t.Errorf("HTTP: got %v", err)
	}

	wrong.Kind, wrong.Address = netx.ProxySOCKS5, uploadtest.NewSOCKS5(t, target, account).Addr
	_, err = proxyTransport(t, authority, wrong).RoundTrip(httptest.NewRequest(http.MethodGet, "https://"+serverName+"/", nil))
	if err == nil || !strings.Contains(err.Error(), "authentication failed") || strings.Contains(err.Error(), "guess") {
		t.Errorf("SOCKS5: got %v", err)
	}
}

func TestProxyIsNotUsedForLoopback(t *testing.T) {
	proxy := netx.Proxy{Kind: netx.ProxyHTTP, Address: "proxy.example:3128"}
	proxyFunc, err := proxy.Func()
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"http://127.0.0.1:1080/files/": false, "http://127.8.8.8/": false, "http://[::1]/": false, "https://LOCALHOST:99/": false,
		"http://10.0.0.1/": true, "http://localhost.example/": true, "https://server/": true,
	} {
		got, err := proxyFunc(httptest.NewRequest(http.MethodGet, address, nil))
		if err != nil || (got != nil) != want {
			t.Errorf("%s: proxy %v, %v", address, got, err)
		}
	}
}

func TestProxyNone(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://proxy.example:3128")
	proxyFunc, err := netx.Proxy{Kind: netx.ProxyNone, Address: "ignored"}.Func()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := proxyFunc(httptest.NewRequest(http.MethodGet, "https://server/", nil)); got != nil || err != nil {
		t.Errorf("proxy %v, %v, want none", got, err)
	}
}

func TestProxyAddress(t *testing.T) {
	long := strings.Repeat("x", 256)
	tests := []struct {
		name  string
		proxy netx.Proxy
		want  string // "" means an error
	}{
		{"host and port", netx.Proxy{Kind: netx.ProxyHTTP, Address: "proxy:3128"}, "http://proxy:3128"},
		{"host without a port", netx.Proxy{Kind: netx.ProxySOCKS5, Address: " proxy "}, "socks5://proxy"},
		{"URL", netx.Proxy{Kind: netx.ProxyHTTPS, Address: "https://proxy:443/"}, "https://proxy:443"},
		{"IPv6", netx.Proxy{Kind: netx.ProxyHTTP, Address: "::1"}, "http://[::1]"},
		{"IPv6 with a port", netx.Proxy{Kind: netx.ProxyHTTP, Address: "[::1]:3128"}, "http://[::1]:3128"},
		{"special characters in user and password", netx.Proxy{Kind: netx.ProxyHTTP, Address: "proxy", User: "a@b", Password: "c:/d"}, "http://a%40b:c%3A%2Fd@proxy"},
		{"empty", netx.Proxy{Kind: netx.ProxyHTTP}, ""},
		{"port without a host", netx.Proxy{Kind: netx.ProxyHTTP, Address: ":3128"}, ""},
		{"invalid port", netx.Proxy{Kind: netx.ProxyHTTP, Address: "proxy:http"}, ""},
		{"URL of another kind", netx.Proxy{Kind: netx.ProxyHTTP, Address: "socks5://proxy"}, ""},
		{"path", netx.Proxy{Kind: netx.ProxyHTTP, Address: "proxy/pac"}, ""},
		{"user in the address", netx.Proxy{Kind: netx.ProxyHTTP, Address: "me:hunter2@proxy"}, ""},
		{"unknown kind", netx.Proxy{Kind: "ftp", Address: "proxy"}, ""},
		{"SOCKS5 user name too long", netx.Proxy{Kind: netx.ProxySOCKS5, Address: "proxy", User: long, Password: "hunter2"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			proxyFunc, err := test.proxy.Func()
			if test.want == "" {
				if err == nil || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := proxyFunc(httptest.NewRequest(http.MethodGet, "http://server/", nil)); got == nil || got.String() != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

func FuzzProxyAddress(f *testing.F) {
	for _, address := range []string{"proxy:3128", "::1", "[::1]:99999", "a b", "http://proxy", "%zz", "proxy?x", "proxy#x", "me@proxy"} {
		f.Add("http", address, "me", "secret")
		f.Add("socks5", address, "", "")
	}
	request := httptest.NewRequest(http.MethodGet, "http://server/", nil)
	f.Fuzz(func(t *testing.T, kind, address, user, password string) {
		proxyFunc, err := netx.Proxy{Kind: netx.ProxyKind(kind), Address: address, User: user, Password: password}.Func()
		if err != nil || kind == string(netx.ProxySystem) || kind == string(netx.ProxyNone) {
			return
		}
		got, err := proxyFunc(request)
		if err != nil || got.Scheme != kind || got.Hostname() == "" || got.Path != "" || got.RawQuery != "" {
			t.Fatalf("address %q: got %v, %v", address, got, err)
		}
		if secret, _ := got.User.Password(); got.User.Username() != user || user != "" && secret != password {
			t.Fatalf("user %q, password %q: got %v", user, password, got.User)
		}
	})
}
