package app

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestDrop(t *testing.T) {
	t.Run("files and folders go to the chosen destination", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		one, odd, folder := file(t, "a.mov"), file(t, "50% #?+ü海.mov"), t.TempDir()
		s.handleDrop(uris(one, odd, folder))
		add := s.heard(1).(uploader.Add)
		if diff := cmp.Diff([]string{one, odd, folder}, add.Paths); diff != "" {
			t.Error(diff)
		}
		if add.Server != uploader.BuiltinServer || add.Batch == 0 {
			t.Errorf("added as %+v", add)
		}
		s.until("they are in the list", func() bool { return len(s.rows()) == 3 })
	})
	t.Run("what is not of this computer is refused, the rest goes", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		good := file(t, "a.mov")
		web, err := storage.ParseURI("https://example.com/a.mov")
		if err != nil {
			t.Fatal(err)
		}
		s.handleDrop(append(uris(good, "/nowhere/at all", "https://example.com/b.mov"), web))
		if diff := cmp.Diff([]string{good}, s.heard(1).(uploader.Add).Paths); diff != "" {
			t.Error(diff)
		}
		s.until("it is said", func() bool {
			return s.said() == "3 items were skipped: they are not files or folders on this computer."
		})
	})
	t.Run("a folder that holds no files is said to", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		folder := filepath.Join(t.TempDir(), "leer")
		s.handleDrop(uris(folder, t.TempDir()))
		s.until("one is not there", func() bool { return s.said() != "" })
		batch := s.heard(1).(uploader.Add).Batch
		next := snapshotOf()
		next.Batches[batch] = &uploader.Batch{ID: batch, Expanded: true}
		s.publish(next)
		s.until("it is said", func() bool { return strings.HasSuffix(s.said(), "contains no files.") })
	})
	t.Run("a file whose upload was begun goes on, which is said", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		s.handleDrop(uris(file(t, "a.mov")))
		batch := s.heard(1).(uploader.Add).Batch
		now := time.Now()
		next := snapshotOf(
			transfer(1, inBatch(batch), holding(2*gigabyte), func(t *uploader.Transfer) { t.Added = uploader.MomentOf(now.Add(-time.Hour)) }),
			transfer(2, inBatch(batch), holding(gigabyte), func(t *uploader.Transfer) { t.Added = uploader.MomentOf(now) }))
		next.Batches[batch] = &uploader.Batch{ID: batch, Added: now, Expanded: true}
		s.publish(next)
		s.until("it is said", func() bool { return s.said() == "Resuming, 2.0 GB already uploaded" })
	})
	t.Run("a link that leads nowhere is the engine's to judge", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink("/nowhere", link); err != nil {
			t.Fatal(err)
		}
		s.handleDrop(uris(link))
		s.heard(1)
	})
	t.Run("nothing but refused items tells the engine nothing", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		s.handleDrop(uris("/nowhere"))
		s.until("it is said", func() bool { return s.said() != "" })
		if got := s.engine.heard(); len(got) != 0 {
			t.Errorf("the engine was told %v", got)
		}
	})
}

func TestChoosing(t *testing.T) {
	t.Run("chosen files are added", func(t *testing.T) {
		path := file(t, "a.mov")
		s := raise(t, newFakeEngine(), picking(path))
		s.addFiles()
		if diff := cmp.Diff([]string{path}, s.heard(1).(uploader.Add).Paths); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a desktop without a file dialog gets the toolkit's", func(t *testing.T) {
		s := raise(t, newFakeEngine(), noChooser)
		s.addFiles()
		s.until("the dialog opens", func() bool { return s.window.window.Canvas().Overlays().Top() != nil })
	})
	t.Run("a dialog that fails says so", func(t *testing.T) {
		s := raise(t, newFakeEngine(), func(_ *Config, d *fakeDesktop) { d.pickErr = errBroken })
		s.addFolder()
		s.until("it is said", func() bool { return s.said() == "Couldn't open the file dialog. You can still drop files here." })
	})
}

