package netx_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestPublicOnlyRefusesConnections uses the system's dialer: it must refuse the address
// of the connection, whatever the text of the URL.
func TestPublicOnlyRefusesConnections(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the server received a request") }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	transport := netx.Transport(netx.Config{PublicOnly: true, Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }})
	defer transport.CloseIdleConnections()
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "[::1]"} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodHead, "http://"+host+":"+port+"/", nil)
		_, err := transport.RoundTrip(request)
		if local, ok := errors.AsType[*netx.LocalAddressError](err); !ok || netx.IsPublic(local.Addr) {
			t.Errorf("%s: error is %v", host, err)
		}
	}
}

// publicNetwork returns a network with one public server at pub.example, and one at a
// local address, which must receive no request.
func publicNetwork(t *testing.T) *uploadtest.Network {
	t.Helper()
	serve := func(handler http.HandlerFunc) string {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		return server.Listener.Addr().String()
	}
	network := uploadtest.NewNetwork()
	network.SetName("pub.example", "203.0.113.5")
	network.Route("203.0.113.5", serve(func(http.ResponseWriter, *http.Request) {}))
	network.Route("10.0.0.1", serve(func(http.ResponseWriter, *http.Request) { t.Error("the local server received a request") }))
	return network
}

func TestPublicOnlyChecksEveryConnection(t *testing.T) {
	network := publicNetwork(t)
	transport := netx.Transport(netx.Config{PublicOnly: true, Dial: network.Dial, Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }})
	defer transport.CloseIdleConnections()
	get := func() error {
		response, err := transport.RoundTrip(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://pub.example/", nil))
		if err == nil {
			_ = response.Body.Close()
			transport.CloseIdleConnections()
		}
		return err
	}
	for _, step := range []struct {
		addrs   []string
		refused bool
	}{
		{[]string{"203.0.113.5"}, false},
		{[]string{"10.0.0.1"}, true},
		{[]string{"::ffff:10.0.0.1"}, true},
		{[]string{"10.0.0.1", "203.0.113.5"}, false},
		{[]string{"203.0.113.5"}, false},
	} {
		network.SetName("pub.example", step.addrs...)
		err := get()
		if _, refused := errors.AsType[*netx.LocalAddressError](err); refused != step.refused || err != nil && !refused {
			t.Errorf("%v: %v", step.addrs, err)
		}
	}
	if slices.ContainsFunc(network.Dialed(), func(a netip.Addr) bool { return !netx.IsPublic(a) }) {
		t.Errorf("connected to %v", network.Dialed())
	}
}

func TestPublicOnlyBehindProxy(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer target.Close()
	for name, proxy := range map[string]*uploadtest.ForwardProxy{
		"http":   uploadtest.NewHTTPProxy(t, target.Listener.Addr().String(), nil, nil),
		"socks5": uploadtest.NewSOCKS5(t, target.Listener.Addr().String(), nil),
	} {
		t.Run(name, func(t *testing.T) {
			proxyURL := &url.URL{Scheme: name, Host: proxy.Addr}
			transport := netx.Transport(netx.Config{PublicOnly: true, Proxy: func(r *http.Request) (*url.URL, error) {
				if strings.HasPrefix(r.URL.Hostname(), "direct") || r.URL.Host == proxyURL.Host {
					return nil, nil
				}
				return proxyURL, nil
			}})
			defer transport.CloseIdleConnections()
			get := func(host string) error {
				response, err := transport.RoundTrip(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+"/", nil))
				if err == nil {
					_ = response.Body.Close()
				}
				return err
			}
			if err := get("pub.example"); err != nil {
				t.Errorf("public name through a proxy on this computer: %v", err)
			}
			for _, host := range []string{
				"localhost", "a.localhost:631", "printer.local", "nas", "127.0.0.1", "10.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1",
				"[::1]", "[::ffff:7f00:1]", "169.254.169.254", "metadata.google.internal",
				proxy.Addr, // directly
			} {
				if _, refused := errors.AsType[*netx.HostError](get(host)); !refused {
					t.Errorf("%s was not refused", host)
				}
			}
			targets := proxy.Targets()
			for i := range targets {
				targets[i] = strings.TrimSuffix(targets[i], ":80")
			}
			if !slices.Equal(targets, []string{"pub.example"}) {
				t.Errorf("the proxy connected to %q", targets)
			}
		})
	}
}
