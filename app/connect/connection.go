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

// connection is one server's client, which is made anew when the server or its
// header has changed.
type connection struct {
	book *Book
	turn chan struct{} // held while a client is made, which may wait for the keyring

	mu      sync.Mutex
	server  uploader.Server
	secrets *Secrets // instead of what the keyring holds; nil for that
	stale   bool     // the client is not as the server is
	client  *tus.Client
	header  http.Header // that the client was made with beside its sign-in
	way     *way        // that the client takes
}

func newConnection(book *Book, server uploader.Server) *connection {
	return &connection{book: book, server: server, turn: make(chan struct{}, 1)}
}

// change has requests from now on go as the server is now.
func (c *connection) change(server uploader.Server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.server, c.stale = server, true
}

// Close implements io.Closer: nobody uses the connection any more.
func (c *connection) Close() error {
	c.book.forget(c)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.way.leave()
	c.way, c.client = nil, nil
	return nil
}

// ready returns a client that is as the server is.
func (c *connection) ready(ctx context.Context) (*tus.Client, error) {
	if client := c.current(); client != nil {
		return client, nil
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if client := c.current(); client != nil { // made while this one stood in line
		return client, nil
	}
	return c.make(ctx)
}

// current returns the client unless it is out of date.
func (c *connection) current() *tus.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	header := c.book.headers.get(c.server.Endpoint)
	if c.stale || c.client == nil || !maps.EqualFunc(c.header, header, slices.Equal[[]string]) {
		return nil
	}
	return c.client
}

// make makes a client.
func (c *connection) make(ctx context.Context) (*tus.Client, error) {
	c.mu.Lock()
	server, secrets := c.server, c.secrets
	header := c.book.headers.get(server.Endpoint)
	c.stale = false // as of now; another change comes after
	c.mu.Unlock()

	client, way, err := c.book.client(ctx, server, secrets, header)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.stale = true
		return nil, err
	}
	c.way.leave()
	c.client, c.header, c.way = client, header, way
	return client, nil
}

// client makes a client for a server, and the way that it takes.
func (b *Book) client(ctx context.Context, server uploader.Server, secrets *Secrets, header http.Header) (*tus.Client, *way, error) {
	access := server.Access
	if secrets == nil {
		var err error
		if secrets, err = b.secrets(ctx, access, header); err != nil {
			return nil, nil, err
		}
	}
	signIn, err := signInOf(access, secrets.SignIn)
	if err != nil {
		return nil, nil, err
	}
	maps.Copy(signIn, header)
	way, err := b.way(server, secrets.Proxy)
	if err != nil {
		return nil, nil, err
	}
	client, err := tus.New(tus.Config{
		Endpoint: server.Endpoint, HTTP: way, Header: signIn, MethodOverride: server.Profile.MethodOverride,
	})
	if err != nil {
		way.leave()
		return nil, nil, unusable(err)
	}
	return client, way, nil
}

func unusable(err error) error { return fault.New(fault.Refused, fault.Probe, err) }

// with does one thing with the client.
func with[T any](ctx context.Context, c *connection, do func(*tus.Client) (T, error)) (T, error) {
	client, err := c.ready(ctx)
	if err != nil {
		var nothing T
		return nothing, err
	}
	return do(client)
}

// Probe implements uploader.Protocol.
func (c *connection) Probe(ctx context.Context) (tus.Capabilities, error) {
	return with(ctx, c, func(client *tus.Client) (tus.Capabilities, error) { return client.Probe(ctx) })
}

// Create implements uploader.Protocol.
func (c *connection) Create(ctx context.Context, request tus.CreateRequest) (tus.Upload, error) {
	return with(ctx, c, func(client *tus.Client) (tus.Upload, error) { return client.Create(ctx, request) })
}

// Head implements uploader.Protocol.
func (c *connection) Head(ctx context.Context, url string) (tus.Status, error) {
	return with(ctx, c, func(client *tus.Client) (tus.Status, error) { return client.Head(ctx, url) })
}

// PatchWith implements uploader.Protocol.
func (c *connection) PatchWith(ctx context.Context, request tus.PatchRequest) (tus.Status, error) {
	return with(ctx, c, func(client *tus.Client) (tus.Status, error) { return client.PatchWith(ctx, request) })
}

// Concat implements uploader.Protocol.
func (c *connection) Concat(ctx context.Context, request tus.ConcatRequest) (tus.Upload, error) {
	return with(ctx, c, func(client *tus.Client) (tus.Upload, error) { return client.Concat(ctx, request) })
}

// Terminate implements uploader.Protocol.
func (c *connection) Terminate(ctx context.Context, url string) error {
	_, err := with(ctx, c, func(client *tus.Client) (struct{}, error) { return struct{}{}, client.Terminate(ctx, url) })
	return err
}

var _ io.Closer = (*connection)(nil)
