package tus

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
)

// hostFault returns the fault of a request to a URL that is not among the hosts of the
// server. err is or wraps a [netx.HostError]. Detail is the host.
func hostFault(op fault.Op, err error) *fault.Fault {
	hostErr, _ := errors.AsType[*netx.HostError](err)
	f := fault.New(fault.Refused, op, err)
	f.Detail = hostErr.Host
	switch hostErr.Reason {
	case netx.HostUnencrypted:
		f.Code = fault.CodeUnencrypted
	case netx.HostLocal:
		f.Code = fault.CodeHostLocal
	default:
		f.Code = fault.CodeHostNotAllowed
	}
	return f
}

// localFault returns the fault of a request whose host turned out to have a local address
// when the connection was made. Detail is the host and, unless it is the server's own, the
// address. The server's own may have one for a while, where the network of a sign-in page
// resolves every name to that page.
func (c *Client) localFault(r request, err *netx.LocalAddressError) *fault.Fault {
	if c.hosts.Own(r.url) {
		f := fault.New(fault.Unreachable, r.op, err)
		f.Code, f.Detail = fault.CodeServerLocal, netx.HostOf(c.endpoint)
		return f
	}
	f := fault.New(fault.Refused, r.op, err)
	f.Code, f.Detail = fault.CodeHostLocal, fmt.Sprintf("%s (%s)", netx.HostOf(r.url), err.Addr)
	return f
}

// newAddress returns the target of a redirect of a creation if it may be the new address
// of the server: one that the user may allow, encrypted if the server is, and without
// anything that may be a secret. It returns "" otherwise.
func (c *Client) newAddress(r *response) string {
	target, err := resolveLocation(r.url, r.header.Get("Location"))
	if err != nil || r.op != fault.Create || r.status == http.StatusMultipleChoices || r.status == http.StatusNotModified {
		return ""
	}
	if err := c.hosts.Check(target); err != nil && !isNotAllowed(err) || r.url.Scheme == "https" && target.Scheme != "https" {
		return ""
	}
	address := target.String()
	if target.User != nil || target.RawQuery != "" || target.Fragment != "" || len(address) > maxAddress || r.redact(address) != address {
		return ""
	}
	return address
}

// maxAddress is the length in bytes of the longest new address that is shown.
const maxAddress = 500

// isNotAllowed reports whether the user may allow the host.
func isNotAllowed(err error) bool {
	hostErr, ok := errors.AsType[*netx.HostError](err)
	return ok && hostErr.Reason == netx.HostNotAllowed
}
