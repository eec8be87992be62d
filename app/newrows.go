package app

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// newRows is a button above the list that scrolls to what another program added. It is shown
// instead of scrolling at once, while the list keeps a row at its place.
type newRows struct {
	content *fyne.Container
	layout  *newRowsLayout
	button  *widgets.FloatingButton
	batches []uploader.BatchID // that were not visible yet, in the order in which they were added
}

// newNewRows returns the button, hidden. It covers the list and handles taps on the button
// only.
func newNewRows(tapped func()) *newRows {
	n := &newRows{button: widgets.NewFloatingButton(tapped), layout: &newRowsLayout{}}
	n.content = container.New(n.layout, n.button)
	n.setVisible(false)
	return n
}

func (n *newRows) add(batch uploader.BatchID) {
	if !slices.Contains(n.batches, batch) {
		n.batches = append(n.batches, batch)
	}
}

// setVisible shows or hides the button. While it is hidden, its keys are those of the window.
func (n *newRows) setVisible(visible bool) {
	draw.SetVisible(n.button, visible)
	draw.SetVisible(n.content, visible)
}

// take returns the batches and forgets them.
func (n *newRows) take() []uploader.BatchID {
	batches := n.batches
	n.batches = nil
	n.setVisible(false)
	return batches
}

// newRowsPlace is where the rows are that a newRows offers.
type newRowsPlace string

// The places, which are suffixes of keys of texts.
const (
	newRowsAbove  newRowsPlace = "above" // the visible rows
	newRowsBelow  newRowsPlace = "below"
	newRowsHidden newRowsPlace = "hidden" // by the filter or the search
)

// show updates the button, given the rows that are not visible and where the first of them is.
func (n *newRows) show(unseen func(uploader.BatchID) bool, place newRowsPlace) {
	n.batches = slices.DeleteFunc(n.batches, func(id uploader.BatchID) bool { return !unseen(id) })
	n.setVisible(len(n.batches) > 0)
	if len(n.batches) == 0 {
		return
	}
	if text := words.Count("list.new."+string(place), len(n.batches)); text != n.button.Text() {
		n.layout.below = place == newRowsBelow
		n.button.SetText(text)
		n.content.Refresh()
	}
}

// newRowsLayout places the button in the middle of the edge of the list at which the rows are.
type newRowsLayout struct{ below bool }

// The distances of the button from the upper and the lower edge of the list, in grid steps. At the
// lower one there is room for a message, see [widgets.Toasts].
const (
	newRowsTop    = 3
	newRowsBottom = 18
)

// MinSize is part of fyne.Layout.
func (*newRowsLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// Layout is part of fyne.Layout.
func (l *newRowsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		least := object.MinSize()
		object.Resize(least)
		y := theme.Grid(newRowsTop)
		if l.below {
			y = max(y, size.Height-least.Height-theme.Grid(newRowsBottom))
		}
		object.Move(fyne.NewPos(draw.Snap((size.Width-least.Width)/2), y))
	}
}
