package tus

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/net/http/httpguts"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Config is what a Client is made of.
type Config struct {
	// Endpoint is the server's creation URL, http or https. A user and password
	// in it are sent as basic authentication, to its own host only.
	Endpoint string

	// HTTP carries the requests; nil is http.DefaultTransport. It must not
	// follow redirects: that is done here, where it is known what may be sent
	// again, and to whom. Its ExpectContinueTimeout decides how long a big body
	// waits for the server's consent.
	HTTP http.RoundTripper

	// Header is added to every request to the endpoint's own host, and to no
	// other: it usually holds credentials. It cannot replace what the protocol
	// needs.
	Header http.Header

	// MethodOverride sends PATCH and DELETE as POST with X-HTTP-Method-Override,
	// for networks that let nothing else through.
	MethodOverride bool
}

// Client speaks with one tus server. It is safe for use by many goroutines.
type Client struct {
	endpoint *url.URL
	http     http.RoundTripper
	header   http.Header
	override bool
	secrets  []string

	// impatient is set once the server has refused Expect: 100-continue, or left
	// it unanswered.
	impatient atomic.Bool
}

// New makes a client. It fails when the endpoint is not an absolute http or
// https address, or a header could not be sent.
func New(config Config) (*Client, error) {
	endpoint, err := parseURL(config.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("new client: endpoint: %w", err)
	}
	header := canonical(config.Header)
	if err := checkHeader(header); err != nil {
		return nil, fmt.Errorf("new client: %w", err)
	}
	if user := endpoint.User; user != nil {
		if header.Get("Authorization") == "" {
			password, _ := user.Password()
			header.Set("Authorization", basicAuth(user.Username(), password))
		}
		endpoint.User = nil
	}
	transport := config.HTTP
	if transport == nil {
		transport = http.DefaultTransport
	}
	return &Client{
		endpoint: endpoint, http: transport, header: header,
		override: config.MethodOverride, secrets: secretsOf(header),
	}, nil
}

// canonical copies a header under the names that net/http looks for, so that
// what the protocol needs replaces it whatever its spelling.
func canonical(header http.Header) http.Header {
	copied := make(http.Header, len(header))
	for name, values := range header {
		name = http.CanonicalHeaderKey(name)
		copied[name] = append(copied[name], values...)
	}
	return copied
}

func checkHeader(header http.Header) error {
	for name, values := range header {
		if !httpguts.ValidHeaderFieldName(name) {
			return fmt.Errorf("header %q: not a header name", name)
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return fmt.Errorf("header %s: the value holds a line break or a control character", name)
			}
		}
	}
	return nil
}

// Probe asks what the server can do (tus 1.0.0, OPTIONS). A server that refuses
// to be asked gives a zero Capabilities and no error; one that does not speak
// tus gives a fault of kind NotTus.
func (c *Client) Probe(ctx context.Context) (Capabilities, error) {
	got, err := c.do(ctx, request{op: fault.Probe, method: http.MethodOptions, url: c.endpoint})
	if err != nil {
		if refusesToBeAsked(err) {
			return Capabilities{}, nil
		}
		return Capabilities{}, err
	}
	versions := list(got.header, "Tus-Version")
	if len(versions) == 0 && !got.speaksTus() {
		if answeredForBrowsers(got.header) {
			return Capabilities{}, nil
		}
		return Capabilities{}, got.notTus()
	}
	if len(versions) > 0 && !slices.Contains(versions, Version) {
		return Capabilities{}, got.fault(fault.Refused, "the server speaks tus %s, not %s", strings.Join(versions, ", "), Version)
	}
	limit, err := parseCount(got.header, "Tus-Max-Size")
	if err != nil {
		limit = 0
	}
	return Capabilities{
		Known:      true,
		Versions:   versions,
		Extensions: lower(list(got.header, "Tus-Extension")),
		MaxSize:    limit,
		Checksums:  list(got.header, "Tus-Checksum-Algorithm"),
	}, nil
}

