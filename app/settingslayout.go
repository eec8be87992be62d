package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/widgets/theme"
)

// settingsLayout puts the sections at the left of the page. Where it is narrow the
// sections are icons alone.
type settingsLayout struct{ nav []*sectionButton }

// narrow is the width under which the sections' names need too much of it, in
// steps of the grid.
const narrow = 135

// MinSize is part of fyne.Layout: the page scrolls.
func (l *settingsLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Grid(70), theme.Grid(50))
}

// Layout is part of fyne.Layout.
func (l *settingsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	nav, upright, page := objects[0], objects[1], objects[2]
	for _, button := range l.nav {
		button.speak(size.Width >= theme.Grid(narrow))
	}
	gap := theme.Grid(3)
	put(nav, 0, 0, nav.MinSize().Width, size.Height)
	x := nav.Size().Width + gap
	put(upright, x, 0, theme.Size(fynetheme.SizeNameSeparatorThickness), size.Height)
	x += gap
	put(page, x, 0, size.Width-x, size.Height)
}

func put(object fyne.CanvasObject, x, y, width, height float32) {
	object.Move(fyne.NewPos(x, y))
	object.Resize(fyne.NewSize(width, height))
}

// flush takes back the space that the toolkit puts around what has words, so that
// these begin and end where everything else does.
func flush(object fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(0, 0, -theme.Grid(2), -theme.Grid(2)), object)
}

// newIndent takes back the space that the toolkit puts before a label, so that
// it stands in line with what has none.
func newIndent(label fyne.CanvasObject, above float32) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(above, -theme.Grid(3), -theme.Grid(2), 0), label)
}
