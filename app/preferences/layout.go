package preferences

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/widgets/theme"
)

// dialogLayout places the section buttons at the left of the page. In a narrow window they
// have only icons.
type dialogLayout struct{ nav []*sectionButton }

// narrowWidth is the width, in grid steps, below which the section buttons have only icons.
const narrowWidth = 135

// MinSize implements fyne.Layout. It is small, because the page scrolls.
func (l *dialogLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Grid(70), theme.Grid(50))
}

// Layout implements fyne.Layout.
func (l *dialogLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	nav, separator, page := objects[0], objects[1], objects[2]
	for _, button := range l.nav {
		button.showLabel(size.Width >= theme.Grid(narrowWidth))
	}
	gap := theme.Grid(3)
	form.Place(nav, 0, 0, nav.MinSize().Width, size.Height)
	x := nav.Size().Width + gap
	form.Place(separator, x, 0, theme.Size(fynetheme.SizeNameSeparatorThickness), size.Height)
	x += gap
	form.Place(page, x, 0, size.Width-x, size.Height)
}
