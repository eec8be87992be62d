package tus

import (
	"net/http"
	"strings"
)

const (
	maxAnswerRunes = 2000 // characters of an answer that are kept
	maxIDLength    = 256  // bytes; a longer ID is ignored
)

// DefaultIDHeaders returns the headers with the ID of a file that are known: those of
// Directus and of Cloudflare Stream.
func DefaultIDHeaders() []string { return []string{"Directus-File-Id", "Stream-Media-Id"} }

// parseResult returns the result in a successful response with this body. It may be the
// address of the file with a signature, which the user is to have, so of secrets only
// those of the sign-in are removed.
func (c *Client) parseResult(r request, header http.Header, body string) Result {
	result := Result{ID: c.fileID(header)}
	if text := strings.TrimSpace(body); text != "" {
		if strings.HasPrefix(text, "<") {
			text = markupText(text)
		}
		text = redactSecrets(oneLine(text), secretsOf(c.header))
		text = redactSecrets(text, secretsOf(r.file))
		result.Answer = shorten(redactSecrets(text, c.Jar.secrets()), maxAnswerRunes)
	}
	return result
}

// fileID returns the ID of the file from the first header that has one. It is a word
// without spaces and unprintable characters.
func (c *Client) fileID(header http.Header) string {
	for _, name := range c.idFrom {
		id := strings.TrimSpace(header.Get(name))
		if id != "" && len(id) <= maxIDLength && id == strings.ReplaceAll(oneLine(id), " ", "") {
			return id
		}
	}
	return ""
}
