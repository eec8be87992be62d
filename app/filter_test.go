package app

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
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
		if diff := cmp.Diff([]string{"All 4", "Active 1", "Waiting 0", "Needs you 1", "Done 2"}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a chosen one shows its own, in the user's order", func(t *testing.T) {
		s := raise(t, mixed())
		s.window.filter.content.OnChosen("done")
		s.until("it is shown", func() bool { return slices.Equal(shown(s), []int64{2, 4}) })
	})
	t.Run("what is selected is what is shown", func(t *testing.T) {
		s := raise(t, mixed())
		s.window.list.rows.SelectAll()
		s.window.filter.content.OnChosen("trouble")
		s.until("it is shown", func() bool { return slices.Equal(shown(s), []int64{3}) })
		s.window.list.rows.SelectAll()
		s.typed(fyne.KeyF5)
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
	t.Run("a note about trouble opens what needs a person", func(t *testing.T) {
		s := raise(t, mixed())
		s.hide()
		s.openAt(noteTrouble)
		s.until("it is shown", func() bool { return s.window.visible && slices.Equal(shown(s), []int64{3}) })
	})
}
