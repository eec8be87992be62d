package connect

import (
	"context"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// serverClient implements uploader.Protocol for one server. It creates a new
// tus.Client after the server or its header has changed.
type serverClient struct {
	connector *Connector
	creating  *semaphore.Weighted // one call of create at a time, which may block on the keyring

	mu        sync.Mutex
	server    uploader.Server
	secrets   *Secrets // used instead of those in the keyring; may be nil
	stale     bool     // the server has changed since client was created
	client    *tus.Client
	header    http.Header // of Connector.headers when client was created
	transport *serverTransport

	*tus.Jar // of all clients, implements uploader.CookieKeeper

	observed observation
}

var (
	_ io.Closer                = (*serverClient)(nil)
	_ uploader.VersionObserver = (*serverClient)(nil)
	_ uploader.AddressObserver = (*serverClient)(nil)
	_ uploader.FolderMaker     = (*serverClient)(nil)
	_ uploader.CookieKeeper    = (*serverClient)(nil)
)

// observation is what was known about a server when its client was last asked.
type observation struct{ sendsVersion, omitsVersion, publicAddress bool }

func newServerClient(connector *Connector, server uploader.Server) *serverClient {
	return &serverClient{
		connector: connector, server: server, creating: semaphore.NewWeighted(1), observed: savedObservation(server.Options),
		Jar: tus.NewJar(),
	}
}

// update makes the next request use server.
func (c *serverClient) update(server uploader.Server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.server, c.stale, c.observed = server, true, savedObservation(server.Options)
}

// savedObservation returns what is known about a server from its options.
func savedObservation(options uploader.ServerOptions) observation {
	return observation{options.SendsVersion, options.OmitsVersion, options.PublicAddress}
}

// Close implements [io.Closer]. The client can still be used afterwards.
func (c *serverClient) Close() error {
	c.connector.remove(c)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.observe()
	c.transport.release()
	c.transport, c.client = nil, nil
	return nil
}

// upToDate returns a client that is not stale.
func (c *serverClient) upToDate(ctx context.Context) (*tus.Client, error) {
	if client := c.current(); client != nil {
		return client, nil
	}
	if err := c.creating.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer c.creating.Release(1)
	if client := c.current(); client != nil { // created by another call meanwhile
		return client, nil
	}
	return c.create(ctx)
}

// current returns the client, nil if it is stale or does not exist.
func (c *serverClient) current() *tus.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	header := c.connector.headers.get(c.server.Endpoint)
	if c.stale || c.client == nil || c.transport.isOutdated() || !maps.EqualFunc(c.header, header, slices.Equal[[]string]) {
		return nil
	}
	return c.client
}

func (c *serverClient) create(ctx context.Context) (*tus.Client, error) {
	c.mu.Lock()
	server, secrets := c.server, c.secrets
	c.observe()
	server.Options.SendsVersion, server.Options.OmitsVersion = c.observed.sendsVersion, c.observed.omitsVersion
	server.Options.PublicAddress = c.observed.publicAddress
	header := c.connector.headers.get(server.Endpoint)
	c.stale = false // set again by an update from here on
	c.mu.Unlock()

	client, transport, err := c.connector.newClient(ctx, server, secrets, header, c.Jar)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.stale = true
		return nil, err
	}
	c.transport.release()
	c.client, c.header, c.transport = client, header, transport
	return client, nil
}

