package tus

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
)

const (
	contentType = "application/offset+octet-stream"

	// expectContinueSize is the minimum body size for which Expect: 100-continue is
	// sent (RFC 9110, 10.1.1): a rejected request then costs one round trip instead
	// of megabytes.
	expectContinueSize = 1 << 20

	maxRedirects = 10
)

// request is a request of the protocol. It becomes one HTTP request per redirect.
type request struct {
	op     fault.Op
	method string
	url    *url.URL
	upload string      // URL of the upload that it is about; "" for none
	header http.Header // of the protocol; nil for none
	file   http.Header // of WithFileHeader, set when it is sent; nil for none
	body   *body       // nil for none

	overwrites bool // an existing file is to be overwritten
}

// do sends a request and follows its redirects, as far as the hosts are allowed. It returns a response with a 2xx
// status; any other result is an error. With the error of a response it also returns that.
func (c *Client) do(ctx context.Context, r request) (*response, error) {
	var resp *response
	for range maxRedirects {
		var err error
		if resp, err = c.send(ctx, r); err != nil {
			return nil, err
		}
		if c.isForeign(resp) {
			return resp, foreign(resp.statusFault())
		}
		c.keepCookies(r, resp)
		switch {
		case resp.status/100 == 2:
			return resp, nil
		case resp.status == http.StatusExpectationFailed && r.isLarge() && r.body.unread():
			c.skipExpect.Store(true)
		case resp.status/100 == 3:
			if r.url, err = c.redirect(resp, r); err != nil {
				return resp, err
			}
		default:
			return resp, c.faultOfOtherNode(r, resp, resp.statusFault())
		}
	}
	return resp, fault.Newf(fault.Refused, r.op, "more than %d redirects", maxRedirects)
}

