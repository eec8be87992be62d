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

// Outdent removes the padding that the toolkit adds around a label or check box, so that its text
// is aligned with other objects.
func Outdent(object fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(0, 0, -theme.Grid(2), -theme.Grid(2)), object)
}

// Indent removes the padding that the toolkit adds before and below a label, so that it is
// aligned with objects that have none. Above is its padding above.
func Indent(label fyne.CanvasObject, above float32) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(above, -theme.Grid(3), -theme.Grid(2), 0), label)
}

// SetVisible shows or hides objects.
func SetVisible(visible bool, objects ...fyne.CanvasObject) {
	for _, object := range objects {
		draw.SetVisible(object, visible)
	}
}

// SetText makes text in a tone the content of a paragraph.
func SetText(paragraph *widget.RichText, text string, tone theme.Tone) {
	style := widget.RichTextStyleParagraph
	style.ColorName = tone.Color()
	paragraph.Segments = []widget.RichTextSegment{&widget.TextSegment{Text: text, Style: style}}
	paragraph.Refresh()
}
