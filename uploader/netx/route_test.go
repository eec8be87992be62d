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

// named is what servers are called that only a proxy can find.
const named = "server.example"

// servers starts one that speaks plainly and one that speaks TLS as named.
func servers(t *testing.T, ours *uploadtest.Authority) map[string]string {
	t.Helper()
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	})
	plain := httptest.NewServer(echo)
	t.Cleanup(plain.Close)
	sealed := httptest.NewUnstartedServer(echo)
	sealed.TLS = ours.Server(t, named)
	sealed.StartTLS()
	t.Cleanup(sealed.Close)
	return map[string]string{"http": plain.Listener.Addr().String(), "https": sealed.Listener.Addr().String()}
}

// through is a transport that uses a proxy and ends with the test.
func through(t *testing.T, ours *uploadtest.Authority, proxy netx.Proxy) *http.Transport {
	t.Helper()
	choose, err := proxy.Choose()
	if err != nil {
		t.Fatal(err)
	}
	trust, err := netx.Trust{Authorities: ours.PEM}.Config()
	if err != nil {
		t.Fatal(err)
	}
	transport := netx.Transport(netx.Config{TLS: trust, Proxy: choose})
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func TestProxyCarriesRequests(t *testing.T) {
	ours := uploadtest.NewAuthority(t)
	known := url.UserPassword("me@work", "p:w ü%")
	kinds := map[netx.ProxyKind]func(target string, user *url.Userinfo) *uploadtest.Forwarder{
		netx.ProxyHTTP: func(target string, user *url.Userinfo) *uploadtest.Forwarder {
			return uploadtest.NewHTTPProxy(t, target, user, nil)
		},
		netx.ProxyHTTPS: func(target string, user *url.Userinfo) *uploadtest.Forwarder {
			return uploadtest.NewHTTPProxy(t, target, user, ours.Server(t, "127.0.0.1"))
		},
		netx.ProxySOCKS5: func(target string, user *url.Userinfo) *uploadtest.Forwarder {
			return uploadtest.NewSOCKS5(t, target, user)
		},
	}
	for kind, start := range kinds {
		for scheme, target := range servers(t, ours) {
			for who, user := range map[string]*url.Userinfo{"to anybody": nil, "to who signs in": known} {
				t.Run(string(kind)+" to "+scheme+", open "+who, func(t *testing.T) {
					forwarder := start(target, user)
					proxy := netx.Proxy{Kind: kind, Address: forwarder.Addr}
					if user != nil {
						proxy.User, proxy.Password = "me@work", "p:w ü%"
					}
					body := string(make([]byte, 1<<20))
					request, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, scheme+"://"+named+":8443/files/", strings.NewReader(body))
					response, err := through(t, ours, proxy).RoundTrip(request)
					if err != nil {
						t.Fatal(err)
					}
					defer func() { _ = response.Body.Close() }()
					if echoed, err := io.ReadAll(response.Body); err != nil || string(echoed) != body {
						t.Errorf("%s with %d bytes, %v", response.Status, len(echoed), err)
					}
					if diff := cmp.Diff([]string{named + ":8443"}, forwarder.Asked()); diff != "" {
						t.Errorf("the proxy was asked for (-want +got):\n%s", diff)
					}
				})
			}
		}
	}
}

func TestProxyTurnsStrangersAway(t *testing.T) {
	ours := uploadtest.NewAuthority(t)
	target, known := servers(t, ours)["https"], url.UserPassword("me", "secret")
	wrong := netx.Proxy{User: "me", Password: "guess"}

	wrong.Kind, wrong.Address = netx.ProxyHTTP, uploadtest.NewHTTPProxy(t, target, known, nil).Addr
	_, err := through(t, ours, wrong).RoundTrip(httptest.NewRequest(http.MethodGet, "https://"+named+"/", nil))
	if refusal, ok := errors.AsType[*netx.ProxyError](err); !ok || refusal.HTTPStatus() != http.StatusProxyAuthRequired {
		t.Errorf("HTTP: got %v", err)
	}

	wrong.Kind, wrong.Address = netx.ProxySOCKS5, uploadtest.NewSOCKS5(t, target, known).Addr
	_, err = through(t, ours, wrong).RoundTrip(httptest.NewRequest(http.MethodGet, "https://"+named+"/", nil))
	if err == nil || !strings.Contains(err.Error(), "authentication failed") || strings.Contains(err.Error(), "guess") {
		t.Errorf("SOCKS5: got %v", err)
	}
}

