package tus

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// parseURL takes an absolute http or https address. Its errors do not repeat the
// text, which may hold a password.
func parseURL(text string) (*url.URL, error) {
	parsed, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return nil, withoutURL(err)
	}
	if err := checkURL(parsed); err != nil {
		return nil, err
	}
	return parsed, nil
}

func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("not an http or https address: scheme %q", u.Scheme)
	case u.Hostname() == "":
		return errors.New("the address names no host")
	case !utf8.ValidString(u.Host): // two such hosts could not be told apart
		return errors.New("the address's host is not text")
	}
	_, err := url.Parse(u.String()) // what came of a reference may not be one that can be kept
	return withoutURL(err)
}

func withoutURL(err error) error {
	if inner, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("not an address: %w", inner.Err)
	}
	return err
}

// resolve finds the address a Location header names, seen from the URL that
// answered (RFC 9110, 10.2.2). An http address on the host of an https answer
// is one that a server behind a TLS proxy made up: it becomes https.
func resolve(answered *url.URL, location string) (*url.URL, error) {
	location = strings.TrimSpace(location)
	if location == "" {
		return nil, errors.New("the answer has no Location")
	}
	reference, err := url.Parse(location)
	if err != nil {
		return nil, fmt.Errorf("read Location: %w", withoutURL(err))
	}
	target := answered.ResolveReference(reference)
	target.Fragment, target.RawFragment, target.User = "", "", nil
	if err := checkURL(target); err != nil {
		return nil, fmt.Errorf("read Location: %w", err)
	}
	if answered.Scheme == "https" && target.Scheme == "http" && sameHost(answered, target) {
		target.Scheme = "https"
		if target.Port() == "" || target.Port() == "80" {
			target.Host = answered.Host
		}
	}
	return target, nil
}

func sameHost(a, b *url.URL) bool { return strings.EqualFold(a.Hostname(), b.Hostname()) }

// hostIn names the host of a Location for a person. What stands behind the host may
// be a key to what is there.
func hostIn(location string) string {
	if u, err := url.Parse(strings.TrimSpace(location)); err == nil && u.Host != "" {
		return u.Host
	}
	return "another address"
}

func basicAuth(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}
