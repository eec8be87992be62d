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

// TestShortcuts presses every key of the help and checks its effect.
func TestShortcuts(t *testing.T) {
	sends := func(want uploader.Command) func(*testing.T, *testWindow) {
		return func(t *testing.T, s *testWindow) {
			t.Helper()
			s.wantCommand(1, want)
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
	opensOverlay := func(t *testing.T, s *testWindow) {
		t.Helper()
		s.until("dialog or menu is open", s.keys.hasOverlay)
	}
	filters := func(want view.Filter) func(*testing.T, *testWindow) {
		return func(t *testing.T, s *testWindow) {
			t.Helper()
			if got := s.window.filter.Chosen; got != want {
				t.Errorf("filter is %v, want %v", got, want)
			}
		}
	}
	move := func(batch uploader.BatchID, to uploader.MoveTo) func(*testing.T, *testWindow) {
		command := uploader.Move{Targets: []uploader.Target{{Batch: batch}}, To: to}
		if to == uploader.MoveUp || to == uploader.MoveDown {
			command.Among = []uploader.BatchID{batch}
		}
		return sends(command)
	}
	// The list is: 4, which failed; batch 7 with 1, 2 and 3; batch 8 with 5 and 6, which are done.
	tests := map[string]struct {
		selected []int64
		check    func(*testing.T, *testWindow)
	}{
		"Ctrl+O": {nil, func(t *testing.T, s *testWindow) {
			s.until("engine receives Add", func() bool { return len(s.engine.Commands()) == 1 })
		}},
		"Ctrl+Shift+O": {nil, func(t *testing.T, s *testWindow) {
			s.until("engine receives Add", func() bool { return len(s.engine.Commands()) == 1 })
		}},
		"Ctrl+V": {nil, func(t *testing.T, s *testWindow) {
			s.until("clipboard is read", func() bool { return s.message() == "No files on the clipboard." })
		}},
		"Ctrl+F": {nil, func(t *testing.T, s *testWindow) {
			if s.window.window.Canvas().Focused() != s.window.filter.Field {
				t.Error("search field does not have the focus")
			}
		}},
		"Ctrl+1": {nil, filters(view.FilterAll)},
		"Ctrl+2": {nil, filters(view.FilterActive)},
		"Ctrl+3": {nil, filters(view.FilterWaiting)},
		"Ctrl+4": {nil, filters(view.FilterAttention)},
		"Ctrl+5": {nil, filters(view.FilterDone)},
		"Menu":   {[]int64{4}, opensOverlay},
		"Ctrl+I": {[]int64{-7, 4}, func(t *testing.T, s *testWindow) {
			if got := s.window.details.Subject(); len(got.Batches) != 1 || len(got.Transfers) != 1 {
				t.Errorf("details show %v", got)
			}
		}},
		"Ctrl+H":    {nil, opensOverlay},
		"Ctrl+,":    {nil, opensOverlay},
		"Ctrl+Q":    {nil, opensOverlay},
		"F1":        {nil, opensOverlay},
		"↑":         {[]int64{-7}, selects(4)},
		"↓":         {[]int64{4}, selects(-7)},
		"Home":      {[]int64{-8}, selects(4)},
		"End":       {[]int64{-7}, selects(-8)},
		"Page Up":   {[]int64{-8}, selects(4)},
		"Page Down": {[]int64{4}, selects(-8)},
		"→": {[]int64{-8}, func(t *testing.T, s *testWindow) {
			s.until("batch is open", func() bool { return s.window.list.Len() == 5 })
		}},
		"←": {[]int64{-8}, func(t *testing.T, s *testWindow) {
			s.key(fyne.KeyRight)
			s.key(fyne.KeyLeft)
			s.until("batch is closed", func() bool { return s.window.list.Len() == 3 })
		}},
		"Ctrl+A": {nil, selects(4, -7, -8)},
		"Esc":    {[]int64{4}, selects()},
		"Enter": {[]int64{4}, func(t *testing.T, s *testWindow) {
			if !s.window.details.Content.Visible() {
				t.Error("details are hidden")
			}
		}},
		"Space": {[]int64{-7}, sends(uploader.Pause{Target: uploader.Target{Batch: 7}})},
		"F5":    {[]int64{4}, sends(uploader.Retry{Target: uploader.TargetTransfers(4)})},
		"Ctrl+C": {[]int64{-8}, func(t *testing.T, s *testWindow) {
			if got := s.toolkit.Clipboard().Content(); got != "https://x/1\nhttps://x/1" {
				t.Errorf("copied %q", got)
			}
		}},
		"Alt+↑":      {[]int64{4}, sends(uploader.Move{Targets: []uploader.Target{uploader.TargetTransfers(4)}, To: uploader.MoveUp})},
		"Alt+↓":      {[]int64{-7}, move(7, uploader.MoveDown)},
		"Ctrl+Alt+↑": {[]int64{4}, sends(uploader.Move{Targets: []uploader.Target{uploader.TargetTransfers(4)}, To: uploader.MoveTop})},
		"Ctrl+Alt+↓": {[]int64{-7}, move(7, uploader.MoveBottom)},
		"Alt+Home":   {[]int64{4}, sends(uploader.Move{Targets: []uploader.Target{uploader.TargetTransfers(4)}, To: uploader.MoveTop})},
		"Alt+End":    {[]int64{-7}, move(7, uploader.MoveBottom)},
		"Delete": {[]int64{4}, func(t *testing.T, s *testWindow) {
			s.until("row is hidden", func() bool { return s.window.list.Len() == 2 })
		}},
		"Ctrl+Z": {[]int64{4}, func(t *testing.T, s *testWindow) {
			s.key(fyne.KeyDelete)
			s.until("row is hidden", func() bool { return s.window.list.Len() == 2 })
			s.keys.typedChord(&fyne.ShortcutUndo{})
			s.until("row is restored", func() bool { return s.window.list.Len() == 3 })
			if s.message() != "" || len(s.engine.Commands()) > 0 {
				t.Errorf("message %q, engine received %v, want neither", s.message(), s.engine.Commands())
			}
		}},
		"Backspace": {[]int64{4}, func(t *testing.T, s *testWindow) {
			s.until("row is hidden", func() bool { return s.window.list.Len() == 2 })
		}},
	}
	start := func(t *testing.T) *testWindow {
		snapshot := apptest.Folders()
		for _, i := range []int{4, 5} {
			apptest.Acknowledged(4 * apptest.Gigabyte)(snapshot.Transfers.At(i))
			onStudio(snapshot.Transfers.At(i))
		}
		return startWindow(t, apptest.NewEngineAt(snapshot), withChosen(apptest.File(t, "new.mov")))
	}
	tested := map[string]bool{}
	for _, key := range slices.Concat((&keyboard{}).shortcuts()...) {
		apptest.LoadEnglish(t)
		name := key.String()
		tested[name] = true
		t.Run(name, func(t *testing.T) {
			want, ok := tests[name]
			if !ok {
				t.Fatal("shortcut has no test")
			}
			s := start(t)
			s.window.list.Rows.Select(want.selected...)
			s.pressShortcut(key)
			want.check(t, s)
		})
	}
	for name := range tests {
		if !tested[name] {
			t.Errorf("test for unknown shortcut %s", name)
		}
	}
}

// On a layout such as Russian the key of the comma has a letter, and no name.
func TestSettingsKeyOnOtherLayouts(t *testing.T) {
	s := startWindow(t, apptest.NewEngine())
	press := func(code int) {
		s.keys.pressed = code // the canvas of tests reports no hardware keys
		s.keys.typedUnnamed(unnamedChord)
	}
	press(commaCode + 1)
	if s.keys.hasOverlay() {
		t.Fatal("another key opened a dialog")
	}
	press(commaCode)
	if !s.keys.hasOverlay() {
		t.Error("settings are not open")
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
		t.Errorf("engine received %v", got)
	}
	s.key(fyne.KeyEscape)
	if s.keys.hasOverlay() {
		t.Error("Escape did not close the dialog")
	}
}

// TestSelectionMovesInOneCommand moves all rows of a list: single files, a folder, and folders
// that need attention or are finished.
func TestSelectionMovesInOneCommand(t *testing.T) {
	single := func(id uploader.TransferID, change func(*uploader.Transfer)) *uploader.Transfer {
		return apptest.Transfer(id, apptest.InBatch(uploader.BatchID(10+id)), change)
	}
	waiting := func(*uploader.Transfer) {}
	snapshot := func() *uploader.Snapshot {
		return apptest.WithBatches(apptest.Batched(
			single(1, waiting), single(2, apptest.Done), single(3, apptest.Failed(fault.Refused)), single(4, waiting), single(5, apptest.Failed(fault.Refused)),
			apptest.Transfer(6, apptest.InFolder(7, "Iceland/one.raw")), apptest.Transfer(8, apptest.InFolder(7, "Iceland/two.raw")),
		), apptest.Folder(7, "Iceland"))
	}
	batches := func(ids ...uploader.BatchID) (targets []uploader.Target) {
		for _, id := range ids {
			targets = append(targets, uploader.Target{Batch: id})
		}
		return targets
	}
	for _, test := range []struct {
		do    view.Action
		to    uploader.MoveTo
		among bool
	}{
		{view.ActionMoveUp, uploader.MoveUp, true},
		{view.ActionMoveDown, uploader.MoveDown, true},
		{view.ActionMoveTop, uploader.MoveTop, false},
		{view.ActionMoveBottom, uploader.MoveBottom, false},
	} {
		t.Run(test.do.String(), func(t *testing.T) {
			s := startWindow(t, apptest.NewEngineAt(snapshot()))
			s.window.list.Rows.SelectAll()
			s.actions.actOnSelected(test.do)
			attention, queue := uploader.Move{Targets: batches(13, 15), To: test.to}, uploader.Move{Targets: batches(11, 14, 7), To: test.to}
			if test.among {
				attention.Among, queue.Among = []uploader.BatchID{13, 15}, []uploader.BatchID{11, 14, 7}
			}
			s.waitCommand(2)
			if diff := cmp.Diff([]uploader.Command{attention, queue}, s.engine.Commands()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMoves(t *testing.T) {
	t.Run("files of one batch move within it in one command", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
		s.window.list.Activate(-7)
		s.window.list.Rows.Select(2, 3)
		s.actions.actOnSelected(view.ActionMoveUp)
		s.wantCommand(1, uploader.Move{Targets: []uploader.Target{uploader.TargetTransfers(2, 3)}, To: uploader.MoveUp, Among: []uploader.BatchID{7}})
	})
	t.Run("moved row is scrolled into view", func(t *testing.T) {
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
			t.Error("row is not visible")
		}
	})
	t.Run("file of a batch without a row moves as its batch", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(1, apptest.InFolder(7, "a/b"))), apptest.Folder(7, "a"))))
		s.window.list.Rows.Select(1)
		s.actions.actOnSelected(view.ActionMoveTop)
		s.wantCommand(1, uploader.Move{Targets: []uploader.Target{{Batch: 7}}, To: uploader.MoveTop})
	})
}

