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
	button  *widgets.FloatingButton
	batches []uploader.BatchID // that were not visible yet, in the order in which they were added
}

// newNewRows returns the button, hidden. It covers the list and handles taps on the button
// only.
func newNewRows(tapped func()) *newRows {
	n := &newRows{button: widgets.NewFloatingButton(tapped)}
	n.content = container.New(bottomCentre{}, n.button)
	n.content.Hide()
	return n
}

func (n *newRows) add(batch uploader.BatchID) {
	if !slices.Contains(n.batches, batch) {
		n.batches = append(n.batches, batch)
	}
}

// take returns the batches and forgets them.
func (n *newRows) take() []uploader.BatchID {
	batches := n.batches
	n.batches = nil
	n.content.Hide()
	return batches
}

// show updates the button, given the rows that are not visible. Below is whether they are
// below the visible rows.
func (n *newRows) show(unseen func(uploader.BatchID) bool, below bool) {
	n.batches = slices.DeleteFunc(n.batches, func(id uploader.BatchID) bool { return !unseen(id) })
	draw.SetVisible(n.content, len(n.batches) > 0)
	if len(n.batches) == 0 {
		return
	}
	key := "list.new.above"
	if below {
		key = "list.new.below"
	}
	if text := words.Count(key, len(n.batches)); text != n.button.Text() {
		n.button.SetText(text)
		n.content.Refresh()
	}
}

// bottomCentre is a layout that places objects of their minimum size at the bottom.
type bottomCentre struct{}

func (bottomCentre) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (bottomCentre) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		least := object.MinSize()
		object.Resize(least)
		object.Move(fyne.NewPos(draw.Snap((size.Width-least.Width)/2), size.Height-least.Height-theme.Grid(3)))
	}
}