func TestProxyIsNotForThisComputer(t *testing.T) {
	proxy := netx.Proxy{Kind: netx.ProxyHTTP, Address: "proxy.example:3128"}
	choose, err := proxy.Choose()
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"http://127.0.0.1:1080/files/": false, "http://127.8.8.8/": false, "http://[::1]/": false, "https://LOCALHOST:99/": false,
		"http://10.0.0.1/": true, "http://localhost.example/": true, "https://server/": true,
	} {
		got, err := choose(httptest.NewRequest(http.MethodGet, address, nil))
		if err != nil || (got != nil) != want {
			t.Errorf("%s goes through %v, %v", address, got, err)
		}
	}
}

func TestProxyNoneGoesStraight(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://proxy.example:3128")
	choose, err := netx.Proxy{Kind: netx.ProxyNone, Address: "ignored"}.Choose()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := choose(httptest.NewRequest(http.MethodGet, "https://server/", nil)); got != nil || err != nil {
		t.Errorf("through %v, %v", got, err)
	}
}

func TestProxyAddress(t *testing.T) {
	long := strings.Repeat("x", 256)
	tests := []struct {
		name  string
		proxy netx.Proxy
		want  string // "": refused
	}{
		{"host and port", netx.Proxy{Kind: netx.ProxyHTTP, Address: "proxy:3128"}, "http://proxy:3128"},
		{"a host alone", netx.Proxy{Kind: netx.ProxySOCKS5, Address: " proxy "}, "socks5://proxy"},
		{"an address with its kind", netx.Proxy{Kind: netx.ProxyHTTPS, Address: "https://proxy:443/"}, "https://proxy:443"},
		{"IPv6", netx.Proxy{Kind: netx.ProxyHTTP, Address: "::1"}, "http://[::1]"},
		{"IPv6 with a port", netx.Proxy{Kind: netx.ProxyHTTP, Address: "[::1]:3128"}, "http://[::1]:3128"},
		{"awkward words", netx.Proxy{Kind: netx.ProxyHTTP, Address: "proxy", User: "a@b", Password: "c:/d"}, "http://a%40b:c%3A%2Fd@proxy"},
		{"nothing", netx.Proxy{Kind: netx.ProxyHTTP}, ""},
		{"a port alone", netx.Proxy{Kind: netx.ProxyHTTP, Address: ":3128"}, ""},
		{"a port that is none", netx.Proxy{Kind: netx.ProxyHTTP, Address: "proxy:http"}, ""},
		{"another kind", netx.Proxy{Kind: netx.ProxyHTTP, Address: "socks5://proxy"}, ""},
		{"a path", netx.Proxy{Kind: netx.ProxyHTTP, Address: "proxy/pac"}, ""},
		{"a user in the address", netx.Proxy{Kind: netx.ProxyHTTP, Address: "me:hunter2@proxy"}, ""},
		{"no such kind", netx.Proxy{Kind: "ftp", Address: "proxy"}, ""},
		{"more than SOCKS5 can say", netx.Proxy{Kind: netx.ProxySOCKS5, Address: "proxy", User: long, Password: "hunter2"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			choose, err := test.proxy.Choose()
			if test.want == "" {
				if err == nil || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := choose(httptest.NewRequest(http.MethodGet, "http://server/", nil)); got == nil || got.String() != test.want {
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
		choose, err := netx.Proxy{Kind: netx.ProxyKind(kind), Address: address, User: user, Password: password}.Choose()
		if err != nil || kind == string(netx.ProxySystem) || kind == string(netx.ProxyNone) {
			return
		}
		got, err := choose(request)
		if err != nil || got.Scheme != kind || got.Hostname() == "" || got.Path != "" || got.RawQuery != "" {
			t.Fatalf("%q became %v, %v", address, got, err)
		}
		if secret, _ := got.User.Password(); got.User.Username() != user || user != "" && secret != password {
			t.Fatalf("%q and %q became %v", user, password, got.User)
		}
	})
}
