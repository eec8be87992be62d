package draw

import (
	"path"
	"strings"

	"fyne.io/fyne/v2"
	"github.com/rivo/uniseg"
)

const ellipsis = "…"

// longestExtension is how many characters a suffix may have and still count as
// the extension of a file's name.
const longestExtension = 8

// EllipsisMiddle shortens a file's name to a width by leaving out its middle:
// the beginning and the extension are what people know it by. A character is
// never cut, however many code points it is made of. A text that fits is
// returned as it is.
func EllipsisMiddle(name string, width, size float32, style fyne.TextStyle) string {
	characters := split(name)
	tail := len(split(extension(name))) + 2
	return shorten(characters, width, size, style, func(kept int) string {
		end := min(max(kept/3, tail), kept)
		return strings.Join(characters[:kept-end], "") + ellipsis + strings.Join(characters[len(characters)-end:], "")
	})
}

// EllipsisEnd shortens a sentence to a width by leaving out its end.
func EllipsisEnd(text string, width, size float32, style fyne.TextStyle) string {
	characters := split(text)
	return shorten(characters, width, size, style, func(kept int) string {
		return strings.TrimRight(strings.Join(characters[:kept], ""), " .,;:") + ellipsis
	})
}

// Shorten finds the longest text that fits of those that keep so many of the
// characters. Where not even the ellipsis fits, it is returned nonetheless.
func shorten(characters []string, width, size float32, style fyne.TextStyle, keep func(kept int) string) string {
	fits := func(text string) bool { return fyne.MeasureText(text, size, style).Width <= width }
	if whole := strings.Join(characters, ""); fits(whole) {
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

// split returns what a reader takes for single characters: grapheme clusters.
func split(text string) []string {
	var characters []string
	for graphemes := uniseg.NewGraphemes(text); graphemes.Next(); {
		characters = append(characters, graphemes.Str())
	}
	return characters
}

func extension(name string) string {
	suffix := path.Ext(name)
	if len(split(suffix)) > longestExtension || suffix == name {
		return ""
	}
	return suffix
}
