package tus

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/ferryapp/ferry/uploader/netx"
)

// parseURL parses an absolute http or https URL. Its errors do not contain the
// text, which may include a password.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return nil, withoutURL(err)
	}
	if err := checkURL(u); err != nil {
		return nil, err
	}
	return u, nil
}

func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("not an http or https URL: scheme %q", u.Scheme)
	case u.Hostname() == "":
		return errors.New("URL has no host")
	case !utf8.ValidString(u.Host): // distinct invalid hosts could become equal when stored
		return errors.New("URL host is not valid UTF-8")
	}
	if err := netx.CheckAddress(u); err != nil {
		return err
	}
	_, err := url.Parse(u.String()) // a resolved reference may have no valid text form
	return withoutURL(err)
}

// withoutURL removes the URL from an error of package url.
func withoutURL(err error) error {
	if urlErr, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("invalid URL: %w", urlErr.Err)
	}
	return err
}

// resolveUploadURL is resolveLocation for the URL of an upload that was created. A server
// that puts a base URL of "/" before its paths returns "//files/1" for an upload that was
// created at /files: that is a path of the server, not one of a host named "files".
func resolveUploadURL(responseURL *url.URL, location string) (*url.URL, error) {
	location = strings.TrimSpace(location)
	if hasDoubledSlash(responseURL, location) {
		location = location[1:]
	}
	return resolveLocation(responseURL, location)
}

// hasDoubledSlash reports whether a Location without a scheme is a path of the server with
// another slash before it: without that, it is below the path of the response, and the
// host is the first segment of both, with neither dot nor port.
func hasDoubledSlash(responseURL *url.URL, location string) bool {
	rest, ok := strings.CutPrefix(location, "//")
	host, _, _ := strings.Cut(rest, "/")
	base := strings.TrimSuffix(responseURL.EscapedPath(), "/") + "/"
	return ok && host != "" && !strings.ContainsAny(host, ".:@[") && !strings.EqualFold(host, responseURL.Hostname()) &&
		base != "/" && strings.HasPrefix("/"+rest, base)
}

// resolveLocation resolves a Location header against the URL of the response (RFC
// 9110, 10.2.2). An http Location with the host of an https response becomes
// https: servers behind a TLS proxy send such URLs.
func resolveLocation(responseURL *url.URL, location string) (*url.URL, error) {
	location = strings.TrimSpace(location)
	if location == "" {
		return nil, errors.New("response has no Location header")
	}
	reference, err := url.Parse(location)
	if err != nil {
		return nil, fmt.Errorf("parse Location: %w", withoutURL(err))
	}
	target := responseURL.ResolveReference(reference)
	target.Fragment, target.RawFragment, target.User = "", "", nil
	target.RawQuery = escapeQuery(target.RawQuery)
	if err := checkURL(target); err != nil {
		return nil, fmt.Errorf("parse Location: %w", err)
	}
	if responseURL.Scheme == "https" && target.Scheme == "http" && sameHost(responseURL, target) {
		target.Scheme = "https"
		if target.Port() == "" || target.Port() == "80" {
			target.Host = responseURL.Host
		}
	}
	return target, nil
}

// escapeQuery escapes what a request line cannot contain, as browsers do (the query
// percent-encode set of the WHATWG URL standard). url.Parse escapes it in paths only.
func escapeQuery(query string) string {
	var escaped strings.Builder
	for i := range len(query) {
		if b := query[i]; b <= ' ' || b >= 0x7f || strings.IndexByte(`"<>`, b) >= 0 {
			fmt.Fprintf(&escaped, "%%%02X", b)
		} else {
			escaped.WriteByte(b)
		}
	}
	return escaped.String()
}

func sameHost(a, b *url.URL) bool { return strings.EqualFold(a.Hostname(), b.Hostname()) }

// locationHost returns the host of a Location header for an error text. The path
// and query are omitted, since they may contain a secret.
func locationHost(location string) string {
	if u, err := url.Parse(strings.TrimSpace(location)); err == nil && u.Host != "" {
		return u.Host
	}
	return "another URL"
}
