package tus

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plainSecret is from how many bytes on a secret is looked for anywhere in a text. A
// shorter one is looked for where it stands as a word of its own: inside of others it
// would only be met by chance, and common words such as "true" stay readable.
const plainSecret = 7

// blank stands for a secret.
const blank = "…"

// secretsOf lists what of a header must not be repeated to anybody, the longest
// first: the values, what follows the scheme in those that sign in, the password
// in that, and the words that are long enough to be keys.
func secretsOf(header http.Header) []string {
	var secrets []string
	for name, values := range header {
		for _, value := range values {
			secrets = append(secrets, strings.TrimSpace(value))
			if isCredential(name) {
				secrets = append(secrets, credentials(value)...)
			}
			for word := range strings.FieldsSeq(value) {
				if len(word) >= plainSecret {
					secrets = append(secrets, word)
				}
			}
		}
	}
	secrets = slices.DeleteFunc(secrets, func(s string) bool { return s == "" })
	slices.SortFunc(secrets, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(secrets)
}

func isCredential(name string) bool {
	name = http.CanonicalHeaderKey(name)
	return name == "Authorization" || name == "Proxy-Authorization"
}

// credentials are what follows the scheme (RFC 9110, 11.4), and for Basic the
// password in it (RFC 7617, 2).
func credentials(value string) []string {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
	found := []string{strings.TrimSpace(rest)}
	if pair, err := base64.StdEncoding.DecodeString(found[0]); err == nil && strings.EqualFold(scheme, "Basic") {
		_, password, _ := strings.Cut(string(pair), ":")
		found = append(found, string(pair), password)
	}
	return found
}

// withoutSecrets takes the client's secrets out of a text.
func (c *Client) withoutSecrets(text string) string {
	for _, secret := range c.secrets {
		if len(secret) >= plainSecret {
			text = strings.ReplaceAll(text, secret, blank)
		} else {
			text = withoutWord(text, secret)
		}
	}
	return text
}

// withoutWord blanks a word where no letter or digit goes on before or behind it.
func withoutWord(text, word string) string {
	var out strings.Builder
	before := utf8.RuneError // of the rest of text
	for {
		at := strings.Index(text, word)
		if at < 0 {
			return out.String() + text
		}
		out.WriteString(text[:at])
		if at > 0 {
			before, _ = utf8.DecodeLastRuneInString(text[:at])
		}
		behind, _ := utf8.DecodeRuneInString(text[at+len(word):])
		if text = text[at+len(word):]; goesOn(before) || goesOn(behind) {
			out.WriteString(word)
		} else {
			out.WriteString(blank)
		}
		before, _ = utf8.DecodeLastRuneInString(word)
	}
}

func goesOn(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
