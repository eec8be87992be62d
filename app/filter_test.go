package app

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestEveryStateIsUnderOneFilter(t *testing.T) {
	under := map[filter][]uploader.State{}
	for _, state := range uploader.States() {
		under[filterOf(state)] = append(under[filterOf(state)], state)
	}
	want := map[filter][]uploader.State{
		filterActive:  {uploader.StatePreparing, uploader.StateUploading, uploader.StateChecking},
		filterWaiting: {uploader.StateWaiting, uploader.StatePaused, uploader.StateOffline, uploader.StateRetrying, uploader.StateBusy},
		filterTrouble: {uploader.StateChanged, uploader.StateMissing, uploader.StateSignIn, uploader.StateForgotten, uploader.StateAsking, uploader.StateFailed},
		filterDone:    {uploader.StateDone, uploader.StateCancelled},
	}
	if diff := cmp.Diff(want, under); diff != "" {
		t.Error(diff)
	}
}

func TestFilter(t *testing.T) {
	mixed := func() *fakeEngine {
		return newFakeEngine(transfer(1, sending), transfer(2, done), transfer(3, failed(fault.Refused)), transfer(4, done))
	}
	shown := func(s *stage) []int64 {
		var ids []int64
		for i := range s.window.list.Len() {
			ids = append(ids, s.window.list.ID(i))
		}
		return ids
	}
	t.Run("each is offered with how much is under it", func(t *testing.T) {
		s := raise(t, mixed())
		var got []string
		for _, tab := range tabsOf(s.snapshot()) {
			got = append(got, tab.Label+" "+tab.Count)
		}
		if diff := cmp.Diff([]string{"All 4", "Active 1", "Waiting 0", "Needs attention 1", "Done 2"}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a chosen one shows its own, in the user's order", func(t *testing.T) {
		s := raise(t, mixed())
		s.window.filter.tabs.OnChosen("done")
		s.until("it is shown", func() bool { return slices.Equal(shown(s), []int64{2, 4}) })
	})
	t.Run("what is selected is what is shown", func(t *testing.T) {
		s := raise(t, mixed())
		s.window.list.rows.SelectAll()
		s.window.filter.tabs.OnChosen("trouble")
		s.until("it is shown", func() bool { return slices.Equal(shown(s), []int64{3}) })
		s.window.list.rows.SelectAll()
		s.key(fyne.KeyF5)
		if diff := cmp.Diff(uploader.Command(uploader.Retry{Target: uploader.These(3)}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
		s.until("nothing is left under it, which is said", func() bool { return s.window.unmatched.Visible() })
		if s.window.empty.Visible() || s.window.list.rows.Visible() {
			t.Error("something else is said too")
		}
		s.filter(filterAll)
		s.until("all are back", func() bool { return len(shown(s)) == 4 && !s.window.unmatched.Visible() })
	})
	t.Run("with nothing in the list there is nothing to filter", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		if s.window.filter.content.Visible() || s.window.unmatched.Visible() {
			t.Error("filters are offered")
		}
	})
	t.Run("a folder in which nothing was found yet is something", func(t *testing.T) {
		looking := snapshotOf()
		looking.Batches[7] = &uploader.Batch{ID: 7, Server: uploader.BuiltinServer, Roots: []string{"/home/ada/Iceland"}}
		s := raise(t, newFakeEngineAt(looking))
		if !s.window.filter.content.Visible() || s.window.list.Len() != 1 {
			t.Errorf("of %d rows", s.window.list.Len())
		}
	})
	t.Run("what was taken off the list is nothing", func(t *testing.T) {
		s := raise(t, newFakeEngineAt(iceland()))
		s.window.list.rows.SelectAll()
		s.key(fyne.KeyDelete)
		s.until("the filters go with it", func() bool { return s.window.list.Len() == 0 && !s.window.filter.content.Visible() })
	})
	t.Run("a note about trouble opens what needs a person", func(t *testing.T) {
		s := raise(t, mixed())
		s.hide()
		s.openAt(noteTrouble)
		s.until("it is shown", func() bool { return s.window.visible && slices.Equal(shown(s), []int64{3}) })
	})
}

func TestSearch(t *testing.T) {
	raise := func(t *testing.T) *stage {
		s := raise(t, newFakeEngineAt(iceland()))
		s.find()
		return s
	}
	listed := func(s *stage) string { return drawn(s.window.list.outline) }
	t.Run("what is typed is looked for at once", func(t *testing.T) {
		s := raise(t)
		test.Type(s.window.filter.field, "Two")
		s.until("it is found", func() bool { return listed(s) == lines("batch 7", "  2") })
	})
	t.Run("nothing found is said, and cleared with the button", func(t *testing.T) {
		s := raise(t)
		test.Type(s.window.filter.field, "xyz")
		s.until("it is said", func() bool { return s.window.unmatched.Visible() })
		if s.window.empty.Visible() || s.window.list.rows.Visible() || s.window.unmatchedAs.Title != "No results" {
			t.Errorf("says %+v", s.window.unmatchedAs)
		}
		s.window.unmatched.OnTapped()
		s.until("all is back", func() bool { return s.window.list.rows.Visible() && s.window.list.Len() == 3 })
	})
	t.Run("under a filter it says so", func(t *testing.T) {
		s := raise(t)
		s.filter(filterDone)
		test.Type(s.window.filter.field, "film")
		s.until("it is said", func() bool { return strings.Contains(s.window.unmatchedAs.Hint, "“Done”") })
	})
	t.Run("Escape clears it and goes to the list", func(t *testing.T) {
		s := raise(t)
		field := s.window.filter.field
		test.Type(field, "two")
		field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		s.until("all is back", func() bool { return s.window.list.Len() == 3 })
		if field.Text != "" || s.window.window.Canvas().Focused() != s.window.list.rows {
			t.Error("the keyboard stays in the field")
		}
	})
	t.Run("Enter goes to what was found", func(t *testing.T) {
		s := raise(t)
		test.Type(s.window.filter.field, "two")
		s.window.filter.field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		if s.window.window.Canvas().Focused() != s.window.list.rows || s.window.filter.field.Text != "two" {
			t.Error("the keyboard stays in the field")
		}
	})
	t.Run("in a narrow window the field is a button while it is not used, and leaves the filters their room", func(t *testing.T) {
		s := raise(t)
		s.window.window.Resize(leastSize)
		s.toList()
		bar := s.window.filter
		if bar.field.Visible() || !bar.tabs.Visible() || !bar.opener.Visible() {
			t.Error("there is no button for it")
		}
		test.Tap(bar.opener)
		if !bar.field.Visible() || bar.opener.Visible() {
			t.Error("the button does not open it")
		}
		if tabs := bar.tabs.Width(); tabs > bar.scroll.Size().Width || bar.field.Position().X < tabs {
			t.Errorf("the filters need %g and have %g, up to the field at %g", tabs, bar.scroll.Size().Width, bar.field.Position().X)
		}
	})
}

func TestBatchInTheList(t *testing.T) {
	raise := func(t *testing.T) *stage { return raise(t, newFakeEngineAt(iceland())) }
	t.Run("its row sums up its files", func(t *testing.T) {
		s := raise(t)
		row := s.window.list.model(0)
		if row.Name != "Iceland" || row.Detail != "1 of 3 files · This computer" || row.Size != "4.0 of 12.0 GB" || row.Fold == 0 {
			t.Errorf("says %+v", row)
		}
	})
	t.Run("it opens, and its files are called by their paths in it", func(t *testing.T) {
		s := raise(t)
		s.window.list.activate(s.window.list.ID(0))
		if row := s.window.list.model(1); row.Name != "one.raw" || row.Depth != 1 {
			t.Errorf("says %+v", row)
		}
	})
	t.Run("one that needs a person says how many do", func(t *testing.T) {
		s := raise(t)
		next := iceland()
		next.Transfers[0] = transfer(1, of(7, "Iceland/one.raw"), failed(fault.Refused))
		s.publish(next)
		if row := s.window.list.model(0); row.Detail != "1 needs attention · 0 of 3 files · This computer" || row.Tone != theme.Error {
			t.Errorf("says %+v", row)
		}
	})
	t.Run("what is done to it is done to all of it", func(t *testing.T) {
		s := raise(t)
		s.window.list.choose(-7, "pause")
		if diff := cmp.Diff(uploader.Command(uploader.Pause{Target: uploader.Target{Batch: 7}}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a batch and its files are selected once", func(t *testing.T) {
		s := raise(t)
		s.window.list.activate(-7)
		s.window.list.rows.SelectAll()
		got := s.window.list.selected()
		if len(got.all) != 6 || len(got.singles) != 1 || !slices.Equal(got.batches, []uploader.BatchID{7, 8}) {
			t.Errorf("selected %+v", got)
		}
	})
	t.Run("a finished one is taken off the list whole, and comes back", func(t *testing.T) {
		s := raise(t)
		s.window.list.choose(-8, "remove")
		s.until("it is gone", func() bool { return s.window.list.Len() == 2 })
		s.undoRemoval()
		s.until("it is back", func() bool { return s.window.list.Len() == 3 })
	})
}
