package tus

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/uploader/fault"
)

// methodMKCOL creates a folder (RFC 4918, 9.3).
const methodMKCOL = "MKCOL"

// MakeFolder creates the folder below the endpoint with a path of segments, whose parent
// must exist. A folder that exists is a success. If the parent does not exist it returns a
// fault with the code [fault.CodeFolderMissing]. It is for servers whose endpoint is a
// WebDAV URL; their responses have no Tus-Resumable.
func (c *Client) MakeFolder(ctx context.Context, path []string) error {
	target, err := below(c.endpoint, path)
	if err != nil {
		return fault.New(fault.Refused, fault.MakeFolder, err)
	}
	r := request{op: fault.MakeFolder, method: methodMKCOL, url: target}
	for range maxRedirects {
		resp, err := c.send(ctx, r)
		if err != nil {
			return err
		}
		if resp.status/100 != 3 {
			return resp.parseFolder()
		}
		if r.url, err = c.redirect(resp, r); err != nil {
			return err
		}
	}
	return fault.Newf(fault.Refused, r.op, "more than %d redirects", maxRedirects)
}

// parseFolder parses the response to a MKCOL. The page of a network's sign-in has another
// 2xx status.
func (r *response) parseFolder() error {
	switch {
	case r.status == http.StatusCreated, r.status == http.StatusMethodNotAllowed:
		return nil
	case r.status == http.StatusConflict:
		f := r.fault(fault.Refused, "%s", r.message)
		f.Code = fault.CodeFolderMissing
		return f
	case r.status/100 == 2:
		return foreign(r.fault(fault.Transient, "response to %s is not that of a WebDAV server", methodMKCOL))
	default:
		return r.statusFault()
	}
}

// below returns the URL below another one with a path of segments, which are
// percent-encoded. The query stays.
func below(base *url.URL, path []string) (*url.URL, error) {
	if len(path) == 0 {
		return base, nil
	}
	if slices.ContainsFunc(path, func(segment string) bool { return segment == "" || segment == "." || segment == ".." }) {
		return nil, errors.New("path has a segment that is empty or not the name of a file or folder")
	}
	escaped := make([]string, len(path))
	for i, segment := range path {
		escaped[i] = url.PathEscape(segment)
	}
	u := *base
	u.RawPath = strings.TrimSuffix(base.EscapedPath(), "/") + "/" + strings.Join(escaped, "/")
	u.Path = strings.TrimSuffix(base.Path, "/") + "/" + strings.Join(path, "/")
	return &u, nil
}
