package preferences

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/widgets/theme"
)

// dialogLayout places the section buttons at the left of the page. In a narrow window, a
// drop-down list of the sections is above the page instead.
type dialogLayout struct{ buttons, separator, list, page fyne.CanvasObject }

// narrowWidth is the width, in grid steps, below which the sections are a drop-down list.
const narrowWidth = 135

// MinSize implements fyne.Layout. It is small, because the page scrolls.
func (l *dialogLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Grid(70), theme.Grid(50))
}

// Layout implements fyne.Layout.
func (l *dialogLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	narrow := size.Width < theme.Grid(narrowWidth)
	form.SetVisible(!narrow, l.buttons, l.separator)
	form.SetVisible(narrow, l.list)
	gap := theme.Grid(3)
	if narrow {
		height := l.list.MinSize().Height
		form.Place(l.list, 0, 0, size.Width, height)
		form.Place(l.page, 0, height+gap, size.Width, size.Height-height-gap)
		return
	}
	form.Place(l.buttons, 0, 0, l.buttons.MinSize().Width, size.Height)
	x := l.buttons.Size().Width + gap
	form.Place(l.separator, x, 0, theme.Size(fynetheme.SizeNameSeparatorThickness), size.Height)
	x += gap
	form.Place(l.page, x, 0, size.Width-x, size.Height)
}
