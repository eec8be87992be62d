// Package words is everything Ferry says to people: the sentences for faults
// and states, and how sizes, times and counts are written, in every language
// Ferry speaks. The texts are in assets/translations under keys; this package
// fills them. Nothing here starts a window: a terminal speaks with it too.
//
// Load is called before anything is said, and again where another language is
// chosen. Every function may be called from any goroutine. The one exception is
// beneath: Fyne says its own words while it draws, so that once a window is there
// Load belongs to the goroutine of the user interface.
package words

import (
	"maps"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2/lang"
)

// Data fills the places in a text, by name.
type Data map[string]any

// speaking keeps Load from changing the texts while one is read: Fyne's catalogue
// is the program's only one, and guards itself against nothing.
var speaking sync.RWMutex

// Say returns the text of a key in the language loaded.
func Say(key string, data ...Data) string {
	speaking.RLock()
	defer speaking.RUnlock()
	return lang.LocalizeKey(key, key, fill(data))
}

// Count returns the text of a key that counts n things: its plural is right for
// n, and {{.N}} in it is n with its thousands set apart.
func Count(key string, n int, data ...Data) string {
	filled := fill(data)
	filled["N"] = Number(n)
	filled[countField] = n
	speaking.RLock()
	defer speaking.RUnlock()
	return lang.LocalizePluralKey(key, key, n, filled)
}

// Files counts files: "1 file", "790 files".
func Files(n int) string { return Count("files", n) }

// FilesOf counts the files of a batch that are done: "612 of 790 files".
func FilesOf(done, all int) string {
	return Count("files.of", all, Data{"Done": Number(done)})
}

// Uploads counts uploads: "1 upload", "3 uploads".
func Uploads(n int) string { return Count("uploads", n) }

// Join puts two pieces of one line side by side: "12.4 MB/s · about 4 min".
// Empty ones are left out.
func Join(pieces ...string) string {
	line := ""
	for _, piece := range pieces {
		switch {
		case piece == "":
		case line == "":
			line = piece
		default:
			line = Say("join", Data{"A": line, "B": piece})
		}
	}
	return line
}

// Sentences puts sentences one behind the other. Empty ones are left out.
func Sentences(sentences ...string) string {
	text := ""
	for _, s := range sentences {
		switch {
		case s == "":
		case text == "":
			text = s
		default:
			text = Say("sentences", Data{"A": text, "B": s})
		}
	}
	return text
}

// Printable makes a name from outside safe to show in one line: control
// characters, which could move a terminal's cursor or break the line, and
// characters that turn the direction of writing become "�".
func Printable(name string) string {
	clean := func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return utf8.RuneError
		}
		return r
	}
	return strings.Map(clean, name)
}

func fill(data []Data) Data {
	filled := Data{}
	for _, d := range data {
		maps.Copy(filled, d)
	}
	return filled
}

// sentence gives a text a capital at its start, where its script has them.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}
