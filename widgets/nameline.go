package widgets

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// NameLine is a name in bold on one line, of which both ends remain where it is too long. It has the
// size and padding of a label of the toolkit.
type NameLine struct {
	widget.BaseWidget
	name *draw.Label
}

// NewNameLine returns a line without a name.
func NewNameLine() *NameLine {
	n := &NameLine{name: draw.NewLabel(draw.SizeText, theme.ColorText)}
	n.name.Object.TextStyle.Bold = true
	n.name.Shorten = draw.EllipsisMiddle
	n.ExtendBaseWidget(n)
	return n
}

// Text returns the whole name.
func (n *NameLine) Text() string { return n.name.FullText }

// SetText changes the name.
func (n *NameLine) SetText(name string) {
	if name != n.name.FullText {
		n.name.Set(name, theme.ColorText)
		n.Refresh()
	}
}

// MinSize implements [fyne.CanvasObject]. It has room for the ellipsis only.
func (n *NameLine) MinSize() fyne.Size {
	padding := 2 * theme.Size(fynetheme.SizeNameInnerPadding)
	return fyne.NewSize(padding+theme.Grid(4), padding+n.name.Height)
}

// CreateRenderer implements [fyne.Widget].
func (n *NameLine) CreateRenderer() fyne.WidgetRenderer {
	return draw.NewRenderer(draw.Renderer{
		Content: []fyne.CanvasObject{n.name.Object}, Arrange: n.arrange, Minimum: n.MinSize, Repaint: n.name.Restyle, Widget: n,
	})
}

func (n *NameLine) arrange(size fyne.Size) {
	padding := theme.Size(fynetheme.SizeNameInnerPadding)
	n.name.Place(fyne.NewPos(padding, padding), max(size.Width-2*padding, 0))
}