// refusesToBeAsked reports whether the server only turned OPTIONS itself down.
func refusesToBeAsked(err error) bool {
	f, ok := errors.AsType[*fault.Fault](err)
	return ok && slices.Contains([]int{http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusNotImplemented}, f.Status)
}

// answeredForBrowsers reports whether a layer in front of a tus server answered
// OPTIONS in its stead, as a browser's preflight request wants it.
func answeredForBrowsers(header http.Header) bool {
	names := append(list(header, "Access-Control-Allow-Headers"), list(header, "Access-Control-Expose-Headers")...)
	return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, "Tus-Resumable") })
}

// Create makes an upload (tus 1.0.0, Creation) and, when the request has a
// body, sends its first bytes along (Creation With Upload), which only a server
// that advertises the extension understands. The body is not touched any more
// once Create has returned.
func (c *Client) Create(ctx context.Context, request CreateRequest) (Upload, error) {
	header, err := creation(request)
	if err != nil {
		return Upload{}, err
	}
	call := c.call(fault.Create, http.MethodPost, c.endpoint, header)
	if request.Body != nil {
		header.Set("Content-Type", contentType)
		call.body = newBody(request.Body, request.BodySize)
		defer call.body.release()
	}
	got, err := c.do(ctx, call)
	if err != nil {
		return Upload{}, err
	}
	return got.upload(request.Body != nil)
}

func creation(request CreateRequest) (http.Header, error) {
	if err := request.check(); err != nil {
		return nil, fault.New(fault.Bug, fault.Create, err)
	}
	header := http.Header{}
	if request.Deferred {
		header.Set("Upload-Defer-Length", "1")
	} else {
		header.Set("Upload-Length", strconv.FormatInt(request.Size, 10))
	}
	if request.Partial {
		header.Set("Upload-Concat", "partial")
	}
	if err := setMetadata(header, request.Metadata); err != nil {
		return nil, fault.New(fault.Bug, fault.Create, err)
	}
	return header, nil
}

func (r CreateRequest) check() error {
	switch {
	case r.Deferred && r.Size != 0:
		return fmt.Errorf("%d bytes, and yet an open size", r.Size)
	case r.Size < 0 || r.BodySize < 0 || r.BodySize > r.Size && !r.Deferred:
		return fmt.Errorf("a body of %d bytes for an upload of %d", r.BodySize, r.Size)
	}
	return nil
}

// Head asks for the offset the server holds (tus 1.0.0, HEAD). An upload the
// server no longer knows is a fault of kind Gone.
func (c *Client) Head(ctx context.Context, url string) (Status, error) {
	target, err := uploadURL(fault.Head, url)
	if err != nil {
		return Status{}, err
	}
	got, err := c.do(ctx, c.call(fault.Head, http.MethodHead, target, http.Header{"Cache-Control": {"no-cache"}}))
	if err != nil {
		return Status{}, err
	}
	return got.head()
}

// Terminate removes the upload from the server (tus 1.0.0, Termination). One
// that is gone already is removed; a server without the extension answers with
// a fault of kind Refused.
func (c *Client) Terminate(ctx context.Context, url string) error {
	target, err := uploadURL(fault.Terminate, url)
	if err != nil {
		return err
	}
	_, err = c.do(ctx, c.call(fault.Terminate, http.MethodDelete, target, http.Header{}))
	if fault.Is(err, fault.Gone) {
		return nil
	}
	return err
}

// call makes a request that carries the protocol's version, and its method
// where the network lets it through.
func (c *Client) call(op fault.Op, method string, target *url.URL, header http.Header) request {
	header.Set("Tus-Resumable", Version)
	if c.override && (method == http.MethodPatch || method == http.MethodDelete) {
		header.Set("X-HTTP-Method-Override", method)
		method = http.MethodPost
	}
	return request{op: op, method: method, url: target, header: header}
}

func uploadURL(op fault.Op, text string) (*url.URL, error) {
	target, err := parseURL(text)
	if err != nil {
		return nil, fault.New(fault.Refused, op, fmt.Errorf("upload URL: %w", err))
	}
	target.User = nil
	return target, nil
}
