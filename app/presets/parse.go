package presets

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/ferryapp/ferry/uploader/netx"
)

// parseAddress parses the address of a server. Without a scheme it is https, and http for
// loopback addresses. A user name and a password are not accepted.
func parseAddress(text string) (*url.URL, bool) {
	text = strings.TrimSpace(text)
	noScheme := !strings.Contains(text, "://")
	if noScheme {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || netx.CheckAddress(u) != nil {
		return nil, false
	}
	if noScheme && netx.IsLoopback(u.Hostname()) {
		u.Scheme = "http"
	}
	u.Fragment, u.RawFragment = "", ""
	return u, true
}

// address accepts any address of a server.
func address(text string) (string, bool) {
	u, ok := parseAddress(text)
	if !ok {
		return "", false
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), true
}

// base accepts an address as a browser shows it, and returns it without query and without
// what follows one of the parts in its path, such as "/files/".
func base(parts ...string) func(text string) (string, bool) {
	return func(text string) (string, bool) {
		u, ok := parseAddress(text)
		if !ok {
			return "", false
		}
		u.RawQuery, u.ForceQuery = "", false
		path := strings.TrimSuffix(u.Path, "/") + "/"
		for _, part := range parts {
			path, _, _ = strings.Cut(path, part)
		}
		u.Path, u.RawPath = strings.TrimSuffix(path, "/"), ""
		return u.String(), true
	}
}

// matching accepts texts that match the whole expression.
func matching(expression string) func(text string) (string, bool) {
	whole := regexp.MustCompile("^(?:" + expression + ")$")
	return func(text string) (string, bool) { return text, whole.MatchString(text) }
}

// text accepts any text without braces, which would be placeholders.
func text(text string) (string, bool) { return text, !strings.ContainsAny(text, "{}") }

// folderPath accepts the path of a folder without braces, and returns it without slashes around it.
func folderPath(text string) (string, bool) {
	text = strings.Trim(text, "/")
	for segment := range strings.SplitSeq(text, "/") {
		if text != "" && (segment == "" || segment == "." || segment == "..") {
			return "", false
		}
	}
	return text, !strings.ContainsAny(text, "{}")
}

// escaped returns a path with its segments percent-encoded.
func escaped(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		segments[i] = url.PathEscape(segment)
	}
	return strings.Join(segments, "/")
}

// segments returns the segments of a path that are not empty.
func segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// after returns the segment of a path that follows another one; "" if there is none.
func after(path, segment string) string {
	all := segments(path)
	for i := range all {
		if all[i] == segment && i+1 < len(all) {
			return all[i+1]
		}
	}
	return ""
}

// metadata returns a metadata template of lines.
func metadata(lines ...string) string { return strings.Join(lines, "\n") }
