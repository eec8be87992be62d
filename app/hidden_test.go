package app

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/list"
)

// countingModel counts how often a list is filled with rows.
type countingModel struct {
	*listing
	bound int
}

func (m *countingModel) Bind(i int, row fyne.CanvasObject) {
	m.bound++
	m.listing.Bind(i, row)
}

// counted puts a list into the window that says how often its rows are filled.
func counted(s *stage) *countingModel {
	model := &countingModel{listing: s.window.list}
	rows := list.New(model, func() fyne.CanvasObject { return widgets.NewRow() })
	s.window.list.rows = rows
	rows.Resize(s.window.middle.Size())
	return model
}

func TestTheListIsFilledOnlyWhereItIsSeen(t *testing.T) {
	s := raise(t, newFakeEngine(transfer(1, sending), transfer(2, paused)))
	rows := counted(s)
	s.publish(snapshotOf(transfer(1, sending), transfer(2, paused)))
	if rows.bound == 0 {
		t.Fatal("a window that is open does not fill it")
	}

	s.closeWindow()
	s.until("it is hidden", func() bool { return !s.window.visible })
	rows.bound = 0
	for range 10 {
		s.engine.publish(snapshotOf(transfer(1, paused), transfer(2, paused)))
		s.show(s.snapshot())
	}
	s.until("the tray has what is new", func() bool { return s.tray.shown.status == "2 paused" })
	if rows.bound > 0 {
		t.Errorf("it is filled with %d rows while nobody can see them", rows.bound)
	}

	s.open()
	s.until("it is filled again", func() bool { return rows.bound > 0 })
}
