package draw

import (
	"path"
	"strings"

	"fyne.io/fyne/v2"
	"github.com/rivo/uniseg"
)

const ellipsis = "…"

// maxExtension is the maximum length of a file extension in characters, including
// the dot. Longer suffixes are shortened like the rest of the name.
const maxExtension = 8

// EllipsisMiddle shortens a file name to a width by removing its middle, so that
// the beginning and the extension remain. It removes whole grapheme clusters. A
// name that fits is returned unchanged.
func EllipsisMiddle(name string, width, size float32, style fyne.TextStyle) string {
	characters := graphemes(name)
	tail := len(graphemes(extension(name))) + 2
	return shorten(characters, width, size, style, func(kept int) string {
		end := min(max(kept/3, tail), kept)
		return strings.Join(characters[:kept-end], "") + ellipsis + strings.Join(characters[len(characters)-end:], "")
	})
}

// EllipsisEnd shortens a text to a width by removing its end, including
// punctuation before the ellipsis. A text that fits is returned unchanged.
func EllipsisEnd(text string, width, size float32, style fyne.TextStyle) string {
	characters := graphemes(text)
	return shorten(characters, width, size, style, func(kept int) string {
		return strings.TrimRight(strings.Join(characters[:kept], ""), " .,;:") + ellipsis
	})
}

// shorten returns the text of characters if it fits, else the longest result of
// keep that fits, where kept is the number of characters that remain. If nothing
// fits, it returns the ellipsis.
func shorten(characters []string, width, size float32, style fyne.TextStyle, keep func(kept int) string) string {
	fits := func(text string) bool { return fyne.MeasureText(text, size, style).Width <= width }
	whole := strings.Join(characters, "")
	noteScripts(whole)
	if fits(whole) {
		return whole
	}
	best := ellipsis
	low, high := 1, len(characters)-1
	for low <= high {
		middle := (low + high) / 2
		if text := keep(middle); fits(text) {
			best, low = text, middle+1
		} else {
			high = middle - 1
		}
	}
	return best
}

// graphemes splits a text into grapheme clusters.
func graphemes(text string) []string {
	var clusters []string
	for g := uniseg.NewGraphemes(text); g.Next(); {
		clusters = append(clusters, g.Str())
	}
	return clusters
}

func extension(name string) string {
	suffix := path.Ext(name)
	if len(graphemes(suffix)) > maxExtension || suffix == name {
		return ""
	}
	return suffix
}
