package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"github.com/rivo/uniseg"
)

// wrap breaks a text into at most so many lines of a width: where it has breaks of
// its own, where its script lets it be broken, or anywhere in what is wider than a
// line by itself. The last line holds all the rest, and may be too wide.
func wrap(text string, width, size float32, style fyne.TextStyle, most int) []string {
	fits := func(text string) bool {
		return fyne.MeasureText(trimmed(text), size, style).Width <= width
	}
	var lines []string
	line, rest, state := "", text, -1
	for rest != "" && len(lines) < most-1 {
		var piece string
		var ends bool
		before := rest
		piece, rest, ends, state = uniseg.FirstLineSegmentInString(rest, state)
		switch {
		case fits(line+piece) && ends && rest != "":
			lines = append(lines, trimmed(line+piece))
			line = ""
		case fits(line + piece):
			line += piece
		case line != "":
			lines = append(lines, trimmed(line))
			line, rest, state = "", before, -1
		default:
			line = longest(piece, fits)
			lines = append(lines, trimmed(line))
			line, rest, state = "", before[len(line):], -1
		}
	}
	if last := strings.ReplaceAll(trimmed(line+rest), "\n", " "); last != "" || len(lines) == 0 {
		lines = append(lines, last)
	}
	return lines
}

// trimmed is a line without the space and the break at its end, which take no room.
func trimmed(line string) string { return strings.TrimRight(line, " \r\n") }

// longest is the longest beginning of a text that fits; one character at least.
func longest(text string, fits func(string) bool) string {
	end := 0
	for graphemes := uniseg.NewGraphemes(text); graphemes.Next(); {
		_, next := graphemes.Positions()
		if end > 0 && !fits(text[:next]) {
			break
		}
		end = next
	}
	return text[:end]
}
