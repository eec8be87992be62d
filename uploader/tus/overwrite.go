package tus

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// overwrite is what a request has that asks the server to overwrite an existing file.
type overwrite struct{ name, value, query string }

// errOverwrite is returned for an [overwrite] that changes more than the request asks for.
var errOverwrite = errors.New("not allowed to overwrite files with")

// CheckOverwrite returns an error if [Config.OverwriteHeader] or [Config.OverwriteQuery]
// is not valid.
func CheckOverwrite(header, query string) error {
	_, err := newOverwrite(header, query)
	return err
}

// newOverwrite parses a header field, "Name: value", and a query. Either may be "". Fields
// of the connection, of the protocol and of the sign-in are refused.
func newOverwrite(header, query string) (overwrite, error) {
	o := overwrite{query: strings.TrimPrefix(strings.TrimSpace(query), "?")}
	if _, err := url.ParseQuery(o.query); err != nil || strings.ContainsAny(o.query, "# \t\r\n") {
		return overwrite{}, fmt.Errorf("%w query %q", errOverwrite, query)
	}
	if header == "" {
		return o, nil
	}
	name, value, found := strings.Cut(header, ":")
	o.name, o.value = http.CanonicalHeaderKey(strings.TrimSpace(name)), strings.TrimSpace(value)
	if !found || !httpguts.ValidHeaderFieldName(o.name) || !httpguts.ValidHeaderFieldValue(o.value) || IsReservedField(o.name) || isSignInField(o.name) {
		return overwrite{}, fmt.Errorf("%w header %q", errOverwrite, o.name)
	}
	return o, nil
}

// isSignInField reports whether a header field belongs to the sign-in, or decides which
// server gets the request.
func isSignInField(name string) bool {
	return slices.Contains([]string{"Authorization", "Cookie", "Host", "Proxy-Authorization"}, name)
}

// apply adds the header field and the query to a request to the endpoint.
func (o overwrite) apply(r *request) {
	r.overwrites = true
	if o.name != "" {
		r.header.Set(o.name, o.value)
	}
	if o.query != "" {
		target := *r.url
		target.RawQuery = strings.TrimPrefix(target.RawQuery+"&"+o.query, "&")
		r.url = &target
	}
}
