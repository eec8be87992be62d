package tus

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
)

const (
	contentType = "application/offset+octet-stream"

	// consentFrom is the body size from which the server is asked for its
	// consent first (RFC 9110, 10.1.1): a refusal then costs a round trip
	// instead of megabytes.
	consentFrom = 1 << 20

	maxRedirects = 10
)

// request is one exchange with a server, before its redirects are known.
type request struct {
	op     fault.Op
	method string
	url    *url.URL
	header http.Header // what the protocol needs; nil for none
	body   *body       // nil for none
}

// do sends a request and follows its redirects. It returns an answer of the
// 2xx class; every other outcome is an error.
func (c *Client) do(ctx context.Context, r request) (*answer, error) {
	for range maxRedirects {
		got, err := c.send(ctx, r)
		if err != nil {
			return nil, err
		}
		switch {
		case got.status/100 == 2:
			return got, nil
		case got.status == http.StatusExpectationFailed && r.big() && r.body.untouched():
			c.impatient.Store(true)
		case got.status/100 == 3:
			if r.url, err = got.redirect(r); err != nil {
				return nil, err
			}
		default:
			return nil, got.refusal()
		}
	}
	return nil, fault.Newf(fault.Refused, r.op, "more than %d redirects", maxRedirects)
}

// send makes one round trip and reads what of the answer is of use.
func (c *Client) send(ctx context.Context, r request) (*answer, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	message, err := c.message(ctx, r)
	if err != nil {
		return nil, fault.New(fault.Transient, r.op, err)
	}
	response, err := c.carry(message, r)
	if err != nil {
		return nil, r.failure(ctx, err)
	}
	if r.body != nil {
		if err := r.body.failure(); err != nil {
			_ = response.Body.Close()
			return nil, r.failure(ctx, err)
		}
	}
	return c.read(r, response, cancel), nil
}

// message makes the HTTP request of one round trip.
func (c *Client) message(ctx context.Context, r request) (*http.Request, error) {
	message := (&http.Request{
		Method: r.method, URL: r.url, Host: r.url.Host, Header: http.Header{},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if c.trusts(r.url) {
		message.Header = c.header.Clone()
	}
	maps.Copy(message.Header, r.header)
	if r.body == nil {
		return message, nil
	}
	lease, err := r.body.lend()
	if err != nil {
		return nil, err
	}
	message.Body, message.ContentLength = lease, r.body.size
	switch {
	case r.body.seal != nil: // its trailer is of one sending only, so the transport cannot begin anew by itself
		message.Trailer, message.ContentLength = r.body.seal.trailer, -1 // trailers need chunks
	case r.body.rewindable():
		message.GetBody = r.body.lend
	}
	return message, nil
}

// carry does the round trip. It asks for consent before a big body is sent, but
// no longer of a server that lets every request wait for one it never gives.
func (c *Client) carry(message *http.Request, r request) (*http.Response, error) {
	if !r.big() || c.impatient.Load() {
		return c.http.RoundTrip(message)
	}
	var consented atomic.Bool
	message.Header.Set("Expect", "100-continue")
	trace := &httptrace.ClientTrace{Got100Continue: func() { consented.Store(true) }}
	response, err := c.http.RoundTrip(message.WithContext(httptrace.WithClientTrace(message.Context(), trace)))
	if !consented.Load() && !r.body.untouched() {
		c.impatient.Store(true)
	}
	return response, err
}

// big reports whether the body is worth asking for consent.
func (r request) big() bool { return r.body != nil && r.body.size >= consentFrom }

// trusts reports whether the caller's own header may go to target: the
// endpoint's host and port, never from https down to http. The step from a
// host's http to its https is one up.
func (c *Client) trusts(target *url.URL) bool {
	up := c.endpoint.Scheme == "http" && target.Scheme == "https" && sameHost(c.endpoint, target) &&
		netx.Port(c.endpoint) == "80" && netx.Port(target) == "443"
	return up || netx.SameOrigin(c.endpoint, target)
}

// redirect is where a 3xx answer sends the request. A server that answers 301,
// 302 or 303 means another request, without the body: following it with bytes
// on the way could only lose them.
func (a *answer) redirect(r request) (*url.URL, error) {
	safe := r.method == http.MethodHead || r.method == http.MethodOptions
	switch a.status {
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther:
		if !safe {
			return nil, a.fault(fault.Refused, "the server redirects %s to %s in a way that drops the body; "+
				"use that address itself, or let the server answer 307 or 308", r.method, hostIn(a.header.Get("Location")))
		}
	default:
		return nil, a.refusal()
	}
	target, err := resolve(a.url, a.header.Get("Location"))
	if err != nil {
		return nil, a.fault(fault.Refused, "redirect: %v", err)
	}
	if r.body != nil && !r.body.rewindable() && !r.body.untouched() {
		return nil, a.fault(fault.Refused, "the server redirects to %s, but %v", target.Host, errSpent)
	}
	return target, nil
}

// failure classifies the error of a round trip. A context the caller ended is
// no fault; an error of the caller's own reader is the caller's to name.
func (r request) failure(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		return stopped(ctx, r.op)
	}
	if r.body == nil {
		return transportFault(r.op, err)
	}
	cause := r.body.failure()
	if cause == nil {
		return transportFault(r.op, err)
	}
	return bodyFault(r.op, cause)
}

// stopped is the error of a context the caller ended. One that ran out of time
// is a fault as well, since somebody may want to try again.
func stopped(ctx context.Context, op fault.Op) error {
	ended, cause := ctx.Err(), context.Cause(ctx)
	err := fmt.Errorf("%s: %w", op, ended)
	if cause != ended { //nolint:errorlint // the very same value means that no cause was given
		err = fmt.Errorf("%s: %w: %w", op, ended, cause)
	}
	if ended == context.DeadlineExceeded {
		return fault.New(fault.Transient, op, err)
	}
	return err
}
