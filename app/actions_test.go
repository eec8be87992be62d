package app

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestActions(t *testing.T) {
	tests := []struct {
		name string
		t    *uploader.Transfer
		do   view.Action
		want uploader.Command
		then uploader.State
	}{
		{"pause", apptest.Transfer(7, apptest.Sending), view.ActionPause, uploader.Pause{Target: uploader.TargetTransfers(7)}, uploader.StatePaused},
		{"resume", apptest.Transfer(7, apptest.Paused), view.ActionResume, uploader.Resume{Target: uploader.TargetTransfers(7)}, uploader.StateWaiting},
		{"retry", apptest.Transfer(7, apptest.Failed(fault.Refused)), view.ActionRetry, uploader.Retry{Target: uploader.TargetTransfers(7)}, uploader.StateWaiting},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(test.t))
			s.actions.act(test.do, view.SelectionOf(s.rows()...))
			if diff := cmp.Diff(test.want, s.waitCommand(1)); diff != "" {
				t.Error(diff)
			}
			s.until("the row says so", func() bool { return s.rows()[0].State() == test.then })
		})
	}
	t.Run("cancel takes the row away at once, and holds it until that cannot be undone", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Sending), apptest.Transfer(8)))
		s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()[0]))
		s.until("the row is gone", func() bool { return len(s.rows()) == 1 })
		if diff := cmp.Diff(uploader.Command(uploader.Pause{Target: uploader.TargetTransfers(7)}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
		s.window.toasts.Dismiss()
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.TargetTransfers(7)}), s.waitCommand(2)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("what was cancelled by mistake comes back and goes on, what had been paused stays so", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Sending), apptest.Transfer(8, apptest.Paused)))
		s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()...))
		s.until("the rows are gone", func() bool { return len(s.rows()) == 0 })
		s.waitCommand(1)
		s.removals.restore()
		if diff := cmp.Diff(uploader.Command(uploader.Resume{Target: uploader.TargetTransfers(7)}), s.waitCommand(2)); diff != "" {
			t.Error(diff)
		}
		s.until("the rows are back", func() bool { return len(s.rows()) == 2 })
	})
	t.Run("what the engine is still giving up is not shown", func(t *testing.T) {
		r := view.NewHidden()
		r.Hide(view.SelectionOf(apptest.Transfer(7)))
		going := apptest.Snapshot(apptest.Transfer(7, func(t *uploader.Transfer) { t.Intent = uploader.IntentRemove }), apptest.Transfer(8))
		if rows := r.Without(going).Transfers; len(rows) != 1 || rows[0].ID != 8 {
			t.Errorf("%d rows are shown", len(rows))
		}
		if r.Without(apptest.Snapshot(apptest.Transfer(8))); r.Len() > 0 {
			t.Errorf("%d are remembered when they are gone", r.Len())
		}
	})
	t.Run("remove takes the row away", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done)))
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()...))
		s.until("the list is empty", func() bool { return len(s.rows()) == 0 })
		if got := s.engine.Commands(); len(got) > 0 || s.message() != "Removed 1 upload" {
			t.Errorf("said %q and told the engine %v while it can be undone", s.message(), got)
		}
		s.window.toasts.Dismiss()
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.TargetTransfers(7)}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
		s.until("it is gone for good", func() bool { return s.removals.hidden.Len() == 0 && len(s.rows()) == 0 })
	})
	t.Run("a removal is undone without the engine having heard of it", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done), apptest.Transfer(8, apptest.Done)))
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()...))
		s.until("the list is empty", func() bool { return len(s.rows()) == 0 })
		s.removals.restore()
		s.until("the rows are back", func() bool { return len(s.rows()) == 2 })
		s.removals.commit()
		if got := s.engine.Commands(); len(got) > 0 {
			t.Errorf("told the engine %v", got)
		}
	})
	t.Run("a second removal and quitting carry the first one out", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done), apptest.Transfer(8, apptest.Done)))
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()[0]))
		s.until("the first is hidden", func() bool { return len(s.rows()) == 1 })
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()...))
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.TargetTransfers(7)}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
		if s.message() != "Removed 1 upload" {
			t.Errorf("says %q, so that the second cannot be undone", s.message())
		}
		s.quitter.exitNow()
		s.bridge.Wait()
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.TargetTransfers(8)}), s.waitCommand(2)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("what the engine does not forget comes back", func(t *testing.T) {
		engine := apptest.NewEngine(apptest.Transfer(7, apptest.Done))
		engine.Err = fault.New(fault.LocalDisk, fault.Save, nil)
		s := startWindow(t, engine)
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()...))
		s.window.toasts.Dismiss()
		s.until("it is back, and said why", func() bool { return len(s.rows()) == 1 && s.message() != "" })
	})
	t.Run("what makes no sense for a row is not asked for", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done), apptest.Transfer(8, apptest.Sending)))
		s.actions.act(view.ActionPause, view.SelectionOf(s.rows()...))
		if diff := cmp.Diff(uploader.Command(uploader.Pause{Target: uploader.TargetTransfers(8)}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("cancelling what has crossed asks first", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte))))
		s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()...))
		if got := s.engine.Commands(); len(got) != 0 {
			t.Fatalf("told the engine %v before asking", got)
		}
		s.press("Keep upload")
		s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()...))
		s.press("Cancel upload")
		s.window.toasts.Dismiss()
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.TargetTransfers(7)}), s.waitCommand(2)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a whole batch of which nothing has crossed leaves the list, and comes back as it was", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(7, apptest.InBatch(2)), apptest.Transfer(8, apptest.Paused, apptest.InBatch(2))), apptest.Folder(2, "raws"))))
		s.actions.act(view.ActionCancel, s.window.list.Selection(map[int64]bool{-2: true}))
		s.until("it is gone", func() bool { return len(s.rows()) == 0 && len(s.window.list.Snapshot.Batches) == 0 })
		if diff := cmp.Diff(uploader.Command(uploader.Pause{Target: uploader.TargetTransfers(7)}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
		s.removals.undo()
		s.until("it is back", func() bool { return len(s.rows()) == 2 && len(s.window.list.Snapshot.Batches) == 1 })
		if diff := cmp.Diff(uploader.Command(uploader.Resume{Target: uploader.TargetTransfers(7)}), s.waitCommand(2)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a batch that is still being looked through is held whole, and what was paused in it stays so", func(t *testing.T) {
		growing := apptest.Folder(2, "raws")
		growing.Scanned = false
		s := startWindow(t, apptest.NewEngineAt(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(7, apptest.InBatch(2)), apptest.Transfer(8, apptest.Paused, apptest.InBatch(2))), growing)))
		s.actions.act(view.ActionCancel, s.window.list.Selection(map[int64]bool{-2: true}))
		s.waitCommand(1)
		s.engine.Publish(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(7, apptest.Paused, apptest.InBatch(2)), apptest.Transfer(8, apptest.Paused, apptest.InBatch(2)), apptest.Transfer(9, apptest.Paused, apptest.InBatch(2))), growing))
		s.until("what is found meanwhile is not shown", func() bool { return len(s.rows()) == 0 && len(s.window.list.Snapshot.Batches) == 0 })
		s.removals.undo()
		s.until("all of it is there", func() bool { return len(s.rows()) == 3 })
		s.waitCommand(3)
		want := []uploader.Command{
			uploader.Pause{Target: uploader.Target{Batch: 2}},
			uploader.Resume{Target: uploader.Target{Batch: 2}},
			uploader.Pause{Target: uploader.TargetTransfers(8)},
		}
		if diff := cmp.Diff(want, s.engine.Commands()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a batch of which something is across keeps that, and asks first", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(7, apptest.InBatch(2), apptest.Done), apptest.Transfer(8, apptest.Paused, apptest.InBatch(2))), apptest.Folder(2, "raws"))))
		whole := s.window.list.Selection(map[int64]bool{-2: true})
		s.actions.act(view.ActionCancel, whole)
		if got := s.engine.Commands(); len(got) != 0 {
			t.Fatalf("told the engine %v before asking", got)
		}
		s.press("Keep upload")
		s.actions.act(view.ActionCancel, whole)
		s.press("Cancel upload")
		if diff := cmp.Diff(uploader.Command(uploader.Cancel{Target: uploader.Target{Batch: 2}}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a received file is shown where it arrived, also under another name", func(t *testing.T) {
		modified := time.Date(2026, 3, 1, 14, 0, 0, 0, time.UTC)
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done, func(t *uploader.Transfer) { t.Source.Size, t.Source.ModTime = 3, modified })))
		taken, arrived := filepath.Join(s.config.ReceivedDir, "interview.mov"), filepath.Join(s.config.ReceivedDir, "interview (2).mov")
		for path, content := range map[string]string{taken: "of somebody else", arrived: "own"} {
			err := errors.Join(os.WriteFile(path, []byte(content), 0o600), os.Chtimes(path, modified, modified))
			if err != nil {
				t.Fatal(err)
			}
		}
		s.actions.act(view.ActionReveal, view.SelectionOf(s.rows()...))
		s.until("it is shown", func() bool { return cmp.Equal([]string{arrived}, s.desktop.shownPaths()) })
	})
	t.Run("one that is gone since shows the folder", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done)))
		s.actions.act(view.ActionReveal, view.SelectionOf(s.rows()...))
		s.until("it is shown", func() bool { return cmp.Equal([]string{s.config.ReceivedDir}, s.desktop.shownPaths()) })
	})
	t.Run("what cannot be done is said", func(t *testing.T) {
		engine := apptest.NewEngine(apptest.Transfer(7, apptest.Sending))
		engine.Err = fault.New(fault.LocalDisk, fault.Save, nil)
		s := startWindow(t, engine)
		s.actions.act(view.ActionPause, view.SelectionOf(s.rows()...))
		s.until("it is said", func() bool { return s.message() != "" })
	})
}
