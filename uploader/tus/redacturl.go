package tus

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// minPathSecret is the minimum length in bytes of a path segment that may be a secret,
// such as the ID of an upload or a signature.
const minPathSecret = 16

// minQuerySecret is the minimum length in bytes of a value in a query that is removed
// where it occurs outside a URL.
const minQuerySecret = 4

// urlSecrets returns the secrets in the URL of a request: the values of its query, and
// segments of its path that look like a secret. Who knows the URL of an upload can
// write to it.
func urlSecrets(u *url.URL) []string {
	var secrets []string
	add := func(text string, unescape func(string) (string, error)) {
		secrets = append(secrets, text)
		if plain, err := unescape(text); err == nil {
			secrets = append(secrets, plain)
		}
	}
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		value := pair
		if _, after, ok := strings.Cut(pair, "="); ok {
			value = after
		}
		if len(value) >= minQuerySecret {
			add(value, url.QueryUnescape)
		}
	}
	for segment := range strings.SplitSeq(u.EscapedPath(), "/") {
		if isPathSecret(segment) {
			add(segment, url.PathUnescape)
		}
	}
	return sortSecrets(secrets)
}

// isPathSecret reports whether a segment of a path looks like an ID or a signature: it
// is long and has letters and digits.
func isPathSecret(segment string) bool {
	return len(segment) >= minPathSecret && strings.ContainsFunc(segment, unicode.IsDigit) && strings.ContainsFunc(segment, unicode.IsLetter)
}

var (
	// urlInText matches a URL or an absolute path in a text, also in JSON, where the
	// slashes may be escaped.
	urlInText = regexp.MustCompile(`(?i)(?:\b[a-z][a-z0-9+.-]*:\\?/|\\?/)[^\s"'<>]+`)

	// secretPair matches a name of a secret with its value, as in a query or in JSON.
	secretPair = regexp.MustCompile(`(?i)((?:token|secret|passw(?:or)?d|pwd|signature|\bsig|credentials?|api[_-]?key|access[_-]?key|\bkey|\bauth|jwt)` +
		`(?:=|["']\s*:\s*["']))[^\s"'&<>]+`)

	// authorization matches credentials with their scheme (RFC 9110, 11.4).
	authorization = regexp.MustCompile(`(?i)\b((?:basic|bearer|digest|token)\s+)([a-z0-9._~+/=-]{8,})`)
)

// redactURLs removes what may be a secret from the URLs and name-value pairs in a
// text, whoever it belongs to: servers quote signed URLs of their storage, too.
func redactURLs(text string) string {
	text = urlInText.ReplaceAllStringFunc(text, redactURL)
	text = secretPair.ReplaceAllString(text, "${1}"+redacted)
	return authorization.ReplaceAllStringFunc(text, func(match string) string {
		parts := authorization.FindStringSubmatch(match)
		if !strings.ContainsFunc(parts[2], unicode.IsDigit) { // words
			return match
		}
		return parts[1] + redacted
	})
}

// redactURL removes the user and password, the values of the query and the fragment,
// and path segments that look like a secret, from a URL.
func redactURL(text string) string {
	text, end := cutAtQuery(text)
	prefix, rest := "", text
	if i := strings.Index(text, "//"); i >= 0 {
		prefix, rest = text[:i+2], text[i+2:]
	}
	segments := strings.FieldsFunc(rest, func(r rune) bool { return r == '/' || r == '\\' })
	for i, segment := range segments {
		if i == 0 && prefix != "" {
			if at := strings.LastIndex(segment, "@"); at >= 0 {
				rest = strings.Replace(rest, segment[:at], redacted, 1)
			}
			continue
		}
		if isPathSecret(segment) {
			rest = strings.Replace(rest, segment, redacted, 1)
		}
	}
	return prefix + rest + end
}

// cutAtQuery splits a URL before its query or fragment, and returns "?…" or the like
// for it. The question mark may be encoded in a URL within a URL.
func cutAtQuery(text string) (before, end string) {
	upper := strings.ToUpper(text)
	for _, mark := range []string{"?", "#", "%3F", "%23"} {
		if i := strings.Index(upper, mark); i >= 0 && len(upper) == len(text) {
			text, upper, end = text[:i], upper[:i], mark+redacted
		}
	}
	return text, end
}

// sortSecrets sorts the longest first, so that none is removed in part, and removes
// empty ones.
func sortSecrets(secrets []string) []string {
	secrets = slices.DeleteFunc(secrets, func(s string) bool { return s == "" })
	slices.SortFunc(secrets, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(secrets)
}
