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
		t.Fatal("rows of a visible window are not bound")
	}

	s.quitter.closeWindow()
	s.until("window is hidden", func() bool { return !s.window.visible })
	rows.bound = 0
	for range 10 {
		s.engine.Publish(apptest.Snapshot(apptest.Transfer(1, apptest.Paused), apptest.Transfer(2, apptest.Paused)))
		s.show(s.bridge.Snapshot())
	}
	s.until("tray shows the newest snapshot", func() bool { return slices.Contains(apptest.Labels(s.toolkit.menu), "2 paused") })
	if rows.bound > 0 {
		t.Errorf("%d rows are bound while the window is hidden", rows.bound)
	}

	s.visibility.open()
	s.until("rows are bound", func() bool { return rows.bound > 0 })
}
