package draw

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/ferryapp/ferry/widgets/theme"
)

// Label is one line of text that shortens itself to the room it has, and
// remembers how, since measuring is what costs.
type Label struct {
	Object   *canvas.Text
	Shorten  func(text string, width, size float32, style fyne.TextStyle) string
	FullText string
	Color    fyne.ThemeColorName
	size     fyne.ThemeSizeName

	room   float32 // that the text was last shortened to; below zero when it was not
	Height float32 // of a line of Latin text, which all lines are set like
	rise   float32 // how much higher this text reaches above the common baseline
	drawn  float32 // how high this text is
}

func NewLabel(size fyne.ThemeSizeName, color fyne.ThemeColorName) *Label {
	l := &Label{Object: canvas.NewText("", theme.Color(color)), Shorten: EllipsisEnd, Color: color, size: size, room: -1}
	l.Restyle()
	return l
}

// Set changes what is said and in which colour. It shows when the label is put
// in its place.
func (l *Label) Set(text string, color fyne.ThemeColorName) {
	if text != l.FullText {
		l.FullText, l.room = text, -1
	}
	if color != l.Color {
		l.Color = color
		l.Object.Color = theme.Color(color)
		l.Object.Refresh()
	}
}

// Restyle takes colour and size from the theme again.
func (l *Label) Restyle() {
	l.Object.Color = theme.Color(l.Color)
	l.Object.TextSize = theme.Size(l.size)
	l.Height, _ = l.measure("Ag")
	l.room = -1
}

// Place puts the label on a line that begins at a place and is as high as Latin
// Text, shortened to a width. Scripts that are higher reach out of the line, with
// their baseline where Latin text has it.
func (l *Label) Place(at fyne.Position, width float32) {
	l.Fit(width)
	l.Object.Resize(fyne.NewSize(width, l.drawn))
	l.Object.Move(at.SubtractXY(0, l.rise))
}

func (l *Label) Fit(width float32) {
	if width == l.room {
		return
	}
	l.room = width
	fitted := l.Shorten(l.FullText, width, l.Object.TextSize, l.Object.TextStyle)
	drawn, baseline := l.measure(fitted)
	_, common := l.measure("Ag")
	l.drawn, l.rise = drawn, baseline-common
	if fitted != l.Object.Text {
		l.Object.Text = fitted
		l.Object.Refresh()
	}
}

// measure returns the height of a text and how far below its top it stands.
func (l *Label) measure(text string) (height, baseline float32) {
	size, baseline := fyne.CurrentApp().Driver().RenderedTextSize(text, l.Object.TextSize, l.Object.TextStyle, nil)
	return size.Height, baseline
}
