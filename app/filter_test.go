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

// chooseTab selects the tab of a filter.
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
	rowIDs := func(s *testWindow) []int64 {
		var ids []int64
		for i := range s.window.list.Len() {
			ids = append(ids, s.window.list.ID(i))
		}
		return ids
	}
	t.Run("tabs show the number of transfers", func(t *testing.T) {
		s := startWindow(t, mixed())
		var got []string
		for _, tab := range s.window.list.Tabs() {
			got = append(got, tab.Label+" "+tab.Count)
		}
		if diff := cmp.Diff([]string{"All 4", "Active 1", "Waiting 0", "Needs attention 1", "Done 2"}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("filter shows its transfers in list order", func(t *testing.T) {
		s := startWindow(t, mixed())
		chooseTab(s, "done")
		s.until("rows are shown", func() bool { return slices.Equal(rowIDs(s), []int64{2, 4}) })
	})
	t.Run("select all selects only filtered rows", func(t *testing.T) {
		s := startWindow(t, mixed())
		s.window.list.Rows.SelectAll()
		chooseTab(s, "trouble")
		s.until("rows are shown", func() bool { return slices.Equal(rowIDs(s), []int64{3}) })
		s.window.list.Rows.SelectAll()
		s.key(fyne.KeyF5)
		s.wantCommand(1, uploader.Retry{Target: uploader.TargetTransfers(3)})
		s.until("empty filter shows a message", func() bool { return s.window.noMatches.Visible() })
		if s.window.empty.Visible() || s.window.list.Rows.Visible() {
			t.Error("list or empty state is visible too")
		}
		s.window.setFilter(view.FilterAll)
		s.until("all rows are shown", func() bool { return len(rowIDs(s)) == 4 && !s.window.noMatches.Visible() })
	})
	t.Run("filter bar is hidden for an empty list", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		if s.window.filter.Content.Visible() || s.window.noMatches.Visible() {
			t.Error("filter bar is visible")
		}
	})
	t.Run("filter bar is visible for a batch without files", func(t *testing.T) {
		scanning := apptest.Snapshot()
		scanning.Batches[7] = &uploader.Batch{ID: 7, Server: uploader.BuiltinServer, Roots: []string{"/home/ada/Iceland"}}
		s := startWindow(t, apptest.NewEngineAt(scanning))
		if !s.window.filter.Content.Visible() || s.window.list.Len() != 1 {
			t.Errorf("%d rows, filter bar hidden or no row", s.window.list.Len())
		}
	})
	t.Run("filter bar is hidden after removing all rows", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
		s.window.list.Rows.SelectAll()
		s.key(fyne.KeyDelete)
		s.until("list is empty and filter bar is hidden", func() bool { return s.window.list.Len() == 0 && !s.window.filter.Content.Visible() })
	})
	t.Run("notification about faults opens the attention filter", func(t *testing.T) {
		s := startWindow(t, mixed())
		s.visibility.hide()
		s.notifications.openAt(view.NoteAttention)
		s.until("window shows the filter", func() bool { return s.window.visible && slices.Equal(rowIDs(s), []int64{3}) })
	})
}

