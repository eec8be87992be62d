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

// joinRate is the least a server copies in a second when it joins parts: a slow
// disk that reads and writes at once.
const joinRate = 10 << 20

// ConcatRequest asks for a file that is made of parts.
type ConcatRequest struct {
	Parts    []string // the parts' URLs, in the order of their bytes; a path is one of the endpoint's host
	Metadata []Pair   // of the file
	Size     int64    // bytes of all parts; says how long the server is given to join them
}

// Concat makes one upload of parts, which were made by requests that say Partial
// (tus 1.0.0, Concatenation). Servers copy the bytes before they answer, so that
// this takes its time. Whether the file is complete, and how many bytes it has,
// a Head of it says. The parts may stay on the server: Terminate them after
// that.
//
// A fault of kind Refused is a server that does not join: the file has to be
// sent in one piece. Conflict says that a part does not hold all its bytes, and
// Gone that one is not there any more. An answer that is lost may leave a file
// behind whose URL nobody knows.
func (c *Client) Concat(ctx context.Context, request ConcatRequest) (Upload, error) {
	value, err := c.final(request.Parts)
	if err != nil {
		return Upload{}, fault.New(fault.Bug, fault.Concat, err)
	}
	header := http.Header{"Upload-Concat": {value}}
	if err := setMetadata(header, request.Metadata); err != nil {
		return Upload{}, fault.New(fault.Bug, fault.Concat, err)
	}
	got, err := c.do(netx.Patient(ctx, request.patience()), c.call(fault.Concat, http.MethodPost, c.endpoint, header))
	if err != nil {
		return Upload{}, err
	}
	return got.upload(false)
}

// patience is how long the server may take.
func (r ConcatRequest) patience() time.Duration {
	seconds := min(max(r.Size, 0)/joinRate, int64(longestWait/time.Second))
	return netx.Answering + time.Duration(seconds)*time.Second
}

// final is the value of Upload-Concat that names all parts.
func (c *Client) final(parts []string) (string, error) {
	if len(parts) == 0 {
		return "", errors.New("a file of no parts")
	}
	names := make([]string, len(parts))
	for i, part := range parts {
		reference, err := url.Parse(strings.TrimSpace(part))
		if err != nil {
			return "", fmt.Errorf("part %d: %w", i+1, withoutURL(err))
		}
		target := c.endpoint.ResolveReference(reference)
		if err := checkURL(target); err != nil {
			return "", fmt.Errorf("part %d: %w", i+1, err)
		}
		names[i] = c.nameOf(target)
	}
	return "final;" + strings.Join(names, " "), nil
}

// nameOf is what the server calls a part. Of one on the endpoint's own host that
// is its path: it is shorter, which matters since header lines may not be long,
// and it is right for a server that sees itself under another name than we do.
func (c *Client) nameOf(target *url.URL) string {
	name := *target
	name.User, name.Fragment, name.RawFragment = nil, "", ""
	name.RawQuery = strings.ReplaceAll(name.RawQuery, " ", "%20") // names are separated by spaces
	path := name.RequestURI()
	if netx.SameOrigin(&name, c.endpoint) && !strings.HasPrefix(path, "//") {
		return path
	}
	return name.String()
}

// parseConcat reads what an answer says of an upload's place in a file.
func parseConcat(header http.Header) (partial, final bool) {
	kind, _, _ := strings.Cut(header.Get("Upload-Concat"), ";")
	kind = strings.TrimSpace(kind)
	return strings.EqualFold(kind, "partial"), strings.EqualFold(kind, "final")
}
