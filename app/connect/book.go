// Package connect makes the engine's connections: how each server is reached
// (its authorities, the client's certificate, the proxy) and signed in to.
//
// Secrets are read from a keyring when a request needs them, and live in memory
// only: in no file, no log and no error. They are sent to the server's own host
// and to no other, wherever it redirects to; so is the client's certificate.
// Servers with the same settings of trust and proxy share a transport, which
// ends with the last of them.
//
// Connecting waits for nothing. A request may wait for the keyring, and for the
// person whom the system asks to unlock it. Everything may be called from any
// goroutine. Errors are of kind fault.Auth when a secret cannot be had; their
// Code says why.
package connect

import (
	"context"
	"net/http"
	"sync"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
)

// Keys is what a Book needs of a platform.Keyring, whose contract it has.
type Keys interface {
	Get(ctx context.Context, name string) (string, error)
}

// Config is what a Book is made of. The zero value is one without a keyring.
type Config struct {
	Keys  Keys
	Lines *netx.Lines // keeps account of all connections; nil for nobody

	// Network is what requests take before they reach a transport; nil is a
	// netx.Watchdog.
	Network func(*http.Transport) http.RoundTripper
}

// Book is what this run knows of servers.
type Book struct {
	keys       Keys
	transports *transports
	headers    *headers

	mu          sync.Mutex // taken before a connection's, never after it
	connections map[uploader.ServerID]*connection
}

// headers are what Remember was given, by endpoint. They have a lock of their own,
// under which no other is taken: a connection looks at them under its own.
type headers struct {
	mu sync.Mutex
	of map[string]http.Header // never changed, only replaced
}

func (h *headers) set(endpoint string, header http.Header) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.of[endpoint] = header
}

func (h *headers) get(endpoint string) http.Header {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.of[endpoint]
}

// NewBook makes an empty book.
func NewBook(config Config) *Book {
	if config.Network == nil {
		config.Network = func(t *http.Transport) http.RoundTripper { return netx.Watch(t) }
	}
	return &Book{
		keys:        config.Keys,
		transports:  &transports{lines: config.Lines, network: config.Network, open: map[settings]*transport{}},
		headers:     &headers{of: map[string]http.Header{}},
		connections: map[uploader.ServerID]*connection{},
	}
}

// Remember sends header along with every request to the server at endpoint from
// now on, until the program ends. It goes before what the keyring holds.
func (b *Book) Remember(endpoint string, header http.Header) {
	b.headers.set(endpoint, header.Clone())
}

// Connect implements uploader.Config.Connect. A server that was connected before
// keeps its connection, which is as the server is now from its next request on:
// also the secrets are read anew.
func (b *Book) Connect(server uploader.Server) (uploader.Protocol, error) {
	if _, err := tus.New(tus.Config{Endpoint: server.Endpoint}); err != nil {
		return nil, unusable(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if known := b.connections[server.ID]; known != nil {
		known.change(server)
		return known, nil
	}
	c := newConnection(b, server)
	if server.ID != 0 {
		b.connections[server.ID] = c
	}
	return c, nil
}

// Answer is what a server said when it was tried.
type Answer struct {
	Capabilities tus.Capabilities
	Upload       *tus.Status // of the upload whose URL was given; nil otherwise
}

// Try asks a server that need not be saved what it can do, with secrets that
// need not be in the keyring; nil stands for those that are there.
func (b *Book) Try(ctx context.Context, server uploader.Server, secrets *Secrets) (Answer, error) {
	c := newConnection(b, server)
	c.secrets = secrets
	defer c.Close()
	can, err := c.Probe(ctx)
	if err != nil || !server.Profile.Given {
		return Answer{Capabilities: can}, err
	}
	status, err := c.Head(ctx, server.Endpoint)
	return Answer{Capabilities: can, Upload: &status}, err
}

// Close ends what idles. Requests under way are their senders' to end.
func (b *Book) Close() {
	b.transports.close()
}

// forget drops a connection whose server is gone.
func (b *Book) forget(c *connection) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if id := c.server.ID; b.connections[id] == c {
		delete(b.connections, id)
	}
}
