package tus

import (
	"net/http"

	"github.com/ferryapp/ferry/uploader/fault"
)

// SendsVersion reports whether the server is known to send Tus-Resumable: it has done
// so in a response to this Client, or to an earlier one ([Config.SendsVersion]). As a
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
	switch r.status {
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
