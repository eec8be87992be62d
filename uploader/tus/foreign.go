package tus

import (
	"context"
	"net/http"

	"github.com/ferryapp/ferry/uploader/fault"
)

// SendsVersion reports whether the server is known to send Tus-Resumable: it has done
// so in a response to this Client, or to an earlier one ([Config.SendsVersion]), and has
// not created an upload without it since. As a
// tus server sends the header in every response (tus 1.0.0, Headers), a response
// without it is then foreign: it comes from an intermediary such as a proxy during a
// restart of the server, or the sign-in page of a network. It proves nothing about an
// upload or about the server's URL.
func (c *Client) SendsVersion() bool { return c.sendsVersion.Load() }

// isForeign reports whether a response must not be taken as the server's. An
// intermediary may redirect, require a sign-in, ask for a smaller request or for a
// later one. A Probe is never foreign: an intermediary often responds to OPTIONS, and
// Probe handles that.
func (c *Client) isForeign(r *response) bool {
	if len(headerTokens(r.header, "Tus-Resumable")) > 0 {
		c.sendsVersion.Store(true)
		return false
	}
	if r.op == fault.Probe || !c.sendsVersion.Load() || r.status/100 == 3 || r.status/100 == 5 {
		return false
	}
	status, inBody := r.effectiveStatus()
	if inBody { // no intermediary that knows nothing of the server says so
		return false
	}
	switch status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge,
		http.StatusExpectationFailed, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	default:
		return true
	}
}

// foreign makes the fault of a foreign response a transient one.
func foreign(f *fault.Fault) *fault.Fault {
	f.Kind, f.Code = fault.Transient, fault.CodeForeignResponse
	return f
}

// worksWithoutVersion reports whether a foreign response to a POST is of a server that no
// longer sends Tus-Resumable: it has the URL of an upload, and HEAD of that returns the
// offset and the length of what was just created, without the header too. An intermediary
// that responds to every request with a success does not know these.
func (c *Client) worksWithoutVersion(ctx context.Context, created *response, request CreateRequest) bool {
	location, err := resolveLocation(created.url, created.header.Get("Location"))
	if err != nil || created.status/100 != 2 {
		return false
	}
	head, err := c.send(ctx, c.newRequest(fault.Head, http.MethodHead, location, http.Header{"Cache-Control": {"no-cache"}}))
	if err != nil || head.status/100 != 2 || !c.isForeign(head) {
		return false
	}
	status, err := head.parseStatus()
	if err != nil || status.Offset > request.BodySize {
		return false
	}
	if request.Deferred {
		return status.Length < 0 && head.header.Get("Upload-Defer-Length") == "1"
	}
	return status.Length == request.Size
}
