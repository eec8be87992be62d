package tus

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
)

// Config configures a Client.
type Config struct {
	// Endpoint is the server's creation URL, http or https. A user and password in
	// it are sent as basic authentication.
	Endpoint string

	// HTTP sends the requests; nil means [http.DefaultTransport]. It must not follow
	// redirects: the client does, since it determines which body can be sent again
	// and which host may receive Header. Its ExpectContinueTimeout is the time that
	// a large body waits for 100 Continue.
	HTTP http.RoundTripper

	// Header is added to every request to the endpoint's own origin, and to no
	// other: it usually contains credentials. The protocol's own headers take
	// precedence. "Host" is the Host of these requests, in place of the endpoint's; a
	// Location with that host is on the endpoint's own origin.
	Header http.Header

	// AllowedHosts are the hosts besides the endpoint's own origin that requests may be
	// sent to, separated by spaces, each as in the result of [netx.HostOf]. Requests to
	// others are refused: see [netx.Hosts].
	AllowedHosts string

	// MethodOverride sends PATCH and DELETE as POST with X-HTTP-Method-Override, for
	// networks that block these methods.
	MethodOverride bool

	// IDHeaders are the names of the headers of a response that may have the server's ID
	// of the file, the first one that is present; nil means [DefaultIDHeaders].
	IDHeaders []string

	// Cookies are the cookies of the server, which several clients for it share; nil means
	// a new jar.
	Cookies *Jar

	// OverwriteHeader and OverwriteQuery are what a server requires in a request that
	// creates an upload to overwrite an existing file: a header field, such as
	// "x-upsert: true", and a query, such as "override=true". Either may be "".
	OverwriteHeader, OverwriteQuery string

	// SendsVersion and OmitsVersion mean that the server is known to send Tus-Resumable,
	// or to respond without it, from an earlier Client for it. At most one of them is
	// set. See [Client.SendsVersion] and [Client.OmitsVersion].
	SendsVersion, OmitsVersion bool
}

// Client is a client for one tus server. It is safe for concurrent use.
type Client struct {
	endpoint *url.URL
	hosts    netx.Hosts
	http     http.RoundTripper
	header   http.Header // without Host
	host     string      // Host of requests to the endpoint's own origin; "": that of the URL
	override bool
	secrets  []string
	idFrom   []string
	*Jar     // the cookies

	overwrite    overwrite
	signsIn      bool      // header has credentials
	tokenExpires time.Time // when the token in header expires; zero if that is not known

	// skipExpect is set once the server has rejected or ignored Expect:
	// 100-continue.
	skipExpect atomic.Bool

	version atomic.Int32 // a versionUse
}

// New returns a client. It returns an error if the endpoint is not an absolute http
// or https URL, or if a header is not valid.
func New(config Config) (*Client, error) {
	endpoint, err := parseURL(config.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("new client: endpoint: %w", err)
	}
	header := canonicalHeader(config.Header)
	if err := checkHeader(header); err != nil {
		return nil, fmt.Errorf("new client: %w", err)
	}
	host := header.Get("Host")
	delete(header, "Host")
	if user := endpoint.User; user != nil {
		if header.Get("Authorization") == "" {
			password, _ := user.Password()
			(&http.Request{Header: header}).SetBasicAuth(user.Username(), password)
		}
		endpoint.User = nil
	}
	overwrite, err := newOverwrite(config.OverwriteHeader, config.OverwriteQuery)
	if err != nil {
		return nil, fmt.Errorf("new client: %w", err)
	}
	transport := config.HTTP
	if transport == nil {
		transport = http.DefaultTransport
	}
	idHeaders := config.IDHeaders
	if len(idHeaders) == 0 {
		idHeaders = DefaultIDHeaders()
	}
	jar := config.Cookies
	if jar == nil {
		jar = NewJar()
	}
	c := &Client{
		endpoint: endpoint, hosts: netx.NewHosts(endpoint, config.AllowedHosts), http: transport, header: header, host: host, idFrom: idHeaders, Jar: jar,
		override: config.MethodOverride, secrets: append(secretsOf(header), urlSecrets(endpoint)...),
		overwrite: overwrite, signsIn: signsIn(header), tokenExpires: tokenExpiry(header),
	}
	switch {
	case config.SendsVersion:
		c.version.Store(versionSent)
	case config.OmitsVersion:
		c.version.Store(versionOmitted)
	}
	return c, nil
}

// canonicalHeader returns a copy of header with canonical names, so that the
// protocol's headers replace those of any spelling.
func canonicalHeader(header http.Header) http.Header {
	canonical := make(http.Header, len(header))
	for name, values := range header {
		name = http.CanonicalHeaderKey(name)
		canonical[name] = append(canonical[name], values...)
	}
	return canonical
}