func TestActions(t *testing.T) {
	tests := []struct {
		name string
		t    *uploader.Transfer
		do   action
		want uploader.Command
		then uploader.State
	}{
		{"pause", transfer(7, sending), actPause, uploader.Pause{Target: uploader.These(7)}, uploader.StatePaused},
		{"resume", transfer(7, paused), actResume, uploader.Resume{Target: uploader.These(7)}, uploader.StateWaiting},
		{"retry", transfer(7, failed(fault.Refused)), actRetry, uploader.Retry{Target: uploader.These(7)}, uploader.StateWaiting},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := raise(t, newFakeEngine(test.t))
			s.act(test.do, these(s.rows()...))
			if diff := cmp.Diff(test.want, s.heard(1)); diff != "" {
				t.Error(diff)
			}
			s.until("the row says so", func() bool { return s.rows()[0].State() == test.then })
		})
	}
	t.Run("cancel takes the row away at once, and holds it until that cannot be undone", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(7, sending), transfer(8)))
		s.act(actCancel, these(s.rows()[0]))
		s.until("the row is gone", func() bool { return len(s.rows()) == 1 })
		if diff := cmp.Diff(uploader.Command(uploader.Pause{Target: uploader.These(7)}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
		s.window.toasts.Dismiss()
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.These(7)}), s.heard(2)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("what was cancelled by mistake comes back and goes on, what had been paused stays so", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(7, sending), transfer(8, paused)))
		s.act(actCancel, these(s.rows()...))
		s.until("the rows are gone", func() bool { return len(s.rows()) == 0 })
		s.heard(1)
		s.undoRemoval()
		if diff := cmp.Diff(uploader.Command(uploader.Resume{Target: uploader.These(7)}), s.heard(2)); diff != "" {
			t.Error(diff)
		}
		s.until("the rows are back", func() bool { return len(s.rows()) == 2 })
	})
	t.Run("what the engine is still giving up is not shown", func(t *testing.T) {
		r := newRemoval()
		r.hide(these(transfer(7)))
		going := snapshotOf(transfer(7, func(t *uploader.Transfer) { t.Intent = uploader.IntentRemove }), transfer(8))
		if rows := r.without(going).Transfers; len(rows) != 1 || rows[0].ID != 8 {
			t.Errorf("%d rows are shown", len(rows))
		}
		if r.without(snapshotOf(transfer(8))); len(r.hidden) > 0 {
			t.Errorf("%v is remembered when it is gone", r.hidden)
		}
	})
	t.Run("remove takes the row away", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(7, done)))
		s.act(actRemove, these(s.rows()...))
		s.until("the list is empty", func() bool { return len(s.rows()) == 0 })
		if got := s.engine.heard(); len(got) > 0 || s.said() != "Removed 1 upload" {
			t.Errorf("said %q and told the engine %v while it can be undone", s.said(), got)
		}
		s.window.toasts.Dismiss()
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.These(7)}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
		s.until("it is gone for good", func() bool { return len(s.removal.hidden) == 0 && len(s.rows()) == 0 })
	})
	t.Run("a removal is undone without the engine having heard of it", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(7, done), transfer(8, done)))
		s.act(actRemove, these(s.rows()...))
		s.until("the list is empty", func() bool { return len(s.rows()) == 0 })
		s.undoRemoval()
		s.until("the rows are back", func() bool { return len(s.rows()) == 2 })
		s.carryOutRemoval()
		if got := s.engine.heard(); len(got) > 0 {
			t.Errorf("told the engine %v", got)
		}
	})
	t.Run("a second removal and quitting carry the first one out", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(7, done), transfer(8, done)))
		s.act(actRemove, these(s.rows()[0]))
		s.until("the first is hidden", func() bool { return len(s.rows()) == 1 })
		s.act(actRemove, these(s.rows()...))
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.These(7)}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
		if s.said() != "Removed 1 upload" {
			t.Errorf("says %q, so that the second cannot be undone", s.said())
		}
		s.end()
		s.errands.wait()
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.These(8)}), s.heard(2)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("what the engine does not forget comes back", func(t *testing.T) {
		engine := newFakeEngine(transfer(7, done))
		engine.refuse = fault.New(fault.LocalDisk, fault.Save, nil)
		s := raise(t, engine)
		s.act(actRemove, these(s.rows()...))
		s.window.toasts.Dismiss()
		s.until("it is back, and said why", func() bool { return len(s.rows()) == 1 && s.said() != "" })
	})
	t.Run("what makes no sense for a row is not asked for", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(7, done), transfer(8, sending)))
		s.act(actPause, these(s.rows()...))
		if diff := cmp.Diff(uploader.Command(uploader.Pause{Target: uploader.These(8)}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("cancelling what has crossed asks first", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(7, sending, holding(gigabyte))))
		s.act(actCancel, these(s.rows()...))
		if got := s.engine.heard(); len(got) != 0 {
			t.Fatalf("told the engine %v before asking", got)
		}
		s.press("Keep upload")
		s.act(actCancel, these(s.rows()...))
		s.press("Cancel upload")
		s.window.toasts.Dismiss()
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.These(7)}), s.heard(2)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a whole batch of which nothing has crossed leaves the list, and comes back as it was", func(t *testing.T) {
		s := raise(t, newFakeEngineAt(with(snapshotOf(transfer(7, inBatch(2)), transfer(8, paused, inBatch(2))), folder(2, "raws"))))
		s.act(actCancel, s.window.list.subjects(map[int64]bool{-2: true}))
		s.until("it is gone", func() bool { return len(s.rows()) == 0 && len(s.window.list.s.Batches) == 0 })
		if diff := cmp.Diff(uploader.Command(uploader.Pause{Target: uploader.These(7)}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
		s.undo()
		s.until("it is back", func() bool { return len(s.rows()) == 2 && len(s.window.list.s.Batches) == 1 })
		if diff := cmp.Diff(uploader.Command(uploader.Resume{Target: uploader.These(7)}), s.heard(2)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a batch that is still being looked through is held whole, and what was paused in it stays so", func(t *testing.T) {
		growing := folder(2, "raws")
		growing.Expanded = false
		s := raise(t, newFakeEngineAt(with(snapshotOf(transfer(7, inBatch(2)), transfer(8, paused, inBatch(2))), growing)))
		s.act(actCancel, s.window.list.subjects(map[int64]bool{-2: true}))
		s.heard(1)
		s.engine.publish(with(snapshotOf(transfer(7, paused, inBatch(2)), transfer(8, paused, inBatch(2)), transfer(9, paused, inBatch(2))), growing))
		s.until("what is found meanwhile is not shown", func() bool { return len(s.rows()) == 0 && len(s.window.list.s.Batches) == 0 })
		s.undo()
		s.until("all of it is there", func() bool { return len(s.rows()) == 3 })
		s.heard(3)
		want := []uploader.Command{
			uploader.Pause{Target: uploader.Target{Batch: 2}},
			uploader.Resume{Target: uploader.Target{Batch: 2}},
			uploader.Pause{Target: uploader.These(8)},
		}
		if diff := cmp.Diff(want, s.engine.heard()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a batch of which something is across keeps that, and asks first", func(t *testing.T) {
		s := raise(t, newFakeEngineAt(with(snapshotOf(transfer(7, inBatch(2), done), transfer(8, paused, inBatch(2))), folder(2, "raws"))))
		whole := s.window.list.subjects(map[int64]bool{-2: true})
		s.act(actCancel, whole)
		if got := s.engine.heard(); len(got) != 0 {
			t.Fatalf("told the engine %v before asking", got)
		}
		s.press("Keep upload")
		s.act(actCancel, whole)
		s.press("Cancel upload")
		if diff := cmp.Diff(uploader.Command(uploader.Cancel{Target: uploader.Target{Batch: 2}}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a received file is shown where it arrived, also under another name", func(t *testing.T) {
		modified := time.Date(2026, 3, 1, 14, 0, 0, 0, time.UTC)
		s := raise(t, newFakeEngine(transfer(7, done, func(t *uploader.Transfer) { t.Source.Size, t.Source.ModTime = 3, modified })))
		taken, arrived := filepath.Join(s.config.Received, "interview.mov"), filepath.Join(s.config.Received, "interview (2).mov")
		for path, content := range map[string]string{taken: "of somebody else", arrived: "own"} {
			err := errors.Join(os.WriteFile(path, []byte(content), 0o600), os.Chtimes(path, modified, modified))
			if err != nil {
				t.Fatal(err)
			}
		}
		s.act(actReveal, these(s.rows()...))
		s.until("it is shown", func() bool { return cmp.Equal([]string{arrived}, s.desktop.revealed()) })
	})
	t.Run("one that is gone since shows the folder", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(7, done)))
		s.act(actReveal, these(s.rows()...))
		s.until("it is shown", func() bool { return cmp.Equal([]string{s.config.Received}, s.desktop.revealed()) })
	})
	t.Run("what cannot be done is said", func(t *testing.T) {
		engine := newFakeEngine(transfer(7, sending))
		engine.refuse = fault.New(fault.LocalDisk, fault.Save, nil)
		s := raise(t, engine)
		s.act(actPause, these(s.rows()...))
		s.until("it is said", func() bool { return s.said() != "" })
	})
}

