package tus

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
)

// OptionsResponse is what a server responded to OPTIONS that does not tell its
// capabilities. The zero value is that of one that told them.
type OptionsResponse struct {
	Kind   OptionsKind
	Status int    // of the HTTP response
	Host   string // to which a redirect leads, as in the result of [netx.HostOf]; "" for others
}

// OptionsKind is a kind of [OptionsResponse].
type OptionsKind string

// The kinds of responses to OPTIONS that do not tell the capabilities of a server.
const (
	OptionsRejected  OptionsKind = "rejected"  // an error status, such as 400, 403, 405 or 501
	OptionsNotFound  OptionsKind = "not-found" // 404 or 410
	OptionsRedirect  OptionsKind = "redirect"  // a redirect that cannot be followed, as to a sign-in page
	OptionsPreflight OptionsKind = "preflight" // of a CORS layer, as to a browser
	OptionsPage      OptionsKind = "page"      // a web page
	OptionsEmpty     OptionsKind = "empty"     // a success without the protocol's headers
)

// Probe returns the capabilities of the server (tus 1.0.0, OPTIONS). Any response that
// does not tell them yields capabilities that are not known, with the response: many
// servers do not route OPTIONS, and a proxy may respond to it. Only a creation shows
// whether the server accepts uploads then. A response that requires a sign-in or asks
// for a later request is a fault, and so is one with another version of the protocol.
func (c *Client) Probe(ctx context.Context) (Capabilities, error) {
	resp, err := c.do(ctx, request{op: fault.Probe, method: http.MethodOptions, url: c.endpoint})
	switch {
	case resp == nil:
		return Capabilities{}, err
	case err != nil && !resp.tellsNoCapabilities():
		return Capabilities{}, err
	case err != nil:
		return Capabilities{Response: resp.optionsResponse()}, nil
	}
	versions := headerTokens(resp.header, "Tus-Version")
	if len(versions) == 0 && !resp.isTus() {
		return Capabilities{Response: resp.optionsResponse()}, nil
	}
	if len(versions) > 0 && !slices.Contains(versions, Version) {
		f := resp.fault(fault.Refused, "server supports tus %s, want %s", strings.Join(versions, ", "), Version)
		f.Code = fault.CodeVersion
		return Capabilities{}, f
	}
	maxSize, err := parseByteCount(resp.header, "Tus-Max-Size")
	if err != nil {
		maxSize = 0
	}
	return Capabilities{
		Known:      true,
		Versions:   versions,
		Extensions: toLower(headerTokens(resp.header, "Tus-Extension")),
		MaxSize:    maxSize,
		Checksums:  headerTokens(resp.header, "Tus-Checksum-Algorithm"),
	}, nil
}

// tellsNoCapabilities reports whether an unsuccessful response to OPTIONS leaves open
// what the server supports. Others concern every request to it: a sign-in, a wait, a
// redirect that applies to all methods, or a version that it does not support.
func (r *response) tellsNoCapabilities() bool {
	switch r.status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired, http.StatusNetworkAuthenticationRequired,
		http.StatusRequestTimeout, http.StatusLocked, http.StatusTooEarly, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return false
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther:
		return !r.isTus()
	case http.StatusPreconditionFailed:
		return !r.isTus() && len(headerTokens(r.header, "Tus-Version")) == 0
	default:
		return true
	}
}

func (r *response) optionsResponse() OptionsResponse {
	return OptionsResponse{Kind: r.optionsKind(), Status: r.status, Host: r.redirectHost()}
}

func (r *response) optionsKind() OptionsKind {
	switch {
	case r.status == http.StatusNotFound || r.status == http.StatusGone:
		return OptionsNotFound
	case r.status/100 == 3:
		return OptionsRedirect
	case r.status/100 != 2:
		return OptionsRejected
	case r.isPage():
		return OptionsPage
	case isPreflightResponse(r.header):
		return OptionsPreflight
	default:
		return OptionsEmpty
	}
}

// redirectHost returns the host to which a redirect leads; "" for another response.
func (r *response) redirectHost() string {
	if r.status/100 != 3 {
		return ""
	}
	reference, err := url.Parse(strings.TrimSpace(r.header.Get("Location")))
	if err != nil {
		return ""
	}
	target := r.url.ResolveReference(reference)
	if checkURL(target) != nil {
		return ""
	}
	return netx.HostOf(target)
}

// isPage reports whether the response is a web page, which no tus server sends with a
// success.
func (r *response) isPage() bool {
	mediaType, _, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	return err == nil && (mediaType == "text/html" || mediaType == "application/xhtml+xml")
}

// isPreflightResponse reports whether a CORS layer responded to OPTIONS as to a
// browser's preflight request.
func isPreflightResponse(header http.Header) bool {
	for _, name := range []string{"Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers", "Access-Control-Allow-Origin"} {
		if header.Get(name) != "" {
			return true
		}
	}
	return false
}
