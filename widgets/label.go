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

	room float32 // that the text was last shortened to; below zero when it was not
}

func newLabel(size fyne.ThemeSizeName, color fyne.ThemeColorName) *label {
	l := &label{text: canvas.NewText("", theme.Color(color)), shorten: EllipsisEnd, color: color, size: size, room: -1}
	l.text.TextSize = theme.Size(size)
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
	l.room = -1
}

// place puts the label into a rectangle, shortened to its width.
func (l *label) place(at fyne.Position, room fyne.Size) {
	l.fit(room.Width)
	l.text.Resize(room)
	l.text.Move(at)
}

func (l *label) fit(width float32) {
	if width == l.room {
		return
	}
	l.room = width
	fitted := l.shorten(l.whole, width, l.text.TextSize, l.text.TextStyle)
	if fitted != l.text.Text {
		l.text.Text = fitted
		l.text.Refresh()
	}
}

func (l *label) height() float32 { return lineHeight(l.text.TextSize) }

// lineHeight is how high a line of text of a size is.
func lineHeight(size float32) float32 {
	return fyne.MeasureText("Ag", size, fyne.TextStyle{}).Height
}
