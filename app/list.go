package app

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// listing is the list of transfers: the newest snapshot as a widgets.Model. It
// lives on the UI's goroutine.
type listing struct {
	rows *widgets.SelectList
	act  func(action, []*uploader.Transfer)

	s      *uploader.Snapshot
	chosen filter
	shown  []*uploader.Transfer // those of s that the filter leaves
	places map[uploader.TransferID]int
	high   highWater
}

func newListing(f *ferry, hints *widgets.Hints) *listing {
	l := &listing{act: f.act, s: &uploader.Snapshot{}, high: highWater{}}
	l.rows = widgets.NewSelectList(l, func() fyne.CanvasObject {
		row := widgets.NewRow()
		row.Hints = hints
		return row
	})
	l.rows.OnDelete = f.dropSelected
	l.rows.OnToggle = f.pauseOrResumeSelected
	l.rows.OnActivate = func(id int64) { f.openDetails(uploader.TransferID(id)) }
	l.rows.OnMenu = l.openMenu
	return l
}

// show brings the list to the state of the snapshot.
func (l *listing) show(s *uploader.Snapshot) {
	l.s, l.shown, l.places = s, l.chosen.apply(s.Transfers), placesOf(s)
	l.rows.Refresh()
}

// filter shows some of the transfers from now on, from the top.
func (l *listing) filter(chosen filter) {
	l.chosen = chosen
	l.rows.ClearSelection()
	l.rows.ScrollToTop()
}

// Len is part of widgets.Model.
func (l *listing) Len() int { return len(l.shown) }

// ID is part of widgets.Model.
func (l *listing) ID(i int) int64 { return int64(l.shown[i].ID) }

// Bind is part of widgets.Model.
func (l *listing) Bind(i int, object fyne.CanvasObject) {
	t := l.shown[i]
	row := object.(*widgets.Row)
	row.OnAction = func(name string) { l.choose(t.ID, name) }
	row.SetModel(rowOf(l.s, t, l.places[t.ID], l.high.rise(t, l.s.Sent(t)), time.Now()))
}

// choose does what a row's button says to the transfer as it is now.
func (l *listing) choose(id uploader.TransferID, name string) {
	t := l.s.Transfer(id)
	if t == nil {
		return
	}
	for _, a := range actionsFor(t) {
		if a.String() == name {
			l.act(a, []*uploader.Transfer{t})
		}
	}
}

// activate does the obvious thing to a row that needs a person or is received.
func (l *listing) activate(id uploader.TransferID) {
	if t := l.s.Transfer(id); t != nil && actReveal.allows(t) {
		l.act(actReveal, []*uploader.Transfer{t})
	}
}

// selected are the selected transfers, in the user's order.
func (l *listing) selected() []*uploader.Transfer {
	ids := l.rows.Selected()
	transfers := make([]*uploader.Transfer, 0, len(ids))
	for _, t := range l.shown {
		if len(transfers) < len(ids) && int64(t.ID) == ids[len(transfers)] {
			transfers = append(transfers, t)
		}
	}
	return transfers
}

// openMenu offers what can be done to any of the selected transfers.
func (l *listing) openMenu(at fyne.Position) {
	selected := l.selected()
	if len(selected) == 0 {
		return
	}
	canvas := fyne.CurrentApp().Driver().CanvasForObject(l.rows)
	widget.ShowPopUpMenuAtPosition(l.menu(selected), canvas, at)
}

func (l *listing) menu(selected []*uploader.Transfer) *fyne.Menu {
	menu := fyne.NewMenu("")
	for _, d := range deedsForAll(selected) {
		item := fyne.NewMenuItem(d.label, func() { l.act(d.action, selected) })
		item.Icon = theme.Icon(d.icon)
		menu.Items = append(menu.Items, item)
	}
	return menu
}
