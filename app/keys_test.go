package app

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// TestEveryKey presses every key of the help and checks its effect.
func TestEveryKey(t *testing.T) {
	elsewhere := func(t *uploader.Transfer) { t.Server = 2 }
	told := func(want uploader.Command) func(*testing.T, *testWindow) {
		return func(t *testing.T, s *testWindow) {
			t.Helper()
			if diff := cmp.Diff(want, s.waitCommand(1)); diff != "" {
				t.Error(diff)
			}
		}
	}
	selects := func(want ...int64) func(*testing.T, *testWindow) {
		return func(t *testing.T, s *testWindow) {
			t.Helper()
			if got := s.window.list.Rows.Selected(); !slices.Equal(got, want) {
				t.Errorf("selected %v, want %v", got, want)
			}
		}
	}
	asks := func(t *testing.T, s *testWindow) {
		t.Helper()
		s.until("it lies over the window", s.keys.hasOverlay)
	}
	shows := func(want view.Filter) func(*testing.T, *testWindow) {
		return func(t *testing.T, s *testWindow) {
			t.Helper()
			if got := s.window.filter.Chosen; got != want {
				t.Errorf("%v is shown, want %v", got, want)
			}
		}
	}
	move := func(batch uploader.BatchID, to uploader.MoveTo) func(*testing.T, *testWindow) {
		return told(uploader.Move{Target: uploader.Target{Batch: batch}, To: to})
	}
	// The list is: batch 7 with 1, 2 and 3; 4, which failed; batch 8 with 5 and 6.
	tests := map[string]struct {
		from []int64 // what is selected
		want func(*testing.T, *testWindow)
	}{
		"Ctrl+O": {nil, func(t *testing.T, s *testWindow) {
			s.until("files are added", func() bool { return len(s.engine.Commands()) == 1 })
		}},
		"Ctrl+Shift+O": {nil, func(t *testing.T, s *testWindow) {
			s.until("files are added", func() bool { return len(s.engine.Commands()) == 1 })
		}},
		"Ctrl+V": {nil, func(t *testing.T, s *testWindow) {
			s.until("it is looked for files", func() bool { return s.message() == "No files on the clipboard." })
		}},
		"Ctrl+F": {nil, func(t *testing.T, s *testWindow) {
			if s.window.window.Canvas().Focused() != s.window.filter.Field {
				t.Error("the keyboard is not in the field")
			}
		}},
		"Ctrl+1":    {nil, shows(view.FilterAll)},
		"Ctrl+2":    {nil, shows(view.FilterActive)},
		"Ctrl+3":    {nil, shows(view.FilterWaiting)},
		"Ctrl+4":    {nil, shows(view.FilterTrouble)},
		"Ctrl+5":    {nil, shows(view.FilterDone)},
		"Menu":      {[]int64{4}, asks},
		"Ctrl+,":    {nil, asks},
		"Ctrl+Q":    {nil, asks},
		"F1":        {nil, asks},
		"↑":         {[]int64{4}, selects(-7)},
		"↓":         {[]int64{4}, selects(-8)},
		"Home":      {[]int64{-8}, selects(-7)},
		"End":       {[]int64{-7}, selects(-8)},
		"Page Up":   {[]int64{-8}, selects(-7)},
		"Page Down": {[]int64{-7}, selects(-8)},
		"→": {[]int64{-8}, func(t *testing.T, s *testWindow) {
			s.until("it is open", func() bool { return s.window.list.Len() == 5 })
		}},
		"←": {[]int64{-8}, func(t *testing.T, s *testWindow) {
			s.key(fyne.KeyRight)
			s.key(fyne.KeyLeft)
			s.until("it is closed", func() bool { return s.window.list.Len() == 3 })
		}},
		"Ctrl+A": {nil, selects(-7, 4, -8)},
		"Esc":    {[]int64{4}, selects()},
		"Enter": {[]int64{4}, func(t *testing.T, s *testWindow) {
			if !s.window.details.Content.Visible() {
				t.Error("there are no details")
			}
		}},
		"Space": {[]int64{-7}, told(uploader.Pause{Target: uploader.Target{Batch: 7}})},
		"F5":    {[]int64{4}, told(uploader.Retry{Target: uploader.TargetTransfers(4)})},
		"Ctrl+C": {[]int64{-8}, func(t *testing.T, s *testWindow) {
			if got := s.toolkit.Clipboard().Content(); got != "https://x/1\nhttps://x/1" {
				t.Errorf("copied %q", got)
			}
		}},
		"Alt+↑":      {[]int64{4}, told(uploader.Move{Target: uploader.TargetTransfers(4), To: uploader.MoveUp})},
		"Alt+↓":      {[]int64{-7}, move(7, uploader.MoveDown)},
		"Ctrl+Alt+↑": {[]int64{4}, told(uploader.Move{Target: uploader.TargetTransfers(4), To: uploader.MoveTop})},
		"Ctrl+Alt+↓": {[]int64{-7}, move(7, uploader.MoveBottom)},
		"Delete": {[]int64{4}, func(t *testing.T, s *testWindow) {
			s.until("it is gone", func() bool { return s.window.list.Len() == 2 })
		}},
		"Ctrl+Z": {[]int64{4}, func(t *testing.T, s *testWindow) {
			s.key(fyne.KeyDelete)
			s.until("it is gone", func() bool { return s.window.list.Len() == 2 })
			s.keys.typedChord(&fyne.ShortcutUndo{})
			s.until("it is back", func() bool { return s.window.list.Len() == 3 })
			if s.message() != "" || len(s.engine.Commands()) > 0 {
				t.Errorf("it still says %q, and the engine was told %v", s.message(), s.engine.Commands())
			}
		}},
		"Backspace": {[]int64{4}, func(t *testing.T, s *testWindow) {
			s.until("it is gone", func() bool { return s.window.list.Len() == 2 })
		}},
	}
	raise := func(t *testing.T) *testWindow {
		snapshot := apptest.Folders()
		for _, i := range []int{4, 5} {
			apptest.Acknowledged(4 * apptest.Gigabyte)(snapshot.Transfers[i])
			elsewhere(snapshot.Transfers[i])
		}
		return startWindow(t, apptest.NewEngineAt(snapshot), withChosen(apptest.File(t, "new.mov")))
	}
	known := map[string]bool{}
	for _, key := range slices.Concat((&keyboard{}).shortcuts()...) {
		apptest.LoadEnglish(t)
		name := key.String()
		known[name] = true
		t.Run(name, func(t *testing.T) {
			expectation, ok := tests[name]
			if !ok {
				t.Fatal("nobody says what it does")
			}
			s := raise(t)
			s.window.list.Rows.Select(expectation.from...)
			if key.modifier == plain {
				s.key(key.key)
			} else {
				s.keys.typedChord(key.chord())
			}
			expectation.want(t, s)
		})
	}
	for name := range tests {
		if !known[name] {
			t.Errorf("there is no key %s", name)
		}
	}
}