func TestTopBar(t *testing.T) {
	t.Run("pause all becomes resume all and back", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, sending), transfer(2)))
		test.Tap(s.window.bar.toggle)
		s.until("it offers to resume", func() bool { return s.window.bar.toggle.Text == "Resume all" })
		test.Tap(s.window.bar.toggle)
		s.until("it offers to pause", func() bool { return s.window.bar.toggle.Text == "Pause all" })
		want := []uploader.Command{uploader.Pause{Target: uploader.Everything()}, uploader.Resume{Target: uploader.Everything()}}
		if diff := cmp.Diff(want, s.engine.heard()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("remove finished keeps what failed: it can be continued", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, done), transfer(2, failed(fault.Auth)), transfer(3, sending)))
		test.Tap(s.window.bar.finish)
		s.window.toasts.Dismiss()
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.These(1)}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("with nothing in the list there is nothing to press", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		if !s.window.bar.toggle.Disabled() || !s.window.bar.finish.Disabled() {
			t.Error("a button offers what cannot be done")
		}
	})
	t.Run("the chosen destination is remembered", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		pick(t, s.window.bar.serverMenu(), "Studio")
		s.until("it is shown", func() bool { return s.window.bar.to.Text == "Studio" })
		again := recallDestination(s.toolkit.Preferences())
		if got := again.in(s.snapshot()); got.ID != 2 {
			t.Errorf("the next start sends to %+v", got)
		}
		s.handleDrop(uris(file(t, "a.mov")))
		if add := s.heard(1).(uploader.Add); add.Server != 2 {
			t.Errorf("added to %d", add.Server)
		}
	})
	t.Run("a destination that is gone is this computer again", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		s.choose(99)
		if got := s.destination.in(s.snapshot()); got.ID != uploader.BuiltinServer {
			t.Errorf("sends to %+v", got)
		}
	})
}

