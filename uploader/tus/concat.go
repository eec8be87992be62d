package tus

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
)

// minCopyRate is the lowest expected rate in bytes per second at which a server copies
// parts, or reads an upload: a slow disk that reads and writes at the same time.
const minCopyRate = 10 << 20

// ConcatRequest is a request to concatenate parts into one upload.
type ConcatRequest struct {
	Parts    []string // the URLs of the parts in order; a path refers to the endpoint's host
	Metadata []Pair   // of the resulting upload
	Size     int64    // total bytes of all parts; determines the response timeout

	Overwrite bool // as in [CreateRequest]
}

// Concat concatenates parts, which were created with CreateRequest.Partial, into
// one upload (tus 1.0.0, Concatenation). Servers copy the bytes before they
// respond, so that it may take minutes. A [Client.Head] of the result returns its
// length and whether it is complete. The server may keep the parts; they can be
// removed with [Client.Terminate] after that.
//
// A fault of kind Refused means that the server does not concatenate, and the file
// must be sent as one upload; Conflict, that a part is not complete; and Gone, that
// a part no longer exists. If the response is lost, the server may have created an
// upload whose URL is unknown.
func (c *Client) Concat(ctx context.Context, request ConcatRequest) (Upload, error) {
	value, err := c.concatHeader(request.Parts)
	if hasError[*netx.HostError](err) {
		return Upload{}, hostFault(fault.Concat, err)
	}
	if err != nil {
		return Upload{}, fault.New(fault.Bug, fault.Concat, err)
	}
	header := http.Header{"Upload-Concat": {value}}
	if err := setMetadata(header, request.Metadata); err != nil {
		return Upload{}, fault.New(fault.Bug, fault.Concat, err)
	}
	ctx = netx.WithResponseTimeout(ctx, copyTimeout(request.Size))
	r := c.newRequest(fault.Concat, http.MethodPost, c.endpoint, header)
	r.upload = request.Parts[0] // it must be handled where the parts are
	if request.Overwrite {
		c.overwrite.apply(&r)
	}
	resp, err := c.do(ctx, r)
	if err != nil {
		return Upload{}, err
	}
	upload, err := c.parseUpload(resp, CreateRequest{Size: request.Size, Metadata: request.Metadata})
	if err == nil {
		c.bindCookies(upload, resp)
	}
	return upload, err
}

// copyTimeout returns the response timeout of a request for which the server copies or
// reads so many bytes before it responds.
func copyTimeout(size int64) time.Duration {
	seconds := min(max(size, 0)/minCopyRate, int64(maxDuration/time.Second))
	return netx.DefaultResponseTimeout + time.Duration(seconds)*time.Second
}

// concatHeader returns the value of Upload-Concat for parts.
func (c *Client) concatHeader(parts []string) (string, error) {
	if len(parts) == 0 {
		return "", errors.New("no parts")
	}
	references := make([]string, len(parts))
	for i, part := range parts {
		u, err := url.Parse(strings.TrimSpace(part))
		if err != nil {
			return "", fmt.Errorf("part %d: %w", i+1, withoutURL(err))
		}
		u = c.endpoint.ResolveReference(u)
		if err := checkURL(u); err != nil {
			return "", fmt.Errorf("part %d: %w", i+1, err)
		}
		if err := c.hosts.Check(u); err != nil {
			return "", fmt.Errorf("part %d: %w", i+1, err)
		}
		references[i] = c.partReference(u)
	}
	return "final;" + strings.Join(references, " "), nil
}

// partReference returns a part's URL for Upload-Concat. For the endpoint's own host
// it is only the path: the header stays shorter, and the path is also correct for a
// server that has another host name internally.
func (c *Client) partReference(part *url.URL) string {
	u := *part
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	u.RawQuery = strings.ReplaceAll(u.RawQuery, " ", "%20") // spaces separate the parts
	path := u.RequestURI()
	if netx.SameOrigin(&u, c.endpoint) && !strings.HasPrefix(path, "//") {
		return path
	}
	return u.String()
}

// parseConcat parses the Upload-Concat header of a response.
func parseConcat(header http.Header) (partial, final bool) {
	kind, _, _ := strings.Cut(header.Get("Upload-Concat"), ";")
	kind = strings.TrimSpace(kind)
	return strings.EqualFold(kind, "partial"), strings.EqualFold(kind, "final")
}