// newClient creates a client and its transport. If secrets is nil it reads them from
// the keyring.
func (c *Connector) newClient(ctx context.Context, server uploader.Server, secrets *Secrets, header http.Header, cookies *tus.Jar) (*tus.Client, *serverTransport, error) {
	access := server.Access
	if secrets == nil {
		var err error
		if secrets, err = c.readSecrets(ctx, access, header); err != nil {
			return nil, nil, err
		}
	}
	all, err := signInHeader(access, secrets.SignIn)
	if err != nil {
		return nil, nil, err
	}
	maps.Copy(all, header)
	transport, err := c.newTransport(server, secrets.Proxy)
	if err != nil {
		return nil, nil, err
	}
	idHeaders, _ := uploader.ParseIDHeaders(server.Options.IDHeaders) // damaged: the usual ones
	client, err := tus.New(tus.Config{
		Endpoint: server.Endpoint, HTTP: transport, Header: all, MethodOverride: server.Options.MethodOverride,
		SendsVersion: server.Options.SendsVersion, OmitsVersion: server.Options.OmitsVersion, AllowedHosts: server.Options.AllowedHosts,
		Cookies: cookies, IDHeaders: idHeaders,
		OverwriteHeader: server.Options.OverwriteHeader, OverwriteQuery: server.Options.OverwriteQuery,
	})
	if err != nil {
		transport.release()
		return nil, nil, refused(err)
	}
	return client, transport, nil
}

// Version implements [uploader.VersionObserver].
func (c *serverClient) Version() (sent, omitted bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.observe()
	return c.observed.sendsVersion, c.observed.omitsVersion
}

// PublicAddress implements [uploader.AddressObserver].
func (c *serverClient) PublicAddress() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.observe()
	return c.observed.publicAddress
}

// observe updates observed. The caller holds c.mu. Without a client that is up to date,
// what is known stays.
func (c *serverClient) observe() {
	if c.client != nil && !c.stale {
		c.observed.sendsVersion, c.observed.omitsVersion = c.client.Version()
		c.observed.publicAddress = c.observed.publicAddress || c.transport.reachedPublic.Load()
	}
}

func refused(err error) error {
	f := fault.New(fault.Refused, fault.Probe, err)
	f.Code = fault.CodeServerSettings
	return f
}

// with calls do with an up-to-date client.
func with[T any](ctx context.Context, c *serverClient, do func(*tus.Client) (T, error)) (T, error) {
	client, err := c.upToDate(ctx)
	if err != nil {
		var zero T
		return zero, err
	}
	return do(client)
}

// Probe implements uploader.Protocol.
func (c *serverClient) Probe(ctx context.Context) (tus.Capabilities, error) {
	return with(ctx, c, func(client *tus.Client) (tus.Capabilities, error) { return client.Probe(ctx) })
}

// Create implements uploader.Protocol.
func (c *serverClient) Create(ctx context.Context, request tus.CreateRequest) (tus.Upload, error) {
	return with(ctx, c, func(client *tus.Client) (tus.Upload, error) { return client.Create(ctx, request) })
}

// Head implements uploader.Protocol.
func (c *serverClient) Head(ctx context.Context, url string) (tus.Status, error) {
	return with(ctx, c, func(client *tus.Client) (tus.Status, error) { return client.Head(ctx, url) })
}

// PatchWith implements uploader.Protocol.
func (c *serverClient) PatchWith(ctx context.Context, request tus.PatchRequest) (tus.Status, error) {
	return with(ctx, c, func(client *tus.Client) (tus.Status, error) { return client.PatchWith(ctx, request) })
}

// Concat implements uploader.Protocol.
func (c *serverClient) Concat(ctx context.Context, request tus.ConcatRequest) (tus.Upload, error) {
	return with(ctx, c, func(client *tus.Client) (tus.Upload, error) { return client.Concat(ctx, request) })
}

// Terminate implements uploader.Protocol.
func (c *serverClient) Terminate(ctx context.Context, url string) error {
	_, err := with(ctx, c, func(client *tus.Client) (struct{}, error) { return struct{}{}, client.Terminate(ctx, url) })
	return err
}

// MakeFolder implements [uploader.FolderMaker].
func (c *serverClient) MakeFolder(ctx context.Context, path []string) error {
	_, err := with(ctx, c, func(client *tus.Client) (struct{}, error) { return struct{}{}, client.MakeFolder(ctx, path) })
	return err
}