func TestEmptyState(t *testing.T) {
	s := raise(t, newFakeEngine())
	if !s.window.empty.Visible() || s.window.list.rows.Visible() {
		t.Error("an empty list shows no empty state")
	}
	s.publish(snapshotOf(transfer(1)))
	if s.window.empty.Visible() || !s.window.list.rows.Visible() {
		t.Error("the empty state stays over a list with a row")
	}
}

func TestKeys(t *testing.T) {
	press := func(s *stage, key fyne.KeyName) { s.key(key) }
	t.Run("space pauses what moves, and resumes when all of it rests", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, sending), transfer(2, paused)))
		s.window.list.rows.SelectAll()
		press(s, fyne.KeySpace)
		s.until("both rest", func() bool { return s.rows()[0].State() == uploader.StatePaused })
		press(s, fyne.KeySpace)
		want := uploader.Command(uploader.Resume{Target: uploader.These(1, 2)})
		if diff := cmp.Diff(want, s.heard(2)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("delete removes what is final and what has not begun, which can be undone", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, done), transfer(2)))
		s.window.list.rows.SelectAll()
		press(s, fyne.KeyDelete)
		if diff := cmp.Diff(uploader.Command(uploader.Pause{Target: uploader.These(2)}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
		s.undoRemoval()
		s.until("they are back", func() bool { return len(s.rows()) == 2 })
	})
	t.Run("delete asks before bytes are lost, and does nothing meanwhile", func(t *testing.T) {
		s := raise(t, newFakeEngineAt(with(snapshotOf(transfer(1, of(7, "a/1"), done), transfer(2, of(7, "a/2"), sending, holding(gigabyte))), folder(7, "a"))))
		s.window.list.rows.SelectAll()
		press(s, fyne.KeyDelete)
		if len(s.engine.heard()) > 0 || len(s.rows()) != 2 {
			t.Errorf("told the engine %v before asking", s.engine.heard())
		}
		s.press("Cancel upload")
		s.heard(1) // holds it
		s.window.toasts.Dismiss()
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.Target{Batch: 7}}), s.heard(2)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("keys are for what lies on top: Escape takes it away, others do nothing to the rows", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, sending, holding(gigabyte))))
		s.window.list.rows.SelectAll()
		for _, open := range []func(){s.quit, s.askServer, func() { s.act(actCancel, these(s.rows()...)) }} {
			open()
			s.until("it lies over the list", func() bool { return s.window.window.Canvas().Overlays().Top() != nil })
			press(s, fyne.KeySpace)
			press(s, fyne.KeyDelete)
			if focused := s.window.window.Canvas().Focused(); focused != nil {
				focused.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
			} else {
				press(s, fyne.KeyEscape)
			}
			if s.window.window.Canvas().Overlays().Top() != nil {
				t.Error("Escape leaves it there")
			}
		}
		if got := s.engine.heard(); len(got) > 0 || s.toolkit.quit || s.quitting != nil {
			t.Errorf("told the engine %v, quit %v", got, s.toolkit.quit)
		}
	})
	t.Run("Enter gives the first answer, which loses nothing", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, sending, holding(gigabyte))))
		s.act(actCancel, these(s.rows()...))
		s.window.window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		if got := s.engine.heard(); len(got) > 0 || s.window.window.Canvas().Overlays().Top() != nil {
			t.Errorf("told the engine %v", got)
		}
	})
	t.Run("F5 tries again what failed", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, failed(fault.Refused)), transfer(2, done)))
		s.window.list.rows.SelectAll()
		press(s, fyne.KeyF5)
		if diff := cmp.Diff(uploader.Command(uploader.Retry{Target: uploader.These(1)}), s.heard(1)); diff != "" {
			t.Error(diff)
		}
	})
}
