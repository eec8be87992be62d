// Package connect connects the engine to servers: it applies each server's CA
// certificates, client certificate, proxy and sign-in to its requests.
//
// Secrets are read from a keyring when a request needs them and stay in memory: they
// are in no file, log or error. They and the client certificate are sent to the
// server's own origin only, also when it redirects elsewhere. Requests go to the hosts that
// package netx allows, by the server's options ([netx.Hosts], [netx.Config.PublicOnly]).
// Servers with the same
// TLS and proxy settings share a transport, which is closed with the last of them.
//
// Connecting does not block. A request may block on the keyring, until the user has
// answered the system's prompt to unlock it. Everything may be called from any
// goroutine. An error is a fault of kind fault.Auth when a secret is not available;
// its Code is the reason.
package connect

import (
	"context"
	"net/http"
	"sync"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/worker"
)

// Keyring is the part of platform.Keyring that a [Connector] uses.
type Keyring interface {
	Get(ctx context.Context, name string) (string, error)
}

// Config configures a [Connector]. The zero value is one without a keyring.
type Config struct {
	Keyring Keyring
	Conns   *netx.ConnTracker // tracks all network connections; may be nil
	Dial    netx.DialFunc     // makes them; nil for the system's

	// WrapTransport wraps each transport; nil is a netx.ClientCertificateCheck of a
	// netx.Watchdog of a netx.HTTP2Fallback.
	WrapTransport func(*http.Transport) http.RoundTripper
}

// Connector creates and caches the clients of servers.
type Connector struct {
	keyring    Keyring
	transports *transportPool
	headers    *headers
	perFile    sync.Map // from endpoint to the program of SetPerFile

	mu      sync.Mutex // locked before a client's mutex, never after it
	clients map[uploader.ServerID]*serverClient
}

// headers holds the header fields of [Connector.SetHeader] by endpoint. No other mutex is
// locked while its own is, so that a client may use it with its own locked.
type headers struct {
	mu         sync.Mutex
	byEndpoint map[string]http.Header // values are replaced, never modified
}

func (h *headers) set(endpoint string, header http.Header) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.byEndpoint[endpoint] = header
}

func (h *headers) get(endpoint string) http.Header {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.byEndpoint[endpoint]
}

// New returns a [Connector] without clients.
func New(config Config) *Connector {
	if config.WrapTransport == nil {
		config.WrapTransport = func(t *http.Transport) http.RoundTripper {
			return &netx.ClientCertificateCheck{Next: netx.NewWatchdog(netx.NewHTTP2Fallback(t)), Transport: t}
		}
	}
	return &Connector{
		keyring:    config.Keyring,
		transports: &transportPool{conns: config.Conns, dial: config.Dial, wrap: config.WrapTransport, open: map[transportKey]*sharedTransport{}},
		headers:    &headers{byEndpoint: map[string]http.Header{}},
		clients:    map[uploader.ServerID]*serverClient{},
	}
}

// SetHeader adds header to every request to the server at endpoint until the program
// exits. It takes precedence over the sign-in from the keyring.
func (c *Connector) SetHeader(endpoint string, header http.Header) {
	c.headers.set(endpoint, header.Clone())
}

// Connect implements engine.Config.Connect. It returns the same client each time
// for the same server. From the next request on the client uses the server as given
// now, and reads its secrets again.
func (c *Connector) Connect(server uploader.Server) (uploader.Protocol, error) {
	if _, err := tus.New(tus.Config{Endpoint: server.Endpoint}); err != nil {
		return nil, refused(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if client := c.clients[server.ID]; client != nil {
		client.update(server)
		return client, nil
	}
	client := newServerClient(c, server)
	if server.ID != 0 {
		c.clients[server.ID] = client
	}
	return client, nil
}

// Test finds out whether a server accepts uploads, as [worker.Test]. The server need not be
// saved, and secrets need not be in the keyring; if nil, those in the keyring are used.
func (c *Connector) Test(ctx context.Context, server uploader.Server, secrets *Secrets) (uploader.ServerTest, error) {
	client := newServerClient(c, server)
	client.secrets = secrets
	defer client.Close()
	return worker.Test(ctx, server, client)
}

// CloseIdle closes idle network connections. It does not cancel requests.
func (c *Connector) CloseIdle() {
	c.transports.closeIdle()
}

// remove removes a closed client.
func (c *Connector) remove(client *serverClient) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id := client.server.ID; c.clients[id] == client {
		delete(c.clients, id)
	}
}
