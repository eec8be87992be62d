package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/ferryapp/ferry/widgets/theme"
)

// label is one line of text that shortens itself to the room it has, and
// remembers how, since measuring is what costs.
type label struct {
	text    *canvas.Text
	shorten func(text string, width, size float32, style fyne.TextStyle) string
	whole   string
	color   fyne.ThemeColorName
	size    fyne.ThemeSizeName

	room   float32 // that the text was last shortened to; below zero when it was not
	height float32 // of a line of Latin text, which all lines are set like
	rise   float32 // how much higher this text reaches above the common baseline
	drawn  float32 // how high this text is
}

func newLabel(size fyne.ThemeSizeName, color fyne.ThemeColorName) *label {
	l := &label{text: canvas.NewText("", theme.Color(color)), shorten: EllipsisEnd, color: color, size: size, room: -1}
	l.restyle()
	return l
}

// set changes what is said and in which colour. It shows when the label is put
// in its place.
func (l *label) set(text string, color fyne.ThemeColorName) {
	if text != l.whole {
		l.whole, l.room = text, -1
	}
	if color != l.color {
		l.color = color
		l.text.Color = theme.Color(color)
		l.text.Refresh()
	}
}

// restyle takes colour and size from the theme again.
func (l *label) restyle() {
	l.text.Color = theme.Color(l.color)
	l.text.TextSize = theme.Size(l.size)
	l.height, _ = l.measure("Ag")
	l.room = -1
}

// place puts the label on a line that begins at a place and is as high as Latin
// text, shortened to a width. Scripts that are higher reach out of the line, with
// their baseline where Latin text has it.
func (l *label) place(at fyne.Position, width float32) {
	l.fit(width)
	l.text.Resize(fyne.NewSize(width, l.drawn))
	l.text.Move(at.SubtractXY(0, l.rise))
}

func (l *label) fit(width float32) {
	if width == l.room {
		return
	}
	l.room = width
	fitted := l.shorten(l.whole, width, l.text.TextSize, l.text.TextStyle)
	drawn, baseline := l.measure(fitted)
	_, common := l.measure("Ag")
	l.drawn, l.rise = drawn, baseline-common
	if fitted != l.text.Text {
		l.text.Text = fitted
		l.text.Refresh()
	}
}

// measure returns the height of a text and how far below its top it stands.
func (l *label) measure(text string) (height, baseline float32) {
	size, baseline := fyne.CurrentApp().Driver().RenderedTextSize(text, l.text.TextSize, l.text.TextStyle, nil)
	return size.Height, baseline
}