func TestShortcutsAreIgnoredWhileDialogIsOpen(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
	s.window.list.Rows.Select(4)
	s.keys.showHelp()
	for _, key := range slices.Concat(s.keys.shortcuts()...) {
		if key.modifier != plain {
			s.keys.typedChord(key.chord())
		}
	}
	if got := s.engine.Commands(); len(got) > 0 || s.window.details.Content.Visible() {
		t.Errorf("told the engine %v", got)
	}
	s.key(fyne.KeyEscape)
	if s.keys.hasOverlay() {
		t.Error("Escape leaves it there")
	}
}

func TestMoveKeepsOrder(t *testing.T) {
	tests := []struct {
		name string
		do   view.Action
		want []uploader.Target
	}{
		{"up, the first goes first", view.ActionMoveUp, []uploader.Target{{Batch: 7}, {Batch: 8}, uploader.TargetTransfers(4)}},
		{"down, the last does", view.ActionMoveDown, []uploader.Target{uploader.TargetTransfers(4), {Batch: 8}, {Batch: 7}}},
		{"to the top, the last does", view.ActionMoveTop, []uploader.Target{uploader.TargetTransfers(4), {Batch: 8}, {Batch: 7}}},
		{"to the bottom, the first does", view.ActionMoveBottom, []uploader.Target{{Batch: 7}, {Batch: 8}, uploader.TargetTransfers(4)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
			s.window.list.Rows.SelectAll()
			s.actions.actOnSelected(test.do)
			s.waitCommand(3)
			var got []uploader.Target
			for _, command := range s.engine.Commands() {
				got = append(got, command.(uploader.Move).Target)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("files of one batch move within it, together", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
		s.window.list.Activate(-7)
		s.window.list.Rows.Select(2, 3)
		s.actions.actOnSelected(view.ActionMoveUp)
		if diff := cmp.Diff(uploader.Command(uploader.Move{Target: uploader.TargetTransfers(2, 3), To: uploader.MoveUp}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("what was moved is brought into sight", func(t *testing.T) {
		transfers := make([]*uploader.Transfer, 100)
		for i := range transfers {
			transfers[i] = apptest.Transfer(uploader.TransferID(i + 1))
		}
		s := startWindow(t, apptest.NewEngine(transfers...))
		s.window.list.Rows.Select(1)
		moved := apptest.Snapshot(append(slices.Clone(transfers[1:]), transfers[0])...)
		s.engine.Publish(moved)
		s.actions.showMoved()
		if !s.window.list.Rows.RowVisible(1) {
			t.Error("it is out of sight")
		}
	})
	t.Run("a file that came alone moves as its batch", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(1, apptest.InFolder(7, "a/b"))), apptest.Folder(7, "a"))))
		s.window.list.Rows.Select(1)
		s.actions.actOnSelected(view.ActionMoveTop)
		if diff := cmp.Diff(uploader.Command(uploader.Move{Target: uploader.Target{Batch: 7}, To: uploader.MoveTop}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestDetailsFollowSelection(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
	s.window.list.Rows.Select(4)
	if s.window.details.ID != 0 {
		t.Error("they open by themselves")
	}
	s.key(fyne.KeyReturn)
	s.window.list.Activate(-7)
	for _, step := range []struct {
		selected []int64
		want     uploader.TransferID
	}{{[]int64{2}, 2}, {[]int64{2, 3}, 2}, {[]int64{-7}, 2}, {nil, 2}, {[]int64{3}, 3}} {
		s.window.list.Rows.Select(step.selected...)
		if got := s.window.details.ID; got != step.want {
			t.Errorf("with %v selected the details are of %d, want %d", step.selected, got, step.want)
		}
	}
}

func TestMenu(t *testing.T) {
	elsewhere := func(t *uploader.Transfer) { t.Server = 2 }
	moves := []string{"Move to top", "Move up", "Move down", "Move to bottom"}
	shows := []string{"Open", "Show in folder", "Details"}
	tests := []struct {
		name string
		t    *uploader.Transfer
		want [][]string
	}{
		{"uploading", apptest.Transfer(1, apptest.Sending), [][]string{{"Pause"}, shows, moves, {"Cancel"}}},
		{"paused", apptest.Transfer(1, apptest.Paused), [][]string{{"Resume"}, shows, moves, {"Cancel"}}},
		{"offline", apptest.Transfer(1, apptest.Waiting(fault.Offline)), [][]string{{"Pause", "Try now"}, shows, moves, {"Cancel"}}},
		{"changed", apptest.Transfer(1, apptest.Failed(fault.SourceChanged)), [][]string{{"Start over"}, shows, moves, {"Remove from list"}}},
		{"missing", apptest.Transfer(1, apptest.Failed(fault.SourceMissing)), [][]string{{"Try again", "Locate…"}, {"Details"}, moves, {"Remove from list"}}},
		{"signed out", apptest.Transfer(1, apptest.Failed(fault.Auth), elsewhere), [][]string{{"Sign in…", "Try again"}, shows, moves, {"Remove from list"}}},
		{"uploaded before", apptest.Transfer(1, apptest.Failed(fault.AlreadyUploaded), elsewhere), [][]string{{"Upload again"}, append([]string{"Copy old link"}, shows...), moves, {"Remove from list"}}},
		{"received before", apptest.Transfer(1, apptest.Failed(fault.AlreadyUploaded)), [][]string{{"Upload again"}, shows, moves, {"Remove from list"}}},
		{"maybe begun before", apptest.Transfer(1, apptest.Failed(fault.AmbiguousMatch)), [][]string{{"Resume earlier upload", "Upload as a new file"}, shows, moves, {"Remove from list"}}},
		{"done elsewhere", apptest.Transfer(1, apptest.Done, elsewhere, apptest.Acknowledged(1)), [][]string{append([]string{"Copy link"}, shows...), {"Remove from list"}}},
		{"done here", apptest.Transfer(1, apptest.Done), [][]string{shows, {"Remove from list"}}},
		{"cancelled", apptest.Transfer(1, func(t *uploader.Transfer) { t.Phase = uploader.PhaseCancelled }), [][]string{{"Upload again"}, shows, {"Remove from list"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(test.t))
			var got [][]string
			part := []string{}
			for _, item := range s.window.list.Menu(view.SelectionOf(s.rows()...)).Items {
				if item.IsSeparator {
					got, part = append(got, part), nil
					continue
				}
				part = append(part, item.Label)
			}
			if diff := cmp.Diff(test.want, append(got, part)); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("a right click opens it, and an item does what it says", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
		s.window.list.Rows.Select(4)
		test.TapSecondaryAt(s.window.list.Rows, fyne.NewPos(10, 70))
		if !s.keys.hasOverlay() {
			t.Fatal("no menu opens")
		}
		apptest.Pick(t, s.window.list.Menu(s.window.list.Selected()), "Try again")
		if diff := cmp.Diff(uploader.Command(uploader.Retry{Target: uploader.TargetTransfers(4)}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestMenuItemsAndButtons(t *testing.T) {
	one := func(t *testing.T, how ...func(*uploader.Transfer)) *testWindow {
		t.Helper()
		return startWindow(t, apptest.NewEngine(apptest.Transfer(1, how...)))
	}
	t.Run("open opens the file", func(t *testing.T) {
		path := apptest.File(t, "a.mov")
		s := one(t, apptest.Sending, apptest.WithPath(path))
		s.actions.act(view.ActionOpen, view.SelectionOf(s.rows()...))
		s.until("it is open", func() bool { return slices.Equal(s.desktop.shownPaths(), []string{path}) })
	})
	t.Run("what is not there cannot be opened, which is said", func(t *testing.T) {
		s := one(t, apptest.Done)
		s.actions.act(view.ActionOpen, view.SelectionOf(s.rows()...))
		s.until("it is said", func() bool { return s.message() == "Couldn't open interview.mov" })
	})
	t.Run("a file on its way is shown where it comes from", func(t *testing.T) {
		path := apptest.File(t, "a.mov")
		s := one(t, apptest.Sending, apptest.WithPath(path))
		s.actions.act(view.ActionReveal, view.SelectionOf(s.rows()...))
		s.until("it is shown", func() bool { return slices.Equal(s.desktop.shownPaths(), []string{path}) })
	})
	t.Run("details opens the pane", func(t *testing.T) {
		s := one(t, apptest.Sending)
		s.actions.act(view.ActionDetails, view.SelectionOf(s.rows()...))
		if !s.window.details.Content.Visible() {
			t.Error("there are no details")
		}
	})
	t.Run("sign in asks for the server's sign-in", func(t *testing.T) {
		s := one(t, apptest.Failed(fault.Auth), func(t *uploader.Transfer) { t.Server = 2 })
		s.actions.act(view.ActionSignIn, view.SelectionOf(s.rows()...))
		s.until("it asks", s.keys.hasOverlay)
	})
	t.Run("continue goes on with the earlier upload", func(t *testing.T) {
		s := one(t, apptest.Failed(fault.AmbiguousMatch))
		s.actions.act(view.ActionContinue, view.SelectionOf(s.rows()...))
		if diff := cmp.Diff(uploader.Command(uploader.ContinueEarlier{Target: uploader.TargetTransfers(1)}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the old link is that of the earlier upload", func(t *testing.T) {
		elsewhere := func(t *uploader.Transfer) { t.Server = 2 }
		again := apptest.Transfer(1, apptest.Failed(fault.AlreadyUploaded), elsewhere, func(t *uploader.Transfer) { t.EarlierUpload = 2 })
		s := startWindow(t, apptest.NewEngine(again, apptest.Transfer(2, apptest.Done, elsewhere, apptest.Acknowledged(1))))
		s.actions.act(view.ActionCopyPriorLink, view.SelectionOf(again))
		if got := s.toolkit.Clipboard().Content(); got != "https://x/1" || s.message() != "Link copied" {
			t.Errorf("copied %q and said %q", got, s.message())
		}
	})
	t.Run("and it is said when that is gone", func(t *testing.T) {
		s := one(t, apptest.Failed(fault.AlreadyUploaded), func(t *uploader.Transfer) { t.Server = 2 })
		s.actions.act(view.ActionCopyPriorLink, view.SelectionOf(s.rows()...))
		if s.message() != "The earlier upload is no longer in the list." {
			t.Errorf("said %q", s.message())
		}
	})
	t.Run("trying a batch again leaves alone what was cancelled", func(t *testing.T) {
		next := apptest.Folders()
		next.Transfers[0] = apptest.Transfer(1, apptest.InFolder(7, "Iceland/one.raw"), apptest.Failed(fault.Refused))
		next.Transfers[1] = apptest.Transfer(2, apptest.InFolder(7, "Iceland/two.raw"), func(t *uploader.Transfer) { t.Phase = uploader.PhaseCancelled })
		s := startWindow(t, apptest.NewEngineAt(next))
		s.window.list.Do(-7, "retry")
		if diff := cmp.Diff(uploader.Command(uploader.Retry{Target: uploader.TargetTransfers(1)}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
	})
}
