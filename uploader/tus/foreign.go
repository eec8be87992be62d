package tus

import (
	"context"
	"net/http"

	"github.com/ferryapp/ferry/uploader/fault"
)

// versionUse is whether the responses of a server have the header Tus-Resumable, as far
// as it is known.
type versionUse = int32

const (
	versionUnknown versionUse = iota
	versionSent               // a response had it
	versionOmitted            // it created an upload without it
)

// SendsVersion reports whether the server is known to send Tus-Resumable: it has done
// so in a response to this Client, or to an earlier one ([Config.SendsVersion]), and has
// not created an upload without it since. As a
// tus server sends the header in every response (tus 1.0.0, Headers), a response
// without it is then foreign: it comes from an intermediary such as a proxy during a
// restart of the server, or the sign-in page of a network. It proves nothing about an
// upload or about the server's URL.
func (c *Client) SendsVersion() bool { return c.version.Load() == versionSent }

// OmitsVersion reports whether the server is known to respond without Tus-Resumable: it
// has created an upload so for this Client, or for an earlier one
// ([Config.OmitsVersion]), and has not sent the header since. Its responses are accepted
// without it.
func (c *Client) OmitsVersion() bool { return c.version.Load() == versionOmitted }

// Version returns SendsVersion and OmitsVersion at one moment.
func (c *Client) Version() (sent, omitted bool) {
	version := c.version.Load()
	return version == versionSent, version == versionOmitted
}

// isForeign reports whether a response must not be taken as the server's. An
// intermediary may redirect, require a sign-in, ask for a smaller request or for a
// later one. A Probe is never foreign: an intermediary often responds to OPTIONS, and
// Probe handles that.
func (c *Client) isForeign(r *response) bool {
	if r.hasVersion() {
		c.version.Store(versionSent)
		return false
	}
	if c.OmitsVersion() {
		return r.isForeignWithoutVersion()
	}
	if r.op == fault.Probe || !c.SendsVersion() || r.status/100 == 3 {
		return false
	}
	if r.status/100 == 5 && r.status != http.StatusNotImplemented {
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

// isForeignWithoutVersion is isForeign for a server that does not send Tus-Resumable. Its
// successes are checked by what they contain, and a HEAD or PATCH that fails cannot be told
// from that of an intermediary.
func (r *response) isForeignWithoutVersion() bool {
	switch r.op {
	case fault.Create:
		return isWrongURLStatus(r.status) // it has created uploads at this URL
	case fault.Terminate:
		return r.status/100 == 2 && r.isPage()
	default:
		return false
	}
}

// foreign makes the fault of a foreign response a transient one.
func foreign(f *fault.Fault) *fault.Fault {
	f.Kind, f.Code = fault.Transient, fault.CodeForeignResponse
	return f
}

// accepts reports whether a successful response has the version of the protocol, or
// comes from a server that omits it.
func (c *Client) accepts(r *response) bool {
	return r.isTus() || !r.hasVersion() && c.OmitsVersion()
}

// notAccepted returns the fault of a successful response that is not the server's. It is
// foreign if the server is known.
func (c *Client) notAccepted(r *response) *fault.Fault {
	f := r.notTus()
	if !r.hasVersion() && c.version.Load() != versionUnknown {
		return foreign(f)
	}
	return f
}

// createdWithoutVersion returns the upload of a successful response to a POST without
// Tus-Resumable, if it is the server's.
func (c *Client) createdWithoutVersion(ctx context.Context, created *response, request CreateRequest) (Upload, error) {
	if !c.worksWithoutVersion(ctx, created, request) {
		return Upload{}, c.notAccepted(created)
	}
	c.version.Store(versionOmitted)
	return c.parseUpload(created, request)
}

// worksWithoutVersion reports whether a successful response to a POST without
// Tus-Resumable is of a server that does not send that: it has the URL of an upload, and
// HEAD of that returns the offset and the length of what was just created, without the
// header too. An intermediary that responds to every request with a success does not know
// these.
func (c *Client) worksWithoutVersion(ctx context.Context, created *response, request CreateRequest) bool {
	location, err := resolveUploadURL(created.url, created.header.Get("Location"))
	if err != nil {
		return false
	}
	head, err := c.send(ctx, c.newRequest(fault.Head, http.MethodHead, location, http.Header{"Cache-Control": {"no-cache"}}))
	if err != nil || head.status/100 != 2 {
		return false
	}
	if head.hasVersion() {
		c.version.Store(versionSent)
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
