package app

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/transferlist"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/list"
)

// countingModel counts how often rows are bound.
type countingModel struct {
	*transferlist.List
	bound int
}

func (m *countingModel) Bind(i int, row fyne.CanvasObject) {
	m.bound++
	m.List.Bind(i, row)
}

// countBinds replaces the list by one that counts how often its rows are bound.
func countBinds(s *testWindow) *countingModel {
	model := &countingModel{List: s.window.list}
	rows := list.New(model, func() fyne.CanvasObject { return widgets.NewRow() })
	s.window.list.Rows = rows
	rows.Resize(s.window.middle.Size())
	return model
}

func TestHiddenListIsNotBound(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending), apptest.Transfer(2, apptest.Paused)))
	rows := countBinds(s)
	s.publish(apptest.Snapshot(apptest.Transfer(1, apptest.Sending), apptest.Transfer(2, apptest.Paused)))
	if rows.bound == 0 {
		t.Fatal("a window that is open does not fill it")
	}

	s.quitter.closeWindow()
	s.until("it is hidden", func() bool { return !s.window.visible })
	rows.bound = 0
	for range 10 {
		s.engine.Publish(apptest.Snapshot(apptest.Transfer(1, apptest.Paused), apptest.Transfer(2, apptest.Paused)))
		s.show(s.bridge.Snapshot())
	}
	s.until("the tray has what is new", func() bool { return slices.Contains(apptest.Labels(s.toolkit.menu), "2 paused") })
	if rows.bound > 0 {
		t.Errorf("it is filled with %d rows while nobody can see them", rows.bound)
	}

	s.visibility.open()
	s.until("it is filled again", func() bool { return rows.bound > 0 })
}
