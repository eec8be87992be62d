// Package words formats Ferry's interface texts: faults, states, sizes, times and
// counts, in every supported language. The texts are in assets/translations; this
// package looks them up by key and fills in their placeholders. It needs no window
// and also serves the command line.
//
// Call [Load] before any other function, and again to change the language. Every
// function may be called from any goroutine, except that Load must be called on the
// UI goroutine while a window exists, because Fyne reads its own texts there without
// locking.
package words

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2/lang"
)

// Data holds the values of the placeholders in a text, by name.
type Data map[string]any

// catalogue guards Fyne's global message catalogue, which has no lock, spaced and loaded.
var catalogue sync.RWMutex

// Text returns the text of a key in the loaded language.
func Text(key string, data ...Data) string {
	catalogue.RLock()
	defer catalogue.RUnlock()
	return space(lang.LocalizeKey(key, key, fill(data...)))
}

// Count returns the text of a key in the plural form for n. {{.N}} in the text is n
// with thousands separators.
func Count(key string, n int, data ...Data) string {
	catalogue.RLock()
	defer catalogue.RUnlock()
	filled := fill(append(slices.Clone(data), Data{"N": Number(n), countField: n})...)
	return space(lang.LocalizePluralKey(key, key, n, filled))
}

// Files returns a number of files: "1 file", "790 files".
func Files(n int) string { return Count("files", n) }

// FilesOf returns how many files of a batch are done: "612 of 790 files".
func FilesOf(done, all int) string {
	return Count("files.of", all, Data{"Done": Number(done)})
}

// Uploads returns a number of uploads: "1 upload", "3 uploads".
func Uploads(n int) string { return Count("uploads", n) }

// Join joins the non-empty pieces of a line: "12.4 MB/s · about 4 min".
func Join(pieces ...string) string {
	line := ""
	for _, piece := range pieces {
		switch {
		case piece == "":
		case line == "":
			line = piece
		default:
			line = Text("join", Data{"A": line, "B": piece})
		}
	}
	return line
}

// Sentences joins the non-empty sentences.
func Sentences(sentences ...string) string {
	text := ""
	for _, s := range sentences {
		switch {
		case s == "":
		case text == "":
			text = s
		default:
			text = Text("sentences", Data{"A": text, "B": s})
		}
	}
	return text
}

// Printable makes an untrusted name safe to show on one line. It replaces control
// characters, line separators and bidirectional control characters with "�".
func Printable(name string) string {
	clean := func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return utf8.RuneError
		}
		return r
	}
	return strings.Map(clean, name)
}

// fill returns the values of all placeholders, as space needs them.
func fill(data ...Data) Data {
	filled := Data{}
	for _, d := range data {
		maps.Copy(filled, d)
	}
	if spaced {
		markEdges(filled)
	}
	return filled
}

// capitalized returns text with its first letter in upper case.
func capitalized(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}
