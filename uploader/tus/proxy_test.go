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

// proxyClient returns a client for a server whose host name only the proxy resolves.
func proxyClient(t *testing.T, proxy netx.Proxy) *tus.Client {
	t.Helper()
	proxyFunc, err := proxy.Func()
	if err != nil {
		t.Fatal(err)
	}
	transport := netx.Transport(netx.Config{Proxy: proxyFunc})
	t.Cleanup(transport.CloseIdleConnections)
	return newClient(t, tus.Config{Endpoint: "http://server.example/files/", HTTP: netx.NewWatchdog(transport)})
}

func TestUploadThroughProxy(t *testing.T) {
	server := uploadtest.NewTusd(t)
	target := server.Listener.Addr().String()
	for name, proxy := range map[string]netx.Proxy{
		"HTTP":   {Kind: netx.ProxyHTTP, Address: uploadtest.NewHTTPProxy(t, target, nil, nil).Addr},
		"SOCKS5": {Kind: netx.ProxySOCKS5, Address: uploadtest.NewSOCKS5(t, target, nil).Addr},
	} {
		t.Run(name, func(t *testing.T) {
			client := proxyClient(t, proxy)
			upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 5, Metadata: metadata})
			if err != nil || !strings.HasPrefix(upload.URL, "http://server.example/files/") {
				t.Fatalf("created %+v, %v", upload, err)
			}
			if got, err := client.Patch(t.Context(), upload.URL, 0, strings.NewReader("hello"), 5); err != nil || got.Offset != 5 {
				t.Fatalf("got %+v, %v", got, err)
			}
			wantStored(t, server.Stored(t), []byte("hello"))
			if err := client.Terminate(t.Context(), upload.URL); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestProxyFaults(t *testing.T) {
	unused, err := url.Parse(uploadtest.UnusedURL(t))
	if err != nil {
		t.Fatal(err)
	}
	account := url.UserPassword("me", "secret")
	http := func(proxy *uploadtest.ForwardProxy) netx.Proxy {
		return netx.Proxy{Kind: netx.ProxyHTTP, Address: proxy.Addr, User: "me", Password: "guess"}
	}
	socks := func(proxy *uploadtest.ForwardProxy) netx.Proxy {
		return netx.Proxy{Kind: netx.ProxySOCKS5, Address: proxy.Addr, User: "me", Password: "guess"}
	}
	tests := map[string]struct {
		proxy netx.Proxy
		want  fault.Kind
	}{
		"HTTP, wrong password":       {http(uploadtest.NewHTTPProxy(t, unused.Host, account, nil)), fault.Auth},
		"HTTP, server unreachable":   {http(uploadtest.NewHTTPProxy(t, unused.Host, nil, nil)), fault.Transient},
		"HTTP, proxy unreachable":    {netx.Proxy{Kind: netx.ProxyHTTP, Address: unused.Host}, fault.Unreachable},
		"SOCKS5, wrong password":     {socks(uploadtest.NewSOCKS5(t, unused.Host, account)), fault.Auth},
		"SOCKS5, no password":        {netx.Proxy{Kind: netx.ProxySOCKS5, Address: uploadtest.NewSOCKS5(t, unused.Host, account).Addr}, fault.Auth},
		"SOCKS5, server unreachable": {socks(uploadtest.NewSOCKS5(t, unused.Host, nil)), fault.Unreachable},
		"SOCKS5, proxy unreachable":  {netx.Proxy{Kind: netx.ProxySOCKS5, Address: unused.Host}, fault.Unreachable},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := proxyClient(t, test.proxy).Head(t.Context(), "http://server.example/files/1")
			if got := wantKind(t, err, test.want); strings.Contains(got.Detail, "guess") {
				t.Errorf("detail contains the password: %q", got.Detail)
			}
		})
	}
}

func TestNestedProxyErrors(t *testing.T) {
	nested := func(op string, err error) error {
		return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: &net.OpError{Op: op, Net: "tcp", Err: err}}
	}
	for name, test := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"dial timeout":         {nested("dial", os.ErrDeadlineExceeded), fault.Unreachable},
		"TLS alert":            {nested("remote error", errors.New("tls: certificate required")), fault.TLS},
		"SOCKS5 ruleset":       {nested("socks connect", errors.New("unknown error connection not allowed by ruleset")), fault.Refused},
		"other SOCKS5 failure": {nested("socks connect", errors.New("unknown error general SOCKS server failure")), fault.Transient},
		"other error":          {nested("read", io.EOF), fault.Transient},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newClient(t, tus.Config{Endpoint: "https://server/", HTTP: failingTransport{test.err}}).Probe(t.Context())
			wantKind(t, err, test.want)
		})
	}
}
