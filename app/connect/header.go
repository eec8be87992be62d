package connect

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/ferryapp/ferry/uploader/tus"
)

// HeaderError reports a header field that cannot be sent. It contains the name only, since
// the value may be a secret.
type HeaderError struct {
	Name   string
	Reason HeaderReason
}

// HeaderReason is why a header field cannot be sent.
type HeaderReason uint8

// The reasons.
const (
	HeaderInvalid  HeaderReason = iota // not of the form "Name: value"; Name may be ""
	HeaderReserved                     // Ferry or Go's HTTP client sets it, or it is of one connection
	HeaderRepeated                     // sent once only, but given more than once
)

// Error implements error.
func (e *HeaderError) Error() string {
	switch e.Reason {
	case HeaderReserved:
		return fmt.Sprintf("header field %.40q is reserved", e.Name)
	case HeaderRepeated:
		return fmt.Sprintf("header field %.40q is repeated", e.Name)
	default:
		return fmt.Sprintf("invalid header field %.40q", e.Name)
	}
}

// ParseHeader parses lines of "Name: value" and skips empty ones. Every field that it
// returns is sent: others are errors. "Host" is sent as the Host of requests. It fails with
// a [*HeaderError].
func ParseHeader(lines []string) (http.Header, error) {
	header, err := parseFields(lines)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		switch {
		case tus.IsReservedField(name):
			return nil, &HeaderError{name, HeaderReserved}
		case len(values) > 1 && slices.Contains(singleFields, name):
			return nil, &HeaderError{name, HeaderRepeated}
		}
	}
	if host := header.Values("Host"); len(host) > 0 && !validHost(host[0]) {
		return nil, &HeaderError{Name: "Host"}
	}
	return header, nil
}

// singleFields are the header fields of which net/http sends the first value only.
var singleFields = []string{"Host", "User-Agent"}

// validHost reports whether value can be the Host of a request: a host, and a port if
// there is one. net/http would cut other values.
func validHost(value string) bool {
	u, err := url.Parse("http://" + value)
	return err == nil && u.Host == value && value != "" && u.Hostname() != "" && httpguts.ValidHostHeader(value) &&
		!strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("%,;", r) }) && validPort(u)
}

// validPort reports whether the port of u is a number or missing without a colon.
func validPort(u *url.URL) bool {
	return u.Port() != "" || !strings.HasSuffix(u.Host, ":")
}

// parseFields parses lines of "Name: value" and skips empty ones. It fails with a
// [*HeaderError].
func parseFields(lines []string) (http.Header, error) {
	header := http.Header{}
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			if !ok {
				name = "" // the whole line may be a secret
			}
			return nil, &HeaderError{Name: name}
		}
		header.Add(name, value)
	}
	return header, nil
}
