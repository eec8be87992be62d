package app

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

// listing is the list of transfers. It lives on the UI's goroutine.
type listing struct {
	content fyne.CanvasObject
	rows    *widget.List
	act     func(action, []*uploader.Transfer)

	s      *uploader.Snapshot
	places map[uploader.TransferID]int
	high   highWater
	chosen map[uploader.TransferID]bool
}

func newListing(f *ferry) *listing {
	l := &listing{act: f.act, s: &uploader.Snapshot{}, high: highWater{}, chosen: map[uploader.TransferID]bool{}}
	l.rows = widget.NewList(func() int { return len(l.s.Transfers) }, newRow, l.fill)
	l.content = l.rows
	return l
}

func (l *listing) show(s *uploader.Snapshot) {
	l.s, l.places = s, placesOf(s)
	l.rows.Refresh()
}

func newRow() fyne.CanvasObject {
	return container.NewBorder(nil, nil, nil, container.NewHBox(), container.NewVBox(widget.NewLabel(""), widget.NewLabel(""), widget.NewProgressBar()))
}

func (l *listing) fill(i int, o fyne.CanvasObject) {
	t := l.s.Transfers[i]
	box := o.(*fyne.Container)
	lines := box.Objects[0].(*fyne.Container).Objects
	lines[0].(*widget.Label).SetText(nameOf(t))
	lines[1].(*widget.Label).SetText(stateText(l.s, t, l.places, time.Now()))
	lines[2].(*widget.ProgressBar).SetValue(progressOf(l.s, t, l.high.rise(t, l.s.Sent(t))).sent)
	buttons := box.Objects[1].(*fyne.Container)
	buttons.RemoveAll()
	for _, d := range deedsFor(t) {
		buttons.Add(widget.NewButtonWithIcon("", theme.Icon(d.icon), func() { l.act(d.action, []*uploader.Transfer{t}) }))
	}
}

func (l *listing) selected() []*uploader.Transfer {
	var out []*uploader.Transfer
	for _, t := range l.s.Transfers {
		if l.chosen[t.ID] {
			out = append(out, t)
		}
	}
	return out
}

func (l *listing) selectAll() {
	for _, t := range l.s.Transfers {
		l.chosen[t.ID] = true
	}
}
