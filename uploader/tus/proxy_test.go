package tus_test

import (
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// behind is a client of a server that only the proxy can find.
func behind(t *testing.T, proxy netx.Proxy) *tus.Client {
	t.Helper()
	choose, err := proxy.Choose()
	if err != nil {
		t.Fatal(err)
	}
	transport := netx.Transport(netx.Config{Proxy: choose})
	t.Cleanup(transport.CloseIdleConnections)
	return connect(t, tus.Config{Endpoint: "http://server.example/files/", HTTP: netx.Watch(transport)})
}

func TestProxiesCarryUploads(t *testing.T) {
	server := uploadtest.NewTusd(t)
	target := server.Listener.Addr().String()
	for name, proxy := range map[string]netx.Proxy{
		"HTTP":   {Kind: netx.ProxyHTTP, Address: uploadtest.NewHTTPProxy(t, target, nil, nil).Addr},
		"SOCKS5": {Kind: netx.ProxySOCKS5, Address: uploadtest.NewSOCKS5(t, target, nil).Addr},
	} {
		t.Run(name, func(t *testing.T) {
			client := behind(t, proxy)
			made, err := client.Create(t.Context(), tus.CreateRequest{Size: 5, Metadata: metadata})
			if err != nil || !strings.HasPrefix(made.URL, "http://server.example/files/") {
				t.Fatalf("made %+v, %v", made, err)
			}
			if got, err := client.Patch(t.Context(), made.URL, 0, strings.NewReader("hello"), 5); err != nil || got.Offset != 5 {
				t.Fatalf("got %+v, %v", got, err)
			}
			expectOne(t, server.Stored(t), []byte("hello"))
			if err := client.Terminate(t.Context(), made.URL); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestProxiesThatRefuse(t *testing.T) {
	unused, err := url.Parse(uploadtest.Unused(t))
	if err != nil {
		t.Fatal(err)
	}
	known := url.UserPassword("me", "secret")
	http := func(proxy *uploadtest.Forwarder) netx.Proxy {
		return netx.Proxy{Kind: netx.ProxyHTTP, Address: proxy.Addr, User: "me", Password: "guess"}
	}
	socks := func(proxy *uploadtest.Forwarder) netx.Proxy {
		return netx.Proxy{Kind: netx.ProxySOCKS5, Address: proxy.Addr, User: "me", Password: "guess"}
	}
	tests := map[string]struct {
		proxy netx.Proxy
		want  fault.Kind
	}{
		"HTTP, a stranger":            {http(uploadtest.NewHTTPProxy(t, unused.Host, known, nil)), fault.Auth},
		"HTTP, no server behind it":   {http(uploadtest.NewHTTPProxy(t, unused.Host, nil, nil)), fault.Transient},
		"HTTP, no proxy there":        {netx.Proxy{Kind: netx.ProxyHTTP, Address: unused.Host}, fault.Unreachable},
		"SOCKS5, a stranger":          {socks(uploadtest.NewSOCKS5(t, unused.Host, known)), fault.Auth},
		"SOCKS5, who does not say":    {netx.Proxy{Kind: netx.ProxySOCKS5, Address: uploadtest.NewSOCKS5(t, unused.Host, known).Addr}, fault.Auth},
		"SOCKS5, no server behind it": {socks(uploadtest.NewSOCKS5(t, unused.Host, nil)), fault.Unreachable},
		"SOCKS5, no proxy there":      {netx.Proxy{Kind: netx.ProxySOCKS5, Address: unused.Host}, fault.Unreachable},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := behind(t, test.proxy).Head(t.Context(), "http://server.example/files/1")
			if got := wantKind(t, err, test.want); strings.Contains(got.Detail, "guess") {
				t.Errorf("it says %q", got.Detail)
			}
		})
	}
}

func TestProxyErrorsAreNested(t *testing.T) {
	nested := func(op string, err error) error {
		return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: &net.OpError{Op: op, Net: "tcp", Err: err}}
	}
	for name, test := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"the proxy does not answer":       {nested("dial", os.ErrDeadlineExceeded), fault.Unreachable},
		"the proxy wants a certificate":   {nested("remote error", errors.New("tls: certificate required")), fault.TLS},
		"the proxy has rules":             {nested("socks connect", errors.New("unknown error connection not allowed by ruleset")), fault.Refused},
		"the proxy failed in its own way": {nested("socks connect", errors.New("unknown error general SOCKS server failure")), fault.Transient},
		"nothing is known of it":          {nested("read", io.EOF), fault.Transient},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := connect(t, tus.Config{Endpoint: "https://server/", HTTP: broken{test.err}}).Probe(t.Context())
			wantKind(t, err, test.want)
		})
	}
}
