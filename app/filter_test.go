package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// chooseTab chooses a filter.
func chooseTab(s *testWindow, id string) {
	for _, o := range test.LaidOutObjects(s.window.window.Content()) {
		if tabs, ok := o.(*widgets.Tabs); ok {
			tabs.OnSelect(id)
		}
	}
}

func TestFilter(t *testing.T) {
	mixed := func() *apptest.Engine {
		return apptest.NewEngine(apptest.Transfer(1, apptest.Sending), apptest.Transfer(2, apptest.Done), apptest.Transfer(3, apptest.Failed(fault.Refused)), apptest.Transfer(4, apptest.Done))
	}
	shown := func(s *testWindow) []int64 {
		var ids []int64
		for i := range s.window.list.Len() {
			ids = append(ids, s.window.list.ID(i))
		}
		return ids
	}
	t.Run("each is offered with how much is under it", func(t *testing.T) {
		s := startWindow(t, mixed())
		var got []string
		for _, tab := range view.Tabs(s.bridge.Snapshot()) {
			got = append(got, tab.Label+" "+tab.Count)
		}
		if diff := cmp.Diff([]string{"All 4", "Active 1", "Waiting 0", "Needs attention 1", "Done 2"}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a chosen one shows its own, in the user's order", func(t *testing.T) {
		s := startWindow(t, mixed())
		chooseTab(s, "done")
		s.until("it is shown", func() bool { return slices.Equal(shown(s), []int64{2, 4}) })
	})
	t.Run("what is selected is what is shown", func(t *testing.T) {
		s := startWindow(t, mixed())
		s.window.list.Rows.SelectAll()
		chooseTab(s, "trouble")
		s.until("it is shown", func() bool { return slices.Equal(shown(s), []int64{3}) })
		s.window.list.Rows.SelectAll()
		s.key(fyne.KeyF5)
		if diff := cmp.Diff(uploader.Command(uploader.Retry{Target: uploader.TargetTransfers(3)}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
		s.until("nothing is left under it, which is said", func() bool { return s.window.noMatches.Visible() })
		if s.window.empty.Visible() || s.window.list.Rows.Visible() {
			t.Error("something else is said too")
		}
		s.window.setFilter(view.FilterAll)
		s.until("all are back", func() bool { return len(shown(s)) == 4 && !s.window.noMatches.Visible() })
	})
	t.Run("with nothing in the list there is nothing to filter", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		if s.window.filter.Content.Visible() || s.window.noMatches.Visible() {
			t.Error("filters are offered")
		}
	})
	t.Run("a folder in which nothing was found yet is something", func(t *testing.T) {
		looking := apptest.Snapshot()
		looking.Batches[7] = &uploader.Batch{ID: 7, Server: uploader.BuiltinServer, Roots: []string{"/home/ada/Iceland"}}
		s := startWindow(t, apptest.NewEngineAt(looking))
		if !s.window.filter.Content.Visible() || s.window.list.Len() != 1 {
			t.Errorf("of %d rows", s.window.list.Len())
		}
	})
	t.Run("what was taken off the list is nothing", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
		s.window.list.Rows.SelectAll()
		s.key(fyne.KeyDelete)
		s.until("the filters go with it", func() bool { return s.window.list.Len() == 0 && !s.window.filter.Content.Visible() })
	})
	t.Run("a note about trouble opens what needs a person", func(t *testing.T) {
		s := startWindow(t, mixed())
		s.visibility.hide()
		s.notifications.openAt(view.NoteTrouble)
		s.until("it is shown", func() bool { return s.window.visible && slices.Equal(shown(s), []int64{3}) })
	})
}

func TestSearch(t *testing.T) {
	raise := func(t *testing.T) *testWindow {
		s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
		s.window.find()
		return s
	}
	listed := func(s *testWindow) string {
		var b strings.Builder
		for i := range s.window.list.Len() {
			if s.window.list.Parent(i) >= 0 {
				b.WriteString("  ")
			}
			fmt.Fprintf(&b, "%d\n", s.window.list.ID(i))
		}
		return b.String()
	}
	t.Run("what is typed is looked for at once", func(t *testing.T) {
		s := raise(t)
		test.Type(s.window.filter.Field, "Two")
		s.until("it is found", func() bool { return listed(s) == "-7\n  2\n" })
	})
	t.Run("nothing found is said, and cleared with the button", func(t *testing.T) {
		s := raise(t)
		test.Type(s.window.filter.Field, "xyz")
		s.until("it is said", func() bool { return s.window.noMatches.Visible() })
		if s.window.empty.Visible() || s.window.list.Rows.Visible() || s.window.noMatchesModel.Title != "No results" {
			t.Errorf("says %+v", s.window.noMatchesModel)
		}
		s.window.noMatches.OnTapped()
		s.until("all is back", func() bool { return s.window.list.Rows.Visible() && s.window.list.Len() == 3 })
	})
	t.Run("under a filter it says so", func(t *testing.T) {
		s := raise(t)
		s.window.setFilter(view.FilterDone)
		test.Type(s.window.filter.Field, "film")
		s.until("it is said", func() bool { return strings.Contains(s.window.noMatchesModel.Hint, "“Done”") })
	})
	t.Run("Escape clears it and goes to the list", func(t *testing.T) {
		s := raise(t)
		field := s.window.filter.Field
		test.Type(field, "two")
		field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		s.until("all is back", func() bool { return s.window.list.Len() == 3 })
		if field.Text != "" || s.window.window.Canvas().Focused() != s.window.list.Rows {
			t.Error("the keyboard stays in the field")
		}
	})
	t.Run("Enter goes to what was found", func(t *testing.T) {
		s := raise(t)
		test.Type(s.window.filter.Field, "two")
		s.window.filter.Field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		if s.window.window.Canvas().Focused() != s.window.list.Rows || s.window.filter.Field.Text != "two" {
			t.Error("the keyboard stays in the field")
		}
	})
}

func TestBatchRows(t *testing.T) {
	raise := func(t *testing.T) *testWindow { return startWindow(t, apptest.NewEngineAt(apptest.Folders())) }
	t.Run("its row sums up its files", func(t *testing.T) {
		s := raise(t)
		row := s.window.list.Row(0)
		if row.Name != "Iceland" || row.Status != "1 of 3 files · This computer" || row.Size != "4.0 of 12.0 GB" || row.Fold == 0 {
			t.Errorf("says %+v", row)
		}
	})
	t.Run("it opens, and its files are called by their paths in it", func(t *testing.T) {
		s := raise(t)
		s.window.list.Activate(s.window.list.ID(0))
		if row := s.window.list.Row(1); row.Name != "one.raw" || row.Depth != 1 {
			t.Errorf("says %+v", row)
		}
	})
	t.Run("one that needs a person says how many do", func(t *testing.T) {
		s := raise(t)
		next := apptest.Folders()
		next.Transfers[0] = apptest.Transfer(1, apptest.InFolder(7, "Iceland/one.raw"), apptest.Failed(fault.Refused))
		s.publish(next)
		if row := s.window.list.Row(0); row.Status != "1 needs attention · 0 of 3 files · This computer" || row.Tone != theme.Error {
			t.Errorf("says %+v", row)
		}
	})
	t.Run("what is done to it is done to all of it", func(t *testing.T) {
		s := raise(t)
		s.window.list.Do(-7, "pause")
		if diff := cmp.Diff(uploader.Command(uploader.Pause{Target: uploader.Target{Batch: 7}}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a batch and its files are selected once", func(t *testing.T) {
		s := raise(t)
		s.window.list.Activate(-7)
		s.window.list.Rows.SelectAll()
		got := s.window.list.Selected()
		if len(got.All) != 6 || len(got.Transfers) != 1 || !slices.Equal(got.Batches, []uploader.BatchID{7, 8}) {
			t.Errorf("selected %+v", got)
		}
	})
	t.Run("a finished one is taken off the list whole, and comes back", func(t *testing.T) {
		s := raise(t)
		s.window.list.Do(-8, "remove")
		s.until("it is gone", func() bool { return s.window.list.Len() == 2 })
		s.removals.restore()
		s.until("it is back", func() bool { return s.window.list.Len() == 3 })
	})
}
