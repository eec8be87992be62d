package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"github.com/rivo/uniseg"

	"github.com/ferryapp/ferry/widgets/theme"
)

// settingLines is the maximum number of lines of a passage.
const settingLines = 8

// passage is some lines of text.
type passage struct {
	text  string
	size  fyne.ThemeSizeName
	color fyne.ThemeColorName
	lines [settingLines]*label
}

func newPassage(text string, size fyne.ThemeSizeName, color fyne.ThemeColorName) *passage {
	p := &passage{text: text, size: size, color: color}
	for i := range p.lines {
		p.lines[i] = newLabel(size, color)
	}
	return p
}

func (p *passage) set(text string) { p.text = text }

func (p *passage) objects() []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(p.lines))
	for i, line := range p.lines {
		objects[i] = line.text
	}
	return objects
}

func (p *passage) wrapped(width float32) []string {
	if p.text == "" {
		return nil
	}
	return wrap(p.text, width, theme.Size(p.size), fyne.TextStyle{}, settingLines)
}

func (p *passage) heightAt(width float32) float32 {
	return float32(len(p.wrapped(width))) * p.lines[0].height
}

// place puts the lines below each other from y on, and returns where they end.
func (p *passage) place(y, width float32) float32 {
	words := p.wrapped(width)
	for i, line := range p.lines {
		SetVisible(line.text, i < len(words))
		if i < len(words) {
			line.set(words[i], p.color)
			line.place(fyne.NewPos(0, y), width)
			y += line.height
		}
	}
	return y
}

func (p *passage) restyle() {
	for _, line := range p.lines {
		line.restyle()
	}
}

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