func checkHeader(header http.Header) error {
	for name, values := range header {
		if !httpguts.ValidHeaderFieldName(name) {
			return fmt.Errorf("invalid header name %q", name)
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return fmt.Errorf("header %s: value contains a line break or a control character", name)
			}
		}
	}
	return nil
}

// Create creates an upload (tus 1.0.0, Creation). If the request has a body, it
// also sends its first bytes, which requires creation-with-upload. The body is not
// read after Create has returned. The upload may be complete and have no URL: see
// [Upload.URL].
func (c *Client) Create(ctx context.Context, request CreateRequest) (Upload, error) {
	header, err := request.header()
	if err != nil {
		return Upload{}, err
	}
	target, err := below(c.endpoint, request.Path)
	if err != nil {
		return Upload{}, fault.New(fault.Refused, fault.Create, err)
	}
	r := c.newRequest(fault.Create, http.MethodPost, target, header)
	if request.Overwrite {
		c.overwrite.apply(&r)
	}
	if request.Body != nil {
		header.Set("Content-Type", contentType)
		r.body = newBody(request.Body, request.BodySize)
		defer r.body.close()
	}
	defer c.first.begin(ctx)()
	resp, err := c.do(ctx, r)
	if resp != nil && resp.status/100 == 2 && !resp.hasVersion() {
		return c.createdWithoutVersion(ctx, resp, request)
	}
	if err != nil {
		return Upload{}, err
	}
	upload, err := c.parseUpload(resp, request)
	if err == nil && (request.Deferred || upload.Offset < request.Size) {
		c.bindCookies(upload, resp)
	}
	return upload, err
}

func (r CreateRequest) header() (http.Header, error) {
	if err := r.validate(); err != nil {
		return nil, fault.New(fault.Bug, fault.Create, err)
	}
	header := http.Header{}
	if r.Deferred {
		header.Set("Upload-Defer-Length", "1")
	} else {
		header.Set("Upload-Length", strconv.FormatInt(r.Size, 10))
	}
	if r.Partial {
		header.Set("Upload-Concat", "partial")
	}
	if err := setMetadata(header, r.Metadata); err != nil {
		return nil, fault.New(fault.Bug, fault.Create, err)
	}
	return header, nil
}

func (r CreateRequest) validate() error {
	switch {
	case r.Deferred && r.Size != 0:
		return fmt.Errorf("deferred length with a size of %d bytes", r.Size)
	case r.Size < 0 || r.BodySize < 0 || r.BodySize > r.Size && !r.Deferred:
		return fmt.Errorf("invalid body size %d for an upload of %d bytes", r.BodySize, r.Size)
	}
	return nil
}

// Head returns the state of an upload (tus 1.0.0, HEAD). An upload that no longer
// exists is a fault of kind Gone.
func (c *Client) Head(ctx context.Context, url string) (Status, error) {
	target, err := parseUploadURL(fault.Head, url)
	if err != nil {
		return Status{}, err
	}
	resp, err := c.do(ctx, c.newRequest(fault.Head, http.MethodHead, target, http.Header{"Cache-Control": {"no-cache"}}))
	if err != nil {
		return Status{}, err
	}
	return c.parseHead(resp)
}

// Terminate removes an upload from the server (tus 1.0.0, Termination). An upload that
// does not exist is a fault of kind Gone, a server without the extension one of kind
// Refused.
func (c *Client) Terminate(ctx context.Context, url string) error {
	target, err := parseUploadURL(fault.Terminate, url)
	if err != nil {
		return err
	}
	_, err = c.do(ctx, c.newRequest(fault.Terminate, http.MethodDelete, target, http.Header{}))
	if err == nil || fault.Is(err, fault.Gone) {
		c.Jar.ForgetUpload(target.String())
	}
	return err
}

// newRequest returns a request with Tus-Resumable and, if configured, a method
// override. It modifies header.
func (c *Client) newRequest(op fault.Op, method string, target *url.URL, header http.Header) request {
	header.Set("Tus-Resumable", Version)
	if c.override && (method == http.MethodPatch || method == http.MethodDelete) {
		header.Set("X-HTTP-Method-Override", method)
		method = http.MethodPost
	}
	r := request{op: op, method: method, url: target, header: header}
	switch op {
	case fault.Head, fault.Patch, fault.Terminate:
		r.upload = target.String()
	}
	return r
}

func parseUploadURL(op fault.Op, text string) (*url.URL, error) {
	u, err := parseURL(text)
	if err != nil {
		return nil, fault.New(fault.Refused, op, fmt.Errorf("upload URL: %w", err))
	}
	u.User = nil
	return u, nil
}
