package connect_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

const (
	publicAddr  = "203.0.113.5" // of server.example
	otherAddr   = "203.0.113.6" // of other.example
	privateAddr = "192.168.1.1" // of a bystander: a service on the user's network
)

// internet is a network with a tus server at a public address and a bystander at a
// private one.
type internet struct {
	*uploadtest.Network
	server, bystander *fakeServer

	mu         sync.Mutex
	redirectTo string // where the server redirects every request but OPTIONS; "" for nowhere
}

func newInternet(t *testing.T) *internet {
	t.Helper()
	i := &internet{Network: uploadtest.NewNetwork(), server: startServer(t), bystander: startServer(t)}
	i.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.redirectTo != "" && r.Method != http.MethodOptions && strings.HasPrefix(r.Host, "server.") {
			w.Header().Set("Tus-Resumable", "1.0.0")
			http.Redirect(w, r, i.redirectTo, http.StatusTemporaryRedirect)
			return
		}
		i.server.ServeHTTP(w, r)
	})
	i.SetName("server.example", publicAddr)
	i.SetName("other.example", otherAddr)
	i.Route(publicAddr, i.server.Listener.Addr().String())
	i.Route(otherAddr, i.server.Listener.Addr().String())
	for _, addr := range []string{privateAddr, "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fd00::1", "0.0.0.0"} {
		i.Route(addr, i.bystander.Listener.Addr().String())
	}
	return i
}

func (i *internet) redirect(to string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.redirectTo = to
}

// wantNoRequest checks that the bystander received nothing.
func (i *internet) wantNoRequest(t *testing.T) {
	t.Helper()
	i.bystander.mu.Lock()
	defer i.bystander.mu.Unlock()
	for _, r := range i.bystander.requests {
		t.Errorf("the bystander received %s %s", r.Method, r.URL)
	}
}

// requests are one of each request about an upload.
var requests = map[fault.Op]func(*testing.T, uploader.Protocol, string) error{
	fault.Create: func(t *testing.T, p uploader.Protocol, _ string) error {
		_, err := p.Create(t.Context(), tus.CreateRequest{Size: 9})
		return err
	},
	fault.Head: func(t *testing.T, p uploader.Protocol, url string) error {
		_, err := p.Head(t.Context(), url)
		return err
	},
	fault.Patch: patch,
	fault.Terminate: func(t *testing.T, p uploader.Protocol, url string) error {
		return p.Terminate(t.Context(), url)
	},
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if f := fault.Of(err); f == nil || f.Code != code {
		t.Errorf("error is %v, want code %s", err, code)
	}
}

// TestH3AllowedHostWithLocalAddress is the attack of a server whose other host is allowed,
// and whose name then gets a local address.
func TestH3AllowedHostWithLocalAddress(t *testing.T) {
	for _, addr := range []string{privateAddr, "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fd00::1", "0.0.0.0"} {
		t.Run(addr, func(t *testing.T) {
			network := newInternet(t)
			connector := newConnector(t, connect.Config{Dial: network.Dial})
			client := connectTo(t, connector, uploader.Server{ID: 2, Endpoint: "http://server.example/files/", Options: uploader.ServerOptions{AllowedHosts: "other.example"}})
			probe(t, client)
			if _, err := client.Head(t.Context(), "http://other.example/files/1"); err != nil {
				t.Fatalf("allowed host with a public address: %v", err)
			}
			connector.CloseIdle() // the next request makes a connection
			network.SetName("other.example", addr)
			network.redirect("http://other.example/admin")
			for op, send := range requests {
				if op != fault.Create {
					wantCode(t, send(t, client, "http://other.example/admin"), fault.CodeHostLocal)
				}
				if op != fault.Terminate { // which follows no redirect there
					wantCode(t, send(t, client, "http://server.example/files/1"), fault.CodeHostLocal)
				}
			}
			network.wantNoRequest(t)
		})
	}
}

// TestH3LocalServerUsesLocalHosts checks what a server on the user's own network may do:
// with http, it shares transports with no server of the internet.
func TestH3LocalServerUsesLocalHosts(t *testing.T) {
	network := newInternet(t)
	network.SetName("other.example", privateAddr)
	connector := newConnector(t, connect.Config{Dial: network.Dial})
	nas := connectTo(t, connector, uploader.Server{ID: 2, Endpoint: "http://192.168.1.1/files/", Options: uploader.ServerOptions{AllowedHosts: "other.example"}})
	if _, err := nas.Head(t.Context(), "http://other.example/files/1"); err != nil {
		t.Fatalf("allowed host of a local server: %v", err)
	}
	wantCode(t, requests[fault.Head](t, nas, "http://127.0.0.1/files/1"), fault.CodeHostNotAllowed)
	received := len(network.bystander.requests)

	public := connectTo(t, connector, uploader.Server{ID: 3, Endpoint: "http://server.example/files/", Options: uploader.ServerOptions{AllowedHosts: "other.example"}})
	wantCode(t, requests[fault.Head](t, public, "http://other.example/files/1"), fault.CodeHostLocal) // there is an idle connection to it
	if len(network.bystander.requests) != received {
		t.Error("a public server used the connection of a local one")
	}
}

