// Package connect makes the engine's connections: a tus client for each server
// over one shared transport, with the headers that this run was given for it.
// Headers usually hold credentials: they live in memory only.
//
// Everything may be called from any goroutine.
package connect

import (
	"context"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// Book holds what this run knows of servers besides their addresses.
type Book struct {
	transport http.RoundTripper

	mu      sync.Mutex
	headers map[string]http.Header // by endpoint; a header is never changed, only replaced
}

// NewBook makes a book of which all connections use transport.
func NewBook(transport http.RoundTripper) *Book {
	return &Book{transport: transport, headers: map[string]http.Header{}}
}

// Remember sends header along with every request to the server at endpoint from
// now on, until the program ends.
func (b *Book) Remember(endpoint string, header http.Header) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.headers[endpoint] = header.Clone()
}

// Connect implements uploader.Config.Connect.
func (b *Book) Connect(server uploader.Server) (uploader.Protocol, error) {
	c := &connection{book: b, endpoint: server.Endpoint}
	if _, err := c.client(); err != nil {
		return nil, err
	}
	return c, nil
}

// connection is a client that is made anew when its headers are.
type connection struct {
	book     *Book
	endpoint string

	current *tus.Client // of the headers below; both are the book's mutex's
	header  http.Header
}

func (c *connection) client() (*tus.Client, error) {
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	header := c.book.headers[c.endpoint]
	if c.current != nil && same(c.header, header) {
		return c.current, nil
	}
	client, err := tus.New(tus.Config{Endpoint: c.endpoint, HTTP: c.book.transport, Header: header})
	if err != nil {
		return nil, fault.New(fault.Refused, fault.Probe, err)
	}
	c.current, c.header = client, header
	return client, nil
}

func same(a, b http.Header) bool { return maps.EqualFunc(a, b, slices.Equal[[]string]) }

// Probe implements uploader.Protocol.
func (c *connection) Probe(ctx context.Context) (tus.Capabilities, error) {
	client, err := c.client()
	if err != nil {
		return tus.Capabilities{}, err
	}
	return client.Probe(ctx)
}

// Create implements uploader.Protocol.
func (c *connection) Create(ctx context.Context, request tus.CreateRequest) (tus.Upload, error) {
	client, err := c.client()
	if err != nil {
		return tus.Upload{}, err
	}
	return client.Create(ctx, request)
}

// Head implements uploader.Protocol.
func (c *connection) Head(ctx context.Context, url string) (tus.Status, error) {
	client, err := c.client()
	if err != nil {
		return tus.Status{}, err
	}
	return client.Head(ctx, url)
}

// Patch implements uploader.Protocol.
func (c *connection) Patch(ctx context.Context, url string, offset int64, body io.Reader, size int64) (tus.Status, error) {
	client, err := c.client()
	if err != nil {
		return tus.Status{}, err
	}
	return client.Patch(ctx, url, offset, body, size)
}

// Concat implements uploader.Protocol.
func (c *connection) Concat(ctx context.Context, request tus.ConcatRequest) (tus.Upload, error) {
	client, err := c.client()
	if err != nil {
		return tus.Upload{}, err
	}
	return client.Concat(ctx, request)
}

// Terminate implements uploader.Protocol.
func (c *connection) Terminate(ctx context.Context, url string) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	return client.Terminate(ctx, url)
}
