package draw

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/ferryapp/ferry/widgets/theme"
)

// Label is one line of text that is shortened to the available width. The result
// is cached, because measuring text is slow.
type Label struct {
	Object   *canvas.Text // shows the shortened text, in the order of Visual
	Shorten  func(text string, width, size float32, style fyne.TextStyle) string
	FullText string              // changed by Set only
	Color    fyne.ThemeColorName // changed by Set only
	Height   float32             // of a line of Latin text, used for all scripts

	size       fyne.ThemeSizeName
	fitWidth   float32 // the width that Object's text was shortened to; negative if outdated
	textHeight float32 // of Object's text
	ascent     float32 // how far Object's text extends above the top of Latin text
	shortened  bool    // Object shows a part of FullText
}

// NewLabel returns an empty label that is shortened at its end.
func NewLabel(size fyne.ThemeSizeName, color fyne.ThemeColorName) *Label {
	l := &Label{Object: canvas.NewText("", theme.Color(color)), Shorten: EllipsisEnd, Color: color, size: size, fitWidth: -1}
	l.Restyle()
	return l
}

// Set changes text and colour. The text is drawn by the next call of Place.
func (l *Label) Set(text string, color fyne.ThemeColorName) {
	if text != l.FullText {
		l.FullText, l.fitWidth = text, -1
	}
	if color != l.Color {
		l.Color = color
		l.Object.Color = theme.Color(color)
		l.Object.Refresh()
	}
}

// Restyle applies colour and size of the current theme.
func (l *Label) Restyle() {
	l.Object.Color = theme.Color(l.Color)
	l.Object.TextSize = theme.Size(l.size)
	l.Height, _ = l.measure("Ag")
	l.fitWidth = -1
}

// Place moves the label to a position and shortens it to a width. Its baseline is
// that of Latin text of the label's Height; taller scripts extend beyond the line.
func (l *Label) Place(at fyne.Position, width float32) {
	l.Fit(width)
	l.Object.Resize(fyne.NewSize(width, l.textHeight))
	l.Object.Move(at.SubtractXY(0, l.ascent))
}

// Fit shortens the label to a width without moving it.
func (l *Label) Fit(width float32) {
	if width == l.fitWidth {
		return
	}
	l.fitWidth = width
	text := l.Shorten(l.FullText, width, l.Object.TextSize, l.Object.TextStyle)
	l.shortened = text != l.FullText
	height, baseline := l.measure(text)
	_, latinBaseline := l.measure("Ag")
	l.textHeight, l.ascent = height, baseline-latinBaseline+lowered(text, l.Object.TextSize, l.Object.TextStyle)
	if text = Visual(text); text != l.Object.Text {
		l.Object.Text = text
		l.Object.Refresh()
	}
}

// Shortened reports whether only a part of FullText is shown.
func (l *Label) Shortened() bool { return l.shortened }

// measure returns the height of a text and the distance of its baseline from the top.
func (l *Label) measure(text string) (height, baseline float32) {
	size, baseline := fyne.CurrentApp().Driver().RenderedTextSize(text, l.Object.TextSize, l.Object.TextStyle, nil)
	return size.Height, baseline
}
