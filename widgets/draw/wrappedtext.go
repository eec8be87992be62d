package draw

import (
	"strings"

	"fyne.io/fyne/v2"
	"github.com/rivo/uniseg"

	"github.com/ferryapp/ferry/widgets/theme"
)

// settingLines is the maximum number of lines of a passage.
const settingLines = 8

// WrappedText is some lines of text.
type WrappedText struct {
	Text  string
	size  fyne.ThemeSizeName
	Color fyne.ThemeColorName
	lines [settingLines]*Label
}

func NewWrappedText(text string, size fyne.ThemeSizeName, color fyne.ThemeColorName) *WrappedText {
	p := &WrappedText{Text: text, size: size, Color: color}
	for i := range p.lines {
		p.lines[i] = NewLabel(size, color)
	}
	return p
}

func (p *WrappedText) Set(text string) { p.Text = text }

func (p *WrappedText) Objects() []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(p.lines))
	for i, line := range p.lines {
		objects[i] = line.Object
	}
	return objects
}

func (p *WrappedText) wrapped(width float32) []string {
	if p.Text == "" {
		return nil
	}
	return Wrap(p.Text, width, theme.Size(p.size), fyne.TextStyle{}, settingLines)
}

func (p *WrappedText) HeightAt(width float32) float32 {
	return float32(len(p.wrapped(width))) * p.lines[0].Height
}

// Place puts the lines below each other from y on, and returns where they end.
func (p *WrappedText) Place(y, width float32) float32 {
	words := p.wrapped(width)
	for i, line := range p.lines {
		SetVisible(line.Object, i < len(words))
		if i < len(words) {
			line.Set(words[i], p.Color)
			line.Place(fyne.NewPos(0, y), width)
			y += line.Height
		}
	}
	return y
}

func (p *WrappedText) Restyle() {
	for _, line := range p.lines {
		line.Restyle()
	}
}

// Wrap breaks a text into at most so many lines of a width: where it has breaks of
// its own, where its script lets it be broken, or anywhere in what is wider than a
// line by itself. The last line holds all the rest, and may be too wide.
func Wrap(text string, width, size float32, style fyne.TextStyle, most int) []string {
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
