package app

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

// pointAt moves the pointer to the row at a line of the window.
func (s *testWindow) pointAt(line int) {
	e := &desktop.MouseEvent{}
	e.Position = fyne.NewPos(100, (float32(line)+0.5)*theme.Size(theme.SizeRow))
	s.window.list.Rows.MouseMoved(e)
}

// marked returns the IDs of the marked rows.
func (s *testWindow) marked() []int64 {
	var ids []int64
	for i := range s.window.list.Len() {
		if s.window.list.Row(i).Marked {
			ids = append(ids, s.window.list.ID(i))
		}
	}
	return ids
}

// TestRestoredRowsAreVisibleAndMarked removes rows with the keyboard and restores them, while
// the pointer rests on another row.
func TestRestoredRowsAreVisibleAndMarked(t *testing.T) {
	for _, c := range []struct {
		name string
		all  int // number of rows
		line int // where the pointer rests
	}{
		{"all rows fit", 4, 2},
		{"more rows than fit", 100, 3},
		{"pointer is not over the list", 100, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			transfers := make([]*uploader.Transfer, c.all)
			for i := range transfers {
				transfers[i] = apptest.Transfer(uploader.TransferID(i + 1))
			}
			s := startWindow(t, apptest.NewEngine(transfers...))
			s.window.focusList()
			if c.line >= 0 {
				s.pointAt(c.line)
			}
			s.window.list.Rows.Select(1, 2)
			s.key(fyne.KeyDelete)
			s.until("rows are hidden", func() bool { return s.window.list.Len() == c.all-2 })
			s.window.list.Rows.Select(3)
			s.keys.typedChord(&fyne.ShortcutUndo{})
			s.until("rows are marked", func() bool { return slices.Equal(s.marked(), []int64{1, 2}) })
			if got := s.window.list.Rows.ScrollOffset(); got != 0 {
				t.Errorf("scrolled by %g rows", got)
			}
		})
	}
}

func TestRestoredBatchIsVisibleAndMarked(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
	s.window.list.Rows.Select(-7)
	s.actions.removeSelected()
	s.until("batch is hidden", func() bool { return !s.window.list.Rows.Has(-7) })
	s.removals.undo()
	s.until("batch is marked", func() bool { return slices.Equal(s.marked(), []int64{-7}) })
}
