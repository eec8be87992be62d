package tus

import (
	"encoding/base64"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minSubstringSecret is the minimum length in bytes of a secret that is removed
// wherever it occurs. Shorter secrets are removed only as whole words, since they
// may be part of other words by chance.
const minSubstringSecret = 7

// redacted replaces a secret.
const redacted = "…"

// secretsOf returns the secrets in a header, the longest first: the values, the
// credentials in Authorization headers, and all words of at least
// minSubstringSecret bytes.
func secretsOf(header http.Header) []string {
	var secrets []string
	for name, values := range header {
		for _, value := range values {
			secrets = append(secrets, strings.TrimSpace(value))
			if isAuthorization(name) {
				secrets = append(secrets, credentialsIn(value)...)
			}
			for word := range strings.FieldsSeq(value) {
				if len(word) >= minSubstringSecret {
					secrets = append(secrets, word)
				}
			}
		}
	}
	return sortSecrets(secrets)
}

func isAuthorization(name string) bool {
	name = http.CanonicalHeaderKey(name)
	return name == "Authorization" || name == "Proxy-Authorization"
}

// credentialsIn returns the text after the authentication scheme (RFC 9110, 11.4),
// and for Basic also the decoded pair and the password (RFC 7617, 2).
func credentialsIn(value string) []string {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
	credentials := []string{strings.TrimSpace(rest)}
	if pair, err := base64.StdEncoding.DecodeString(credentials[0]); err == nil && strings.EqualFold(scheme, "Basic") {
		_, password, _ := strings.Cut(string(pair), ":")
		credentials = append(credentials, string(pair), password)
	}
	return credentials
}

// redact replaces secrets in the text of a response to a request: those of the client, of
// the file and of the URL, and what looks like one in any URL.
func (c *Client) redact(r request, text string) string {
	text = redactSecrets(text, c.secrets)
	text = redactSecrets(text, secretsOf(r.file))
	text = redactSecrets(text, c.Jar.secrets())
	text = redactSecrets(text, urlSecrets(r.url))
	return redactURLs(text)
}

func redactSecrets(text string, secrets []string) string {
	for _, secret := range secrets {
		if len(secret) >= minSubstringSecret {
			text = strings.ReplaceAll(text, secret, redacted)
		} else {
			text = redactWord(text, secret)
		}
	}
	return text
}

// redactWord replaces word in text where no letter or digit precedes or follows it.
func redactWord(text, word string) string {
	var out strings.Builder
	before := utf8.RuneError // the rune before text
	for {
		i := strings.Index(text, word)
		if i < 0 {
			return out.String() + text
		}
		out.WriteString(text[:i])
		if i > 0 {
			before, _ = utf8.DecodeLastRuneInString(text[:i])
		}
		text = text[i+len(word):]
		if after, _ := utf8.DecodeRuneInString(text); isWordRune(before) || isWordRune(after) {
			out.WriteString(word)
		} else {
			out.WriteString(redacted)
		}
		before, _ = utf8.DecodeLastRuneInString(word)
	}
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
