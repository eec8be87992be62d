package app

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// TestEveryKey presses every key that the help shows and looks at what it does.
func TestEveryKey(t *testing.T) {
	elsewhere := func(t *uploader.Transfer) { t.Server = 2 }
	told := func(want uploader.Command) func(*testing.T, *stage) {
		return func(t *testing.T, s *stage) {
			t.Helper()
			if diff := cmp.Diff(want, s.heard(1)); diff != "" {
				t.Error(diff)
			}
		}
	}
	selects := func(want ...int64) func(*testing.T, *stage) {
		return func(t *testing.T, s *stage) {
			t.Helper()
			if got := s.window.list.rows.Selected(); !slices.Equal(got, want) {
				t.Errorf("selected %v, want %v", got, want)
			}
		}
	}
	asks := func(t *testing.T, s *stage) {
		t.Helper()
		s.until("it lies over the window", s.covered)
	}
	shows := func(want filter) func(*testing.T, *stage) {
		return func(t *testing.T, s *stage) {
			t.Helper()
			if got := s.window.filter.chosen; got != want {
				t.Errorf("%v is shown, want %v", got, want)
			}
		}
	}
	move := func(batch uploader.BatchID, to uploader.Place) func(*testing.T, *stage) {
		return told(uploader.Move{Target: uploader.Target{Batch: batch}, To: to})
	}
	// The list is: batch 7 with 1, 2 and 3; 4, which failed; batch 8 with 5 and 6.
	tests := map[string]struct {
		from []int64 // what is selected
		want func(*testing.T, *stage)
	}{
		"Ctrl+O": {nil, func(t *testing.T, s *stage) {
			s.until("files are added", func() bool { return len(s.engine.heard()) == 1 })
		}},
		"Ctrl+Shift+O": {nil, func(t *testing.T, s *stage) {
			s.until("files are added", func() bool { return len(s.engine.heard()) == 1 })
		}},
		"Ctrl+V": {nil, func(t *testing.T, s *stage) {
			s.until("it is looked for files", func() bool { return s.said() == "No files on the clipboard." })
		}},
		"Ctrl+F": {nil, func(t *testing.T, s *stage) {
			if s.window.window.Canvas().Focused() != s.window.filter.field {
				t.Error("the keyboard is not in the field")
			}
		}},
		"Ctrl+1":    {nil, shows(filterAll)},
		"Ctrl+2":    {nil, shows(filterActive)},
		"Ctrl+3":    {nil, shows(filterWaiting)},
		"Ctrl+4":    {nil, shows(filterTrouble)},
		"Ctrl+5":    {nil, shows(filterDone)},
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
		"→":         {[]int64{-8}, func(t *testing.T, s *stage) { s.until("it is open", func() bool { return s.window.list.Len() == 5 }) }},
		"←": {[]int64{-8}, func(t *testing.T, s *stage) {
			s.key(fyne.KeyRight)
			s.key(fyne.KeyLeft)
			s.until("it is closed", func() bool { return s.window.list.Len() == 3 })
		}},
		"Ctrl+A": {nil, selects(-7, 4, -8)},
		"Esc":    {[]int64{4}, selects()},
		"Enter": {[]int64{4}, func(t *testing.T, s *stage) {
			if !s.window.details.content.Visible() {
				t.Error("there are no details")
			}
		}},
		"Space": {[]int64{-7}, told(uploader.Pause{Target: uploader.Target{Batch: 7}})},
		"F5":    {[]int64{4}, told(uploader.Retry{Target: uploader.These(4)})},
		"Ctrl+C": {[]int64{-8}, func(t *testing.T, s *stage) {
			if got := s.toolkit.Clipboard().Content(); got != "https://x/1\nhttps://x/1" {
				t.Errorf("copied %q", got)
			}
		}},
		"Alt+↑":      {[]int64{4}, told(uploader.Move{Target: uploader.These(4), To: uploader.PlaceUp})},
		"Alt+↓":      {[]int64{-7}, move(7, uploader.PlaceDown)},
		"Ctrl+Alt+↑": {[]int64{4}, told(uploader.Move{Target: uploader.These(4), To: uploader.PlaceTop})},
		"Ctrl+Alt+↓": {[]int64{-7}, move(7, uploader.PlaceBottom)},
		"Delete": {[]int64{4}, func(t *testing.T, s *stage) {
			s.until("it is gone", func() bool { return s.window.list.Len() == 2 })
		}},
		"Ctrl+Z": {[]int64{4}, func(t *testing.T, s *stage) {
			s.key(fyne.KeyDelete)
			s.until("it is gone", func() bool { return s.window.list.Len() == 2 })
			s.typedChord(&fyne.ShortcutUndo{})
			s.until("it is back", func() bool { return s.window.list.Len() == 3 })
			if s.said() != "" || len(s.engine.heard()) > 0 {
				t.Errorf("it still says %q, and the engine was told %v", s.said(), s.engine.heard())
			}
		}},
		"Backspace": {[]int64{4}, func(t *testing.T, s *stage) {
			s.until("it is gone", func() bool { return s.window.list.Len() == 2 })
		}},
	}
	raise := func(t *testing.T) *stage {
		snapshot := iceland()
		for _, i := range []int{4, 5} {
			holding(4 * gigabyte)(snapshot.Transfers[i])
			elsewhere(snapshot.Transfers[i])
		}
		return raise(t, newFakeEngineAt(snapshot), picking(file(t, "new.mov")))
	}
	known := map[string]bool{}
	for _, key := range slices.Concat((&ferry{}).shortcuts()...) {
		speak(t)
		name := key.String()
		known[name] = true
		t.Run(name, func(t *testing.T) {
			expectation, ok := tests[name]
			if !ok {
				t.Fatal("nobody says what it does")
			}
			s := raise(t)
			s.window.list.rows.Select(expectation.from...)
			if key.modifier == plain {
				s.key(key.key)
			} else {
				s.typedChord(key.chord())
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

func TestKeysOfAnOpenDialogAreItsOwn(t *testing.T) {
	s := raise(t, newFakeEngineAt(iceland()))
	s.window.list.rows.Select(4)
	s.showKeys()
	for _, key := range slices.Concat(s.shortcuts()...) {
		if key.modifier != plain {
			s.typedChord(key.chord())
		}
	}
	if got := s.engine.heard(); len(got) > 0 || s.window.details.content.Visible() {
		t.Errorf("told the engine %v", got)
	}
	s.key(fyne.KeyEscape)
	if s.covered() {
		t.Error("Escape leaves it there")
	}
}

func TestMovingKeepsTheOrderOfWhatIsMoved(t *testing.T) {
	tests := []struct {
		name string
		do   action
		want []uploader.Target
	}{
		{"up, the first goes first", actUp, []uploader.Target{{Batch: 7}, {Batch: 8}, uploader.These(4)}},
		{"down, the last does", actDown, []uploader.Target{uploader.These(4), {Batch: 8}, {Batch: 7}}},
		{"to the top, the last does", actTop, []uploader.Target{uploader.These(4), {Batch: 8}, {Batch: 7}}},
		{"to the bottom, the first does", actBottom, []uploader.Target{{Batch: 7}, {Batch: 8}, uploader.These(4)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := raise(t, newFakeEngineAt(iceland()))
			s.window.list.rows.SelectAll()
			s.actOnSelected(test.do)
			s.heard(3)
			var got []uploader.Target
			for _, command := range s.engine.heard() {
				got = append(got, command.(uploader.Move).Target)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("files of one batch move within it, together", func(t *testing.T) {
		s := raise(t, newFakeEngineAt(iceland()))
		s.window.list.activate(-7)
		s.window.list.rows.Select(2, 3)
		s.actOnSelected(actUp)
		if diff := cmp.Diff(uploader.Command(uploader.Move{Target: uploader.These(2, 3), To: uploader.PlaceUp}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("what was moved is brought into sight", func(t *testing.T) {
		transfers := make([]*uploader.Transfer, 100)
		for i := range transfers {
			transfers[i] = transfer(uploader.TransferID(i + 1))
		}
		s := raise(t, newFakeEngine(transfers...))
		s.window.list.rows.Select(1)
		moved := snapshotOf(append(slices.Clone(transfers[1:]), transfers[0])...)
		s.engine.publish(moved)
		s.showMoved()
		if !s.window.list.rows.InSight(1) {
			t.Error("it is out of sight")
		}
	})
	t.Run("a file that came alone moves as its batch", func(t *testing.T) {
		s := raise(t, newFakeEngineAt(with(snapshotOf(transfer(1, of(7, "a/b"))), folder(7, "a"))))
		s.window.list.rows.Select(1)
		s.actOnSelected(actTop)
		if diff := cmp.Diff(uploader.Command(uploader.Move{Target: uploader.Target{Batch: 7}, To: uploader.PlaceTop}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestDetailsGoAlongWithTheSelection(t *testing.T) {
	s := raise(t, newFakeEngineAt(iceland()))
	s.window.list.rows.Select(4)
	if s.window.details.of != 0 {
		t.Error("they open by themselves")
	}
	s.key(fyne.KeyReturn)
	s.window.list.activate(-7)
	for _, step := range []struct {
		selected []int64
		want     uploader.TransferID
	}{{[]int64{2}, 2}, {[]int64{2, 3}, 2}, {[]int64{-7}, 2}, {nil, 2}, {[]int64{3}, 3}} {
		s.window.list.rows.Select(step.selected...)
		if got := s.window.details.of; got != step.want {
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
		{"uploading", transfer(1, sending), [][]string{{"Pause"}, shows, moves, {"Cancel"}}},
		{"paused", transfer(1, paused), [][]string{{"Resume"}, shows, moves, {"Cancel"}}},
		{"offline", transfer(1, waiting(fault.Offline)), [][]string{{"Pause", "Try now"}, shows, moves, {"Cancel"}}},
		{"changed", transfer(1, failed(fault.SourceChanged)), [][]string{{"Start over"}, shows, moves, {"Remove from list"}}},
		{"missing", transfer(1, failed(fault.SourceMissing)), [][]string{{"Try again", "Locate…"}, {"Details"}, moves, {"Remove from list"}}},
		{"signed out", transfer(1, failed(fault.Auth), elsewhere), [][]string{{"Sign in…", "Try again"}, shows, moves, {"Remove from list"}}},
		{"uploaded before", transfer(1, failed(fault.Uploaded), elsewhere), [][]string{{"Upload again"}, append([]string{"Copy old link"}, shows...), moves, {"Remove from list"}}},
		{"received before", transfer(1, failed(fault.Uploaded)), [][]string{{"Upload again"}, shows, moves, {"Remove from list"}}},
		{"maybe begun before", transfer(1, failed(fault.Several)), [][]string{{"Resume earlier upload", "Upload as a new file"}, shows, moves, {"Remove from list"}}},
		{"done elsewhere", transfer(1, done, elsewhere, holding(1)), [][]string{append([]string{"Copy link"}, shows...), {"Remove from list"}}},
		{"done here", transfer(1, done), [][]string{shows, {"Remove from list"}}},
		{"cancelled", transfer(1, func(t *uploader.Transfer) { t.Phase = uploader.PhaseCancelled }), [][]string{{"Upload again"}, shows, {"Remove from list"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := raise(t, newFakeEngine(test.t))
			var got [][]string
			part := []string{}
			for _, item := range s.window.list.menu(these(s.rows()...)).Items {
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
		s := raise(t, newFakeEngineAt(iceland()))
		s.window.list.rows.Select(4)
		test.TapSecondaryAt(s.window.list.rows, fyne.NewPos(10, 70))
		if !s.covered() {
			t.Fatal("no menu opens")
		}
		pick(t, s.window.list.menu(s.window.list.selected()), "Try again")
		if diff := cmp.Diff(uploader.Command(uploader.Retry{Target: uploader.These(4)}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhatAMenuItemOrButtonDoes(t *testing.T) {
	one := func(t *testing.T, how ...func(*uploader.Transfer)) *stage {
		t.Helper()
		return raise(t, newFakeEngine(transfer(1, how...)))
	}
	t.Run("open opens the file", func(t *testing.T) {
		path := file(t, "a.mov")
		s := one(t, sending, named(path))
		s.act(actOpen, these(s.rows()...))
		s.until("it is open", func() bool { return slices.Equal(s.desktop.revealed(), []string{path}) })
	})
	t.Run("what is not there cannot be opened, which is said", func(t *testing.T) {
		s := one(t, done)
		s.act(actOpen, these(s.rows()...))
		s.until("it is said", func() bool { return s.said() == "Couldn't open interview.mov" })
	})
	t.Run("a file on its way is shown where it comes from", func(t *testing.T) {
		path := file(t, "a.mov")
		s := one(t, sending, named(path))
		s.act(actReveal, these(s.rows()...))
		s.until("it is shown", func() bool { return slices.Equal(s.desktop.revealed(), []string{path}) })
	})
	t.Run("details opens the pane", func(t *testing.T) {
		s := one(t, sending)
		s.act(actDetails, these(s.rows()...))
		if !s.window.details.content.Visible() {
			t.Error("there are no details")
		}
	})
	t.Run("sign in asks for the server's sign-in", func(t *testing.T) {
		s := one(t, failed(fault.Auth), func(t *uploader.Transfer) { t.Server = 2 })
		s.act(actSignIn, these(s.rows()...))
		s.until("it asks", s.covered)
	})
	t.Run("continue goes on with the earlier upload", func(t *testing.T) {
		s := one(t, failed(fault.Several))
		s.act(actContinue, these(s.rows()...))
		if diff := cmp.Diff(uploader.Command(uploader.Continue{Target: uploader.These(1)}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the old link is that of the earlier upload", func(t *testing.T) {
		elsewhere := func(t *uploader.Transfer) { t.Server = 2 }
		again := transfer(1, failed(fault.Uploaded), elsewhere, func(t *uploader.Transfer) { t.Prior = 2 })
		s := raise(t, newFakeEngine(again, transfer(2, done, elsewhere, holding(1))))
		s.act(actPriorLink, these(again))
		if got := s.toolkit.Clipboard().Content(); got != "https://x/1" || s.said() != "Link copied" {
			t.Errorf("copied %q and said %q", got, s.said())
		}
	})
	t.Run("and it is said when that is gone", func(t *testing.T) {
		s := one(t, failed(fault.Uploaded), func(t *uploader.Transfer) { t.Server = 2 })
		s.act(actPriorLink, these(s.rows()...))
		if s.said() != "The earlier upload is no longer in the list." {
			t.Errorf("said %q", s.said())
		}
	})
	t.Run("trying a batch again leaves alone what was cancelled", func(t *testing.T) {
		next := iceland()
		next.Transfers[0] = transfer(1, of(7, "Iceland/one.raw"), failed(fault.Refused))
		next.Transfers[1] = transfer(2, of(7, "Iceland/two.raw"), func(t *uploader.Transfer) { t.Phase = uploader.PhaseCancelled })
		s := raise(t, newFakeEngineAt(next))
		s.window.list.choose(-7, "retry")
		if diff := cmp.Diff(uploader.Command(uploader.Retry{Target: uploader.These(1)}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
	})
}