func TestH3BehindProxy(t *testing.T) {
	network := newInternet(t)
	for kind, proxy := range map[string]*uploadtest.ForwardProxy{
		"http":   uploadtest.NewHTTPProxy(t, network.server.Listener.Addr().String(), nil, nil),
		"socks5": uploadtest.NewSOCKS5(t, network.server.Listener.Addr().String(), nil),
	} {
		connector := newConnector(t, connect.Config{})
		client := connectTo(t, connector, uploader.Server{
			ID: 2, Endpoint: "http://server.example/files/", Access: uploader.Access{Proxy: (&url.URL{Scheme: kind, Host: proxy.Addr}).String()},
			Options: uploader.ServerOptions{AllowedHosts: "other.example nas"},
		})
		probe(t, client)
		if _, err := client.Head(t.Context(), "http://other.example/files/1"); err != nil {
			t.Errorf("%s: allowed host: %v", kind, err)
		}
		wantCode(t, requests[fault.Head](t, client, "http://nas/files/1"), fault.CodeHostLocal)
		for _, target := range proxy.Targets() {
			if strings.HasPrefix(target, "nas") {
				t.Errorf("%s: the proxy connected to %s", kind, target)
			}
		}
		if client.(uploader.AddressObserver).PublicAddress() {
			t.Errorf("%s: the address of the proxy counts as the server's", kind)
		}
	}
}

// TestH4ServerWithLocalAddress is the attack of a server whose own name gets a local
// address after it was used, in the same run and in a later one.
func TestH4ServerWithLocalAddress(t *testing.T) {
	network := newInternet(t)
	server := uploader.Server{ID: 2, Endpoint: "http://server.example/files/"}
	const upload = "http://server.example/files/1"

	connector := newConnector(t, connect.Config{Dial: network.Dial})
	client := connectTo(t, connector, server)
	if client.(uploader.AddressObserver).PublicAddress() {
		t.Error("the address is known before the first request")
	}
	probe(t, client)
	if !client.(uploader.AddressObserver).PublicAddress() {
		t.Fatal("the public address was not noticed")
	}
	network.SetName("server.example", privateAddr)
	for op, send := range requests {
		err := send(t, client, upload)
		wantCode(t, err, fault.CodeServerLocal)
		if f := fault.Of(err); f.Kind != fault.Unreachable || f.Detail != "server.example" {
			t.Errorf("%s: %+v", op, f)
		}
	}
	network.wantNoRequest(t)

	server.Options.PublicAddress = true // as the engine saves it
	later := connectTo(t, newConnector(t, connect.Config{Dial: network.Dial}), server)
	for _, send := range requests {
		wantCode(t, send(t, later, upload), fault.CodeServerLocal)
	}
	network.wantNoRequest(t)

	network.SetName("server.example", publicAddr)
	probe(t, later)
	server.Options.AllowedHosts = "server.example" // the user allowed it
	network.SetName("server.example", privateAddr)
	if err := requests[fault.Head](t, connectTo(t, newConnector(t, connect.Config{Dial: network.Dial}), server), upload); err != nil {
		t.Errorf("own host, allowed: %v", err)
	}
}

// TestH4LocalServerStaysUsable checks that a server that was never found on the internet
// may have a name whose address is local.
func TestH4LocalServerStaysUsable(t *testing.T) {
	network := newInternet(t)
	network.SetName("nas.example", privateAddr)
	client := connectTo(t, newConnector(t, connect.Config{Dial: network.Dial}), uploader.Server{ID: 2, Endpoint: "http://nas.example/files/"})
	probe(t, client)
	for op, send := range requests {
		if err := send(t, client, "http://nas.example/files/1"); err != nil && op != fault.Create { // the server creates nothing
			t.Errorf("%s: %v", op, err)
		}
	}
	if client.(uploader.AddressObserver).PublicAddress() {
		t.Error("a local address counts as public")
	}
}

// TestH3HTTP2 checks that the check of addresses also applies to HTTP/2, and that
// connections for one host are not used for another with the same certificate.
func TestH3HTTP2(t *testing.T) {
	network := newInternet(t)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { network.server.ServeHTTP(w, r) }))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	network.Route(publicAddr, server.Listener.Addr().String())
	network.SetName("other.example", privateAddr)
	transport := netx.Transport(netx.Config{Dial: network.Dial, PublicOnly: true})
	fallback := netx.NewHTTP2Fallback(transport)
	t.Cleanup(fallback.CloseIdleConnections)
	client, err := tus.New(tus.Config{Endpoint: "http://server.example/files/", HTTP: fallback, AllowedHosts: "other.example"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Head(t.Context(), "http://server.example/files/1"); err != nil {
		t.Fatal(err)
	}
	_, err = client.Head(t.Context(), "http://other.example/files/1")
	wantCode(t, err, fault.CodeHostLocal)
	network.wantNoRequest(t)
}
