package tus

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"unicode"
)

const (
	maxBody         = 64 << 10 // bytes of a decoded body that are parsed
	maxMessageRunes = 300      // characters of a message that are kept
)

// readBody returns the start of the body of a response, decoded. It returns "" if it is
// encoded in a way that cannot be decoded: no request accepts an encoding, but some
// servers use one anyway, and some without saying so.
func readBody(httpResp *http.Response) string {
	encoded := bufio.NewReader(io.LimitReader(httpResp.Body, maxDrain))
	var reader io.Reader = encoded
	var err error
	encoding := strings.Join(toLower(headerTokens(httpResp.Header, "Content-Encoding")), ",")
	if magic, _ := encoded.Peek(2); encoding == "" && string(magic) == "\x1f\x8b" { // RFC 1952, 2.3.1
		encoding = "gzip"
	}
	switch encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		reader, err = gzip.NewReader(encoded)
	case "deflate": // the zlib format (RFC 9110, 8.4.1.2)
		reader, err = zlib.NewReader(encoded)
	default:
		return ""
	}
	if err != nil {
		return ""
	}
	text, _ := io.ReadAll(io.LimitReader(reader, maxBody))
	if len(text) == maxBody { // a secret at the end may be incomplete
		text = text[:max(bytes.LastIndexAny(text, " \t\r\n\"<>,"), maxBody/2)]
	}
	return string(text)
}

var errorCode = regexp.MustCompile(`^(ERR_[A-Z0-9_]{1,60}):[ \t]*`)

// parseMessage returns the code and the message of a body: tusd's "ERR_CODE: message",
// the message in a JSON object, or the text of a page or of anything else. redact removes
// secrets: from the body as it was sent, and again from the message, where decoding may
// have completed one.
func parseMessage(body string, redact func(string) string) (code, message string) {
	text := strings.TrimSpace(redact(body))
	if match := errorCode.FindStringSubmatch(text); match != nil {
		code, text = match[1], text[len(match[0]):]
	}
	if found := jsonMessage(text); found != "" {
		text = found
	}
	if strings.HasPrefix(text, "<") || markup.MatchString(text) {
		text = markupText(text)
	}
	return code, shorten(redact(oneLine(text)), maxMessageRunes)
}

// escapeSequence matches what terminals do not show (ECMA-48): control sequences (5.4),
// control strings such as the title of a window (5.6), and other escape sequences (5.3), in
// the forms with 7 and with 8 bits. Only the start of a string without an end is matched.
var escapeSequence = regexp.MustCompile("(?:\x1b\\[|\u009b)[0-?]*[ -/]*[@-~]" +
	"|(?:\x1b[PX\\]^_]|[\u0090\u0098\u009d-\u009f])(?:[^\x07\x1b\u009c]{0,1000}(?:\x07|\x1b\\\\|\u009c))?" +
	"|\x1b[ -/]*[0-Z\\\\`-~]")

// oneLine replaces white space by single spaces, and removes terminal control sequences
// and unprintable characters, such as those that change the direction of text.
func oneLine(text string) string {
	text = escapeSequence.ReplaceAllString(strings.ToValidUTF8(text, ""), "")
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// shorten returns the first characters of a text, with an ellipsis if there are more.
func shorten(text string, characters int) string {
	for i := range text {
		if characters--; characters < 0 {
			return text[:i] + "…"
		}
	}
	return text
}

// messageFields are the names that servers use for the message in a JSON object, the best
// first, in lower case.
var messageFields = []string{"message", "error_description", "detail", "title", "errors", "error", "msg", "reason", "description"}

// wrapperFields are the names of objects that contain the one with the message.
var wrapperFields = []string{"ocs", "meta", "data", "response", "result"}

// maxJSONDepth is how deep in a JSON value a message is looked for.
const maxJSONDepth = 4

// jsonMessage returns the message in a JSON value; "" if the text is not JSON or has none.
func jsonMessage(text string) string {
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, `"`) {
		return ""
	}
	var value any
	if json.Unmarshal([]byte(text), &value) != nil {
		return ""
	}
	return messageIn(value, maxJSONDepth)
}

func messageIn(value any, depth int) string {
	switch value := value.(type) {
	case string:
		return strings.TrimSpace(value)
	case []any:
		if depth > 0 && len(value) > 0 {
			return messageIn(value[0], depth-1)
		}
	case map[string]any:
		if depth > 0 {
			return messageInObject(value, depth)
		}
	}
	return ""
}

func messageInObject(object map[string]any, depth int) string {
	fields := make(map[string]any, len(object))
	for name, value := range object {
		if lower := strings.ToLower(name); fields[lower] == nil || lower == name {
			fields[lower] = value
		}
	}
	title, _ := fields["title"].(string)
	detail, _ := fields["detail"].(string)
	if title != "" && detail != "" { // RFC 9457, 3.1
		return title + ": " + detail
	}
	for _, name := range append(messageFields, wrapperFields...) {
		if message := messageIn(fields[name], depth-1); message != "" {
			return message
		}
	}
	return ""
}
