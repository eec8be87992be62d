package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// spaced reports whether the loaded language has a space between its own characters and Latin
// letters or digits, as Chinese has. A text has none around a placeholder: whether there must be
// one depends on the value, such as the name of a server. It is guarded by catalogue.
var spaced bool

// edge marks where a value begins and ends in a text. It is no character of Unicode.
const edge = '\ufdd0'

// markEdges marks the beginnings and ends of the values that are not empty.
func markEdges(values Data) {
	for name, value := range values {
		if text, ok := value.(string); ok && text != "" {
			values[name] = string(edge) + text + string(edge)
		}
	}
}

// space replaces each mark of markEdges by a space, if it is between a Chinese character and a
// Latin letter or a digit (see isLatin), and removes it otherwise. Values themselves do not change.
func space(text string) string {
	if !spaced || !strings.ContainsRune(text, edge) {
		return text
	}
	var b strings.Builder
	before := utf8.RuneError
	pending := false // a mark is between before and the next character
	for _, r := range text {
		if r == edge {
			pending = true
			continue
		}
		if pending && needSpace(before, r) {
			b.WriteByte(' ')
		}
		pending, before = false, r
		b.WriteRune(r)
	}
	return b.String()
}

// needSpace reports whether a space belongs between two characters.
func needSpace(a, b rune) bool {
	return unicode.Is(unicode.Han, a) && isLatin(b) || isLatin(a) && unicode.Is(unicode.Han, b)
}

// isLatin reports whether a character is a Latin letter, a digit, or one with which a path or an
// address begins or ends.
func isLatin(r rune) bool {
	return unicode.Is(unicode.Latin, r) || unicode.IsDigit(r) || r == '/' || r == '~'
}