func TestSearch(t *testing.T) {
	start := func(t *testing.T) *testWindow {
		s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
		s.window.find()
		return s
	}
	outline := func(s *testWindow) string {
		var b strings.Builder
		for i := range s.window.list.Len() {
			if s.window.list.Parent(i) >= 0 {
				b.WriteString("  ")
			}
			fmt.Fprintf(&b, "%d\n", s.window.list.ID(i))
		}
		return b.String()
	}
	t.Run("search applies while typing", func(t *testing.T) {
		s := start(t)
		test.Type(s.window.filter.Field, "Two")
		s.until("match is shown", func() bool { return outline(s) == "-7\n  2\n" })
	})
	t.Run("no results shows a message with a button to clear the search", func(t *testing.T) {
		s := start(t)
		test.Type(s.window.filter.Field, "xyz")
		s.until("message is shown", func() bool { return s.window.noMatches.Visible() })
		if s.window.empty.Visible() || s.window.list.Rows.Visible() || s.window.noMatchesModel.Title != "No results" {
			t.Errorf("message is %+v", s.window.noMatchesModel)
		}
		s.window.noMatches.OnTapped()
		s.until("all rows are shown", func() bool { return s.window.list.Rows.Visible() && s.window.list.Len() == 3 })
	})
	underFilter := func(t *testing.T) *testWindow {
		s := start(t)
		s.window.setFilter(view.FilterDone)
		test.Type(s.window.filter.Field, "two")
		s.until("message names the filter", func() bool { return strings.Contains(s.window.noMatchesModel.Hint, "“Done”") })
		return s
	}
	t.Run("no results under a filter shows a button to search all uploads", func(t *testing.T) {
		s := underFilter(t)
		s.window.noMatches.OnTapped()
		s.until("match is shown", func() bool { return outline(s) == "-7\n  2\n" })
		if s.window.filter.Chosen != view.FilterAll || s.window.filter.Field.Text != "two" {
			t.Errorf("filter %v, search %q", s.window.filter.Chosen, s.window.filter.Field.Text)
		}
	})
	t.Run("no results under a filter shows a button to clear the search", func(t *testing.T) {
		s := underFilter(t)
		s.window.noMatches.OnSecondTapped()
		s.until("rows under the filter are shown", func() bool { return s.window.list.Rows.Visible() })
		if s.window.filter.Chosen != view.FilterDone || s.window.filter.Field.Text != "" {
			t.Errorf("filter %v, search %q", s.window.filter.Chosen, s.window.filter.Field.Text)
		}
	})
	t.Run("Escape clears the search and focuses the list", func(t *testing.T) {
		s := start(t)
		field := s.window.filter.Field
		test.Type(field, "two")
		field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		s.until("all rows are shown", func() bool { return s.window.list.Len() == 3 })
		if field.Text != "" || s.window.window.Canvas().Focused() != s.window.list.Rows {
			t.Error("search field keeps the focus or its text is wrong")
		}
	})
	t.Run("Escape keeps the selected row, and shows it", func(t *testing.T) {
		transfers := make([]*uploader.Transfer, 60)
		for i := range transfers {
			transfers[i] = apptest.Transfer(uploader.TransferID(i+1), apptest.WithPath(fmt.Sprintf("/x/take %d.mov", i+1)))
		}
		s := startWindow(t, apptest.NewEngine(transfers...))
		s.window.find()
		field := s.window.filter.Field
		test.Type(field, "take 50")
		s.until("match is shown", func() bool { return s.window.list.Len() == 1 })
		s.window.list.Rows.Select(50)
		field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		s.until("all rows are shown", func() bool { return s.window.list.Len() == 60 })
		if rows := s.window.list.Rows; !slices.Equal(rows.Selected(), []int64{50}) || !rows.RowVisible(50) {
			t.Errorf("selected %v, visible: %t", rows.Selected(), rows.RowVisible(50))
		}
	})
	t.Run("Down and Enter open the details of what was found", func(t *testing.T) {
		s := start(t)
		test.Type(s.window.filter.Field, "film")
		s.until("match is shown", func() bool { return s.window.list.Len() == 1 })
		s.window.filter.Field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
		s.window.list.Rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		if got := s.window.details.Subject().Transfers; !slices.Equal(got, []uploader.TransferID{4}) || !s.window.details.Content.Visible() {
			t.Errorf("details of %v", got)
		}
		s.key(fyne.KeyEscape)
		if s.window.details.Content.Visible() || s.window.filter.Field.Text != "film" {
			t.Error("Escape leaves more than the details, which were opened last")
		}
		s.key(fyne.KeyEscape)
		if s.window.filter.Field.Text != "" {
			t.Error("the second Escape does not leave the search")
		}
	})
	t.Run("Enter focuses the list", func(t *testing.T) {
		s := start(t)
		test.Type(s.window.filter.Field, "two")
		s.window.filter.Field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		if s.window.window.Canvas().Focused() != s.window.list.Rows || s.window.filter.Field.Text != "two" {
			t.Error("search field keeps the focus or its text is wrong")
		}
	})
}

func TestBatchRows(t *testing.T) {
	start := func(t *testing.T) *testWindow { return startWindow(t, apptest.NewEngineAt(apptest.Folders())) }
	t.Run("row shows totals", func(t *testing.T) {
		s := start(t)
		row := s.window.list.Row(1)
		if row.Name != "Iceland" || row.Status != "1 of 3 files · This computer" || row.Size != "4.0 of 12.0 GB" || row.Fold == 0 {
			t.Errorf("row is %+v", row)
		}
	})
	t.Run("open batch shows files by relative path", func(t *testing.T) {
		s := start(t)
		s.window.list.Activate(s.window.list.ID(1))
		if row := s.window.list.Row(2); row.Name != "one.raw" || row.Depth != 1 {
			t.Errorf("row is %+v", row)
		}
	})
	t.Run("row shows the number of transfers that need attention", func(t *testing.T) {
		s := start(t)
		next := apptest.Folders()
		next.Transfers = apptest.With(next.Transfers, apptest.Transfer(1, apptest.InFolder(7, "Iceland/one.raw"), apptest.Failed(fault.Refused)))
		s.publish(next)
		if row := s.window.list.Row(0); row.Status != "1 needs attention · 0 of 3 files · This computer" || row.Tone != theme.Error {
			t.Errorf("row is %+v", row)
		}
	})
	t.Run("action applies to the batch", func(t *testing.T) {
		s := start(t)
		s.tapButton(-7, "pause")
		s.wantCommand(1, uploader.Pause{Target: uploader.Target{Batch: 7}})
	})
	t.Run("selection does not include files of a selected batch again", func(t *testing.T) {
		s := start(t)
		s.window.list.Activate(-7)
		s.window.list.Rows.SelectAll()
		got := s.window.list.Selected()
		if len(got.All) != 6 || len(got.Transfers) != 1 || !slices.Equal(got.Batches, []uploader.BatchID{7, 8}) {
			t.Errorf("selection is %+v", got)
		}
	})
	t.Run("removal of a finished batch can be undone", func(t *testing.T) {
		s := start(t)
		s.tapButton(-8, "remove")
		s.until("batch is hidden", func() bool { return s.window.list.Len() == 2 })
		s.removals.restore()
		s.until("batch is restored", func() bool { return s.window.list.Len() == 3 })
	})
}
