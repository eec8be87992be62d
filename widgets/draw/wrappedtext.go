package draw

import (
	"strings"

	"fyne.io/fyne/v2"
	"github.com/rivo/uniseg"

	"github.com/ferryapp/ferry/widgets/theme"
)

// maxLines is the maximum number of lines of a WrappedText.
const maxLines = 8

// WrappedText is text in one size and colour that is broken into up to eight
// lines. The last line is shortened if the text needs more.
type WrappedText struct {
	Text  string
	Color fyne.ThemeColorName
	size  fyne.ThemeSizeName
	lines [maxLines]*Label
}

// NewWrappedText returns a wrapped text.
func NewWrappedText(text string, size fyne.ThemeSizeName, color fyne.ThemeColorName) *WrappedText {
	t := &WrappedText{Text: text, size: size, Color: color}
	for i := range t.lines {
		t.lines[i] = NewLabel(size, color)
	}
	return t
}

// Objects returns the objects of all lines, including those that are empty.
func (t *WrappedText) Objects() []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(t.lines))
	for i, line := range t.lines {
		objects[i] = line.Object
	}
	return objects
}

func (t *WrappedText) wrap(width float32) []string {
	if t.Text == "" {
		return nil
	}
	return Wrap(t.Text, width, theme.Size(t.size), fyne.TextStyle{}, maxLines)
}

// HeightAt returns the height of the text at a width.
func (t *WrappedText) HeightAt(width float32) float32 {
	return float32(len(t.wrap(width))) * t.lines[0].Height
}

// Place positions the lines below each other from y, and returns the bottom of the
// last one.
func (t *WrappedText) Place(y, width float32) float32 {
	texts := t.wrap(width)
	for i, line := range t.lines {
		SetVisible(line.Object, i < len(texts))
		if i < len(texts) {
			line.Set(texts[i], t.Color)
			line.Place(fyne.NewPos(0, y), width)
			y += line.Height
		}
	}
	return y
}

// Restyle applies colours and sizes of the current theme.
func (t *WrappedText) Restyle() {
	for _, line := range t.lines {
		line.Restyle()
	}
}

// Wrap breaks a text into at most maxLines lines of a width: at line breaks, where
// Unicode line breaking (UAX #14) allows it, or inside of a segment that is wider
// than a line. The last line holds the rest of the text and may be too wide. Word joiners
// (U+2060), which keep characters together, are not part of the lines: not every font has
// them.
func Wrap(text string, width, size float32, style fyne.TextStyle, maxLines int) []string {
	fits := func(text string) bool {
		return fyne.MeasureText(trimLine(text), size, style).Width <= width
	}
	var lines []string
	line, rest, state := "", text, -1
	for rest != "" && len(lines) < maxLines-1 {
		var segment string
		var mustBreak bool
		before := rest
		segment, rest, mustBreak, state = uniseg.FirstLineSegmentInString(rest, state)
		switch {
		case fits(line+segment) && mustBreak && rest != "":
			lines = append(lines, trimLine(line+segment))
			line = ""
		case fits(line + segment):
			line += segment
		case line != "":
			lines = append(lines, trimLine(line))
			line, rest, state = "", before, -1
		default:
			line = longestPrefix(segment, fits)
			lines = append(lines, trimLine(line))
			line, rest, state = "", before[len(line):], -1
		}
	}
	if last := strings.ReplaceAll(trimLine(line+rest), "\n", " "); last != "" || len(lines) == 0 {
		lines = append(lines, last)
	}
	return lines
}

// trimLine removes what is not drawn: trailing spaces, the line break, and word joiners.
func trimLine(line string) string {
	return strings.TrimRight(strings.ReplaceAll(line, "\u2060", ""), " \r\n")
}

// longestPrefix returns the longest prefix of a text that fits, at least one
// grapheme cluster.
func longestPrefix(text string, fits func(string) bool) string {
	end := 0
	for g := uniseg.NewGraphemes(text); g.Next(); {
		_, next := g.Positions()
		if end > 0 && !fits(text[:next]) {
			break
		}
		end = next
	}
	return text[:end]
}