// send sends one HTTP request and reads its response. It is the only function that sends
// any, and refuses those to hosts that are not allowed.
func (c *Client) send(ctx context.Context, r request) (*response, error) {
	r.file = fileHeader(ctx)
	if err := c.hosts.Check(r.url); err != nil {
		return nil, hostFault(r.op, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	httpReq, err := c.httpRequest(ctx, r)
	if err != nil {
		return nil, fault.New(fault.Transient, r.op, err)
	}
	cookies := c.addCookies(httpReq, r)
	httpResp, err := c.roundTrip(httpReq, r)
	if err != nil {
		return nil, c.roundTripError(ctx, r, err)
	}
	if r.body != nil {
		if err := r.body.readError(); err != nil {
			_ = httpResp.Body.Close()
			return nil, c.roundTripError(ctx, r, err)
		}
	}
	c.locateOwnHost(r.url, httpResp.Header)
	resp := c.readResponse(r, httpResp, cancel)
	resp.cookies = cookies
	return resp, nil
}

// locateOwnHost replaces the host of a response's Location by that of the request's URL if
// it is the one that the request named as its Host: the server is reached at another
// address than the one that it builds its URLs with.
func (c *Client) locateOwnHost(requested *url.URL, header http.Header) {
	if c.host == "" || !c.hosts.Own(requested) {
		return
	}
	location, err := url.Parse(strings.TrimSpace(header.Get("Location")))
	if err != nil || !strings.EqualFold(location.Host, c.host) {
		return
	}
	location.Host = requested.Host
	header.Set("Location", location.String())
}

// httpRequest returns the HTTP request for r.
func (c *Client) httpRequest(ctx context.Context, r request) (*http.Request, error) {
	httpReq := (&http.Request{
		Method: r.method, URL: r.url, Host: r.url.Host, Header: http.Header{},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if c.hosts.Own(r.url) { // it usually contains credentials
		httpReq.Header = c.header.Clone()
		maps.Copy(httpReq.Header, r.file)
		if c.host != "" {
			httpReq.Host = c.host
		}
	}
	maps.Copy(httpReq.Header, r.header)
	if r.body == nil {
		return httpReq, nil
	}
	body, err := r.body.open()
	if err != nil {
		return nil, err
	}
	httpReq.Body, httpReq.ContentLength = body, r.body.size
	switch {
	case r.body.trailer != nil:
		// A trailer requires chunked encoding. It belongs to one opened body, so that
		// the transport must not retry with GetBody.
		httpReq.Trailer, httpReq.ContentLength = r.body.trailer.header, -1
	case r.body.rewindable():
		httpReq.GetBody = r.body.open
	}
	return httpReq, nil
}

// roundTrip sends an HTTP request, with Expect: 100-continue for a large body
// unless the server has rejected or ignored that before.
func (c *Client) roundTrip(httpReq *http.Request, r request) (*http.Response, error) {
	if !r.isLarge() || c.skipExpect.Load() {
		return c.http.RoundTrip(httpReq)
	}
	var continued atomic.Bool
	httpReq.Header.Set("Expect", "100-continue")
	trace := &httptrace.ClientTrace{Got100Continue: func() { continued.Store(true) }}
	httpResp, err := c.http.RoundTrip(httpReq.WithContext(httptrace.WithClientTrace(httpReq.Context(), trace)))
	if !continued.Load() && !r.body.unread() {
		c.skipExpect.Store(true)
	}
	return httpResp, err
}

// isLarge reports whether the body is large enough for Expect: 100-continue.
func (r request) isLarge() bool { return r.body != nil && r.body.size >= expectContinueSize }

// redirect returns the target of a 3xx response. A redirect elsewhere that does not keep
// the method is usually that of a sign-in page: it is foreign if the server is known (see
// [Client.Version]), and in response to OPTIONS it tells nothing about the server.
func (c *Client) redirect(resp *response, r request) (*url.URL, error) {
	target, err := resp.redirect(r)
	keepsMethod := resp.status == http.StatusTemporaryRedirect || resp.status == http.StatusPermanentRedirect
	if keepsMethod || resp.isTus() || r.op != fault.Probe && c.version.Load() == versionUnknown {
		if address := c.newAddress(resp); err != nil && address != "" {
			f := resp.fault(fault.Refused, "%s", address)
			f.Code = fault.CodeRedirected
			return nil, f
		}
		return target, err
	}
	if err == nil {
		err = c.hosts.Check(target)
	}
	switch {
	case err == nil:
		return target, nil
	case r.op == fault.Probe:
		return nil, resp.statusFault()
	default:
		return nil, foreign(resp.statusFault())
	}
}

// redirect returns the target of a 3xx response. After 301, 302 and 303 a client
// would continue with a GET without the body, so these are followed only for HEAD
// and OPTIONS.
func (r *response) redirect(req request) (*url.URL, error) {
	safe := req.method == http.MethodHead || req.method == http.MethodOptions
	switch r.status {
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther:
		if !safe {
			return nil, r.fault(fault.Refused, "server redirects %s to %s with a status that drops the body; "+
				"use the target URL, or configure the server to respond with 307 or 308", req.method, locationHost(r.header.Get("Location")))
		}
	default:
		return nil, r.statusFault()
	}
	target, err := resolveLocation(r.url, r.header.Get("Location"))
	if err != nil {
		return nil, r.fault(fault.Refused, "redirect: %v", err)
	}
	switch {
	case r.url.Scheme == "https" && target.Scheme != "https":
		return nil, hostFault(req.op, &netx.HostError{Reason: netx.HostUnencrypted, Host: netx.HostOf(target)})
	case req.op == fault.Terminate && !netx.SameOrigin(r.url, target):
		return nil, r.fault(fault.Refused, "server redirects DELETE to another origin: %s", target.Host)
	}
	if req.body != nil && !req.body.rewindable() && !req.body.unread() {
		return nil, r.fault(fault.Refused, "server redirects to %s: %v", target.Host, errNotRewindable)
	}
	return target, nil
}

// roundTripError classifies the error of a round trip. The end of the caller's
// context is not a fault, and the error of the caller's reader is not a network
// error.
func (c *Client) roundTripError(ctx context.Context, r request, err error) error {
	if ctx.Err() != nil {
		return contextError(ctx, r.op)
	}
	if r.body != nil {
		if readErr := r.body.readError(); readErr != nil {
			return bodyError(r.op, readErr)
		}
	}
	if _, refused := errors.AsType[*netx.HostError](err); refused {
		return hostFault(r.op, err)
	}
	if local, refused := errors.AsType[*netx.LocalAddressError](err); refused {
		return c.localFault(r, local)
	}
	f := transportFault(r.op, err)
	f.Detail = c.redact(r, f.Detail) // it may quote a malformed response
	return f
}

// contextError returns the error of a context that has ended. An exceeded deadline
// is a fault of kind Transient, so that it can be retried.
func contextError(ctx context.Context, op fault.Op) error {
	ctxErr, cause := ctx.Err(), context.Cause(ctx)
	err := fmt.Errorf("%s: %w", op, ctxErr)
	if cause != ctxErr { //nolint:errorlint // identity: without a cause, Cause returns the same value
		err = fmt.Errorf("%s: %w: %w", op, ctxErr, cause)
	}
	if ctxErr == context.DeadlineExceeded {
		return fault.New(fault.Transient, op, err)
	}
	return err
}
