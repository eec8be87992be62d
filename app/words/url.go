package words

import (
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// Address returns a server's address for display, without secrets: without user,
// password, query and fragment. It accepts any text, also what is no valid URL.
func Address(text string) string {
	if u, err := url.Parse(text); err == nil && u.Opaque == "" {
		u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
		if u.Scheme == "" && u.Host == "" { // no URL, or one without its scheme
			return Printable(withoutUser(cutQuery(text)))
		}
		return Printable(Link(u.String()))
	}
	return Printable(withoutUser(cutQuery(text)))
}

// cutQuery removes everything from the first question mark or number sign on.
func cutQuery(text string) string {
	if i := strings.IndexAny(text, "?#"); i >= 0 {
		return text[:i]
	}
	return text
}

// withoutUser removes user and password from a text like a URL. A password may
// contain characters that a URL must not.
func withoutUser(text string) string {
	at := strings.LastIndex(text, "@")
	if at < 0 {
		return text
	}
	before, after := text[:at], text[at+1:]
	if scheme, _, ok := strings.Cut(before, "://"); ok {
		return scheme + "://" + after
	}
	switch parts := strings.Split(before, ":"); len(parts) {
	case 1: // no password
		return text
	case 2: // user:password@
		return after
	default: // scheme:user:password@
		return parts[0] + ":" + after
	}
}

// Link returns a URL with an internationalized host name in Unicode, where package
// url encodes its bytes with percent signs. Other texts are returned unchanged.
func Link(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		return text
	}
	host, err := idna.Lookup.ToUnicode(u.Hostname())
	if err != nil || host != u.Hostname() {
		return text
	}
	encoded := (&url.URL{Host: u.Host}).String()
	return strings.Replace(text, encoded, "//"+u.Host, 1)
}
