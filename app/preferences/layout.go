package preferences

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/widgets/theme"
)

// dialogLayout places the sections at the left of the page. In a narrow window they are
// only icons.
type dialogLayout struct{ nav []*sectionButton }

// narrowWidth is the width below which the sections are only icons, in steps of the
// grid.
const narrowWidth = 135

// MinSize is part of fyne.Layout: the page scrolls.
func (l *dialogLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Grid(70), theme.Grid(50))
}

// Layout is part of fyne.Layout.
func (l *dialogLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	nav, upright, page := objects[0], objects[1], objects[2]
	for _, button := range l.nav {
		button.showLabel(size.Width >= theme.Grid(narrowWidth))
	}
	gap := theme.Grid(3)
	form.Place(nav, 0, 0, nav.MinSize().Width, size.Height)
	x := nav.Size().Width + gap
	form.Place(upright, x, 0, theme.Size(fynetheme.SizeNameSeparatorThickness), size.Height)
	x += gap
	form.Place(page, x, 0, size.Width-x, size.Height)
}
