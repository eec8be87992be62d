package form

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Place moves and resizes an object.
func Place(object fyne.CanvasObject, x, y, width, height float32) {
	object.Move(fyne.NewPos(x, y))
	object.Resize(fyne.NewSize(width, height))
}

// outdent removes the padding that the toolkit adds around texts, so that they are
// aligned with other objects.
func outdent(object fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(0, 0, -theme.Grid(2), -theme.Grid(2)), object)
}

// Indent removes the padding that the toolkit adds before a label, so that it is aligned
// with objects that have none.
func Indent(label fyne.CanvasObject, above float32) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(above, -theme.Grid(3), -theme.Grid(2), 0), label)
}

// SetVisible shows or hides objects.
func SetVisible(visible bool, objects ...fyne.CanvasObject) {
	for _, object := range objects {
		draw.SetVisible(object, visible)
	}
}

// SetText sets a paragraph of text in a tone.
func SetText(in *widget.RichText, text string, tone theme.Tone) {
	style := widget.RichTextStyleParagraph
	style.ColorName = tone.Color()
	in.Segments = []widget.RichTextSegment{&widget.TextSegment{Text: text, Style: style}}
	in.Refresh()
}