func TestDetailsFollowSelection(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
	s.window.list.Rows.Select(4)
	if !s.window.details.Subject().Empty() {
		t.Error("selecting opened the details")
	}
	s.key(fyne.KeyReturn)
	s.window.list.Activate(-7)
	files := func(ids ...uploader.TransferID) view.Subject { return view.Subject{Transfers: ids} }
	folder := func(ids ...uploader.TransferID) view.Subject {
		return view.Subject{Batches: []uploader.BatchID{7}, Transfers: ids}
	}
	for _, step := range []struct {
		selected []int64
		want     view.Subject
	}{{[]int64{2}, files(2)}, {[]int64{2, 3}, files(2, 3)}, {[]int64{-7}, folder()}, {nil, folder()}, {[]int64{-7, 2, 4}, folder(4)}, {[]int64{3}, files(3)}} {
		s.window.list.Rows.Select(step.selected...)
		if got := s.window.details.Subject(); !got.Equal(step.want) {
			t.Errorf("selected %v: details show %v, want %v", step.selected, got, step.want)
		}
	}
}

func TestMenu(t *testing.T) {
	moves := []string{"Move to top", "Move up", "Move down", "Move to bottom"}
	const send = "Send to another server…"
	files := []string{"Open", "Show in folder", send, "Details"}
	tests := []struct {
		name string
		t    *uploader.Transfer
		want [][]string
	}{
		{"uploading", apptest.Transfer(1, apptest.Sending), [][]string{{"Pause"}, files, moves, {"Cancel"}}},
		{"paused", apptest.Transfer(1, apptest.Paused), [][]string{{"Resume"}, files, moves, {"Cancel"}}},
		{"offline", apptest.Transfer(1, apptest.Waiting(fault.Offline)), [][]string{{"Pause", "Try now"}, files, moves, {"Cancel"}}},
		{"changed", apptest.Transfer(1, apptest.Failed(fault.SourceChanged)), [][]string{{"Start over"}, files, moves, {"Remove from list"}}},
		{"missing", apptest.Transfer(1, apptest.Failed(fault.SourceMissing)), [][]string{{"Try again", "Locate…"}, {send, "Details"}, moves, {"Remove from list"}}},
		{"sign-in required", apptest.Transfer(1, apptest.Failed(fault.Auth), onStudio), [][]string{{"Sign in…", "Try again"}, files, moves, {"Remove from list"}}},
		{"uploaded before", apptest.Transfer(1, apptest.Failed(fault.AlreadyUploaded), onStudio), [][]string{{"Upload again"}, append([]string{"Copy old link"}, files...), moves, {"Remove from list"}}},
		{"received before", apptest.Transfer(1, apptest.Failed(fault.AlreadyUploaded)), [][]string{{"Upload again"}, files, moves, {"Remove from list"}}},
		{"possible earlier upload", apptest.Transfer(1, apptest.Failed(fault.AmbiguousMatch)), [][]string{{"Resume earlier upload", "Upload as a new file"}, files, moves, {"Remove from list"}}},
		{"done on a server", apptest.Transfer(1, apptest.Done, onStudio, apptest.Acknowledged(1)), [][]string{append([]string{"Copy link"}, files...), {"Remove from list"}}},
		{"received", apptest.Transfer(1, apptest.Done), [][]string{files, {"Remove from list"}}},
		{"cancelled", apptest.Transfer(1, func(t *uploader.Transfer) { t.Phase = uploader.PhaseCancelled }), [][]string{{"Upload again"}, files, {"Remove from list"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(test.t))
			var got [][]string
			group := []string{}
			for _, item := range s.window.list.Menu(view.SelectionOf(s.rows()...)).Items {
				if item.IsSeparator {
					got, group = append(got, group), nil
					continue
				}
				group = append(group, item.Label)
			}
			if diff := cmp.Diff(test.want, append(got, group)); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("right click opens the menu, and an item sends its command", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
		s.window.list.Rows.Select(4)
		test.TapSecondaryAt(s.window.list.Rows, fyne.NewPos(10, 70))
		if !s.keys.hasOverlay() {
			t.Fatal("no menu is open")
		}
		apptest.Pick(t, s.window.list.Menu(s.window.list.Selected()), "Try again")
		s.wantCommand(1, uploader.Retry{Target: uploader.TargetTransfers(4)})
	})
}

func TestMenuItemsAndButtons(t *testing.T) {
	startWith := func(t *testing.T, options ...func(*uploader.Transfer)) *testWindow {
		t.Helper()
		return startWindow(t, apptest.NewEngine(apptest.Transfer(1, options...)))
	}
	t.Run("open", func(t *testing.T) {
		path := apptest.File(t, "a.mov")
		s := startWith(t, apptest.Sending, apptest.WithPath(path))
		s.actions.act(view.ActionOpen, view.SelectionOf(s.rows()...))
		s.until("file is opened", func() bool { return slices.Equal(s.desktop.shownPaths(), []string{path}) })
	})
	t.Run("open of a missing file shows a message", func(t *testing.T) {
		s := startWith(t, apptest.Done)
		s.actions.act(view.ActionOpen, view.SelectionOf(s.rows()...))
		s.until("message is shown", func() bool { return s.message() == "Couldn't open interview.mov" })
	})
	t.Run("reveal of an unfinished file shows the source", func(t *testing.T) {
		path := apptest.File(t, "a.mov")
		s := startWith(t, apptest.Sending, apptest.WithPath(path))
		s.actions.act(view.ActionReveal, view.SelectionOf(s.rows()...))
		s.until("file is revealed", func() bool { return slices.Equal(s.desktop.shownPaths(), []string{path}) })
	})
	t.Run("details", func(t *testing.T) {
		s := startWith(t, apptest.Sending)
		s.actions.act(view.ActionDetails, view.SelectionOf(s.rows()...))
		if !s.window.details.Content.Visible() {
			t.Error("details are hidden")
		}
	})
	t.Run("sign in opens the server dialog", func(t *testing.T) {
		s := startWith(t, apptest.Failed(fault.Auth), onStudio)
		s.actions.act(view.ActionSignIn, view.SelectionOf(s.rows()...))
		s.until("dialog is open", s.keys.hasOverlay)
	})
	t.Run("continue resumes the earlier upload", func(t *testing.T) {
		s := startWith(t, apptest.Failed(fault.AmbiguousMatch))
		s.actions.act(view.ActionContinue, view.SelectionOf(s.rows()...))
		s.wantCommand(1, uploader.ContinueEarlier{Target: uploader.TargetTransfers(1)})
	})
	t.Run("copy old link copies the earlier upload's URL", func(t *testing.T) {
		duplicate := apptest.Transfer(1, apptest.Failed(fault.AlreadyUploaded), onStudio, func(t *uploader.Transfer) { t.EarlierUpload = 2 })
		s := startWindow(t, apptest.NewEngine(duplicate, apptest.Transfer(2, apptest.Done, onStudio, apptest.Acknowledged(1))))
		s.actions.act(view.ActionCopyPriorLink, view.SelectionOf(duplicate))
		if got := s.toolkit.Clipboard().Content(); got != "https://x/1" || s.message() != "Link copied" {
			t.Errorf("copied %q, message %q", got, s.message())
		}
	})
	t.Run("copy old link copies that of an upload in the history", func(t *testing.T) {
		duplicate := apptest.Transfer(1, apptest.Failed(fault.AlreadyUploaded), onStudio, func(t *uploader.Transfer) { t.EarlierUpload = 2 })
		engine := apptest.NewEngine(duplicate)
		engine.History = []uploader.Transfer{*apptest.Transfer(2, apptest.Done, onStudio, apptest.Acknowledged(1))}
		s := startWindow(t, engine)
		s.actions.act(view.ActionCopyPriorLink, view.SelectionOf(duplicate))
		s.until("the link is copied", func() bool { return s.toolkit.Clipboard().Content() == "https://x/1" })
	})
	t.Run("copy old link of a forgotten upload shows a message", func(t *testing.T) {
		s := startWith(t, apptest.Failed(fault.AlreadyUploaded), onStudio)
		s.actions.act(view.ActionCopyPriorLink, view.SelectionOf(s.rows()...))
		s.until("the message is shown", func() bool { return s.message() == "The earlier upload is no longer in the history." })
	})
	t.Run("retry of a batch skips cancelled transfers", func(t *testing.T) {
		next := apptest.Folders()
		next.Transfers = apptest.With(next.Transfers, apptest.Transfer(1, apptest.InFolder(7, "Iceland/one.raw"), apptest.Failed(fault.Refused)))
		next.Transfers = apptest.With(next.Transfers, apptest.Transfer(2, apptest.InFolder(7, "Iceland/two.raw"), func(t *uploader.Transfer) { t.Phase = uploader.PhaseCancelled }))
		s := startWindow(t, apptest.NewEngineAt(next))
		s.tapButton(-7, "retry")
		s.wantCommand(1, uploader.Retry{Target: uploader.TargetTransfers(1)})
	})
}
