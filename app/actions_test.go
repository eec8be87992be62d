package app

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestActions(t *testing.T) {
	tests := []struct {
		name  string
		t     *uploader.Transfer
		do    view.Action
		want  uploader.Command
		state uploader.State
	}{
		{"pause", apptest.Transfer(7, apptest.Sending), view.ActionPause, uploader.Pause{Target: uploader.TargetTransfers(7)}, uploader.StatePaused},
		{"resume", apptest.Transfer(7, apptest.Paused), view.ActionResume, uploader.Resume{Target: uploader.TargetTransfers(7)}, uploader.StateWaiting},
		{"retry", apptest.Transfer(7, apptest.Failed(fault.Refused)), view.ActionRetry, uploader.Retry{Target: uploader.TargetTransfers(7)}, uploader.StateWaiting},
		{"upload as it is", apptest.Transfer(7, apptest.WaitingForFile), view.ActionUploadAsIs, uploader.UploadAsIs{Target: uploader.TargetTransfers(7)}, uploader.StateWaiting},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(test.t))
			s.actions.act(test.do, view.SelectionOf(s.rows()...))
			s.wantCommand(1, test.want)
			s.until("row shows the state", func() bool { return s.rows()[0].State() == test.state })
		})
	}
	t.Run("action applies only to rows that allow it", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done), apptest.Transfer(8, apptest.Sending)))
		s.actions.act(view.ActionPause, view.SelectionOf(s.rows()...))
		s.wantCommand(1, uploader.Pause{Target: uploader.TargetTransfers(8)})
	})
	t.Run("upload as it is applies to the files of a folder that other programs are writing", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.WaitingForFile), apptest.Transfer(8), apptest.Transfer(9, apptest.WaitingForFile)))
		s.actions.act(view.ActionUploadAsIs, view.SelectionOf(s.rows()...))
		s.wantCommand(1, uploader.UploadAsIs{Target: uploader.TargetTransfers(7, 9)})
	})
	t.Run("row of a file that another program is writing has the reason and the action", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.WaitingForFile)))
		row := s.window.list.Row(0)
		if row.Status != "Another program is still writing this file" {
			t.Errorf("status %q", row.Status)
		}
		if a := row.Actions[len(row.Actions)-1]; a.Label != "Upload now as it is" || !a.Prominent {
			t.Errorf("last button %+v", a)
		}
		s.tapButton(7, view.ActionUploadAsIs.String())
		s.wantCommand(1, uploader.UploadAsIs{Target: uploader.TargetTransfers(7)})
	})
	t.Run("failed command shows a message", func(t *testing.T) {
		engine := apptest.NewEngine(apptest.Transfer(7, apptest.Sending))
		engine.Err = fault.New(fault.LocalDisk, fault.Save, nil)
		s := startWindow(t, engine)
		s.actions.act(view.ActionPause, view.SelectionOf(s.rows()...))
		s.until("message is shown", func() bool { return s.message() != "" })
	})
}

func TestCancel(t *testing.T) {
	t.Run("cancel hides the row, and pauses the transfer until it cannot be undone", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Sending), apptest.Transfer(8)))
		s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()[0]))
		s.until("row is hidden", func() bool { return len(s.rows()) == 1 })
		s.wantCommand(1, uploader.Pause{Target: uploader.TargetTransfers(7)})
		s.window.toasts.Dismiss()
		s.wantCommand(2, uploader.Remove{Target: uploader.TargetTransfers(7)})
	})
	t.Run("undo of cancel restores rows and resumes only active transfers", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Sending), apptest.Transfer(8, apptest.Paused)))
		s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()...))
		s.until("rows are hidden", func() bool { return len(s.rows()) == 0 })
		s.waitCommand(1)
		s.removals.restore()
		s.wantCommand(2, uploader.Resume{Target: uploader.TargetTransfers(7)})
		s.until("rows are restored", func() bool { return len(s.rows()) == 2 })
	})
	t.Run("an upload that is done nevertheless is reported", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Sending), apptest.Transfer(8, apptest.Sending)))
		s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()...))
		s.until("rows are hidden", func() bool { return len(s.rows()) == 0 })
		s.waitCommand(1)
		s.engine.Publish(apptest.Snapshot(apptest.Transfer(7, apptest.Done), apptest.Transfer(8, apptest.Paused)))
		s.window.toasts.Dismiss()
		s.until("message is shown", func() bool {
			return s.message() == "1 upload had already finished. It is in the history."
		})
	})
	t.Run("cancelling uploaded bytes needs confirmation", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte))))
		s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()...))
		if got := s.engine.Commands(); len(got) != 0 {
			t.Fatalf("engine received %v before confirmation", got)
		}
		s.press("Keep upload")
		s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()...))
		s.press("Cancel upload")
		s.window.toasts.Dismiss()
		s.wantCommand(2, uploader.Remove{Target: uploader.TargetTransfers(7)})
	})
	t.Run("cancel of a batch without uploaded bytes can be undone", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(7, apptest.InBatch(2)), apptest.Transfer(8, apptest.Paused, apptest.InBatch(2))), apptest.Folder(2, "raws"))))
		s.actions.act(view.ActionCancel, s.window.list.Selection(map[int64]bool{-2: true}))
		s.until("batch is hidden", func() bool { return len(s.rows()) == 0 && len(s.window.list.Snapshot.Batches) == 0 })
		s.wantCommand(1, uploader.Pause{Target: uploader.TargetTransfers(7)})
		s.removals.undo()
		s.until("batch is restored", func() bool { return len(s.rows()) == 2 && len(s.window.list.Snapshot.Batches) == 1 })
		s.wantCommand(2, uploader.Resume{Target: uploader.TargetTransfers(7)})
	})
	t.Run("cancel and undo of a batch being scanned keep paused transfers paused", func(t *testing.T) {
		scanning := apptest.Folder(2, "raws")
		scanning.Scanned = false
		s := startWindow(t, apptest.NewEngineAt(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(7, apptest.InBatch(2)), apptest.Transfer(8, apptest.Paused, apptest.InBatch(2))), scanning)))
		s.actions.act(view.ActionCancel, s.window.list.Selection(map[int64]bool{-2: true}))
		s.waitCommand(1)
		s.engine.Publish(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(7, apptest.Paused, apptest.InBatch(2)), apptest.Transfer(8, apptest.Paused, apptest.InBatch(2)), apptest.Transfer(9, apptest.Paused, apptest.InBatch(2))), scanning))
		s.until("files found meanwhile are hidden", func() bool { return len(s.rows()) == 0 && len(s.window.list.Snapshot.Batches) == 0 })
		s.removals.undo()
		s.until("all files are shown", func() bool { return len(s.rows()) == 3 })
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
	t.Run("cancel of a batch with finished files keeps them, and can be undone", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(partlyDone(true)))
		s.tapButton(-2, "cancel")
		s.until("other files are hidden", func() bool { return len(s.rows()) == 1 && s.rows()[0].ID == 7 })
		s.wantCommand(1, uploader.Pause{Target: uploader.TargetTransfers(8)})
		if want := "Cancelled b.raw"; s.message() != want {
			t.Errorf("message %q, want %q", s.message(), want)
		}
		s.removals.undo()
		s.until("all files are shown", func() bool { return len(s.rows()) == 2 && slices.Equal(s.marked(), []int64{-2}) })
		s.wantCommand(2, uploader.Resume{Target: uploader.TargetTransfers(8)})
	})
	t.Run("cancel of a batch with finished files asks if uploaded bytes would be lost", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(partlyDone(true, apptest.Acknowledged(apptest.Gigabyte))))
		s.tapButton(-2, "cancel")
		if got := s.engine.Commands(); len(got) != 0 {
			t.Fatalf("engine received %v before confirmation", got)
		}
		s.press("Cancel upload")
		s.until("other files are hidden", func() bool { return len(s.rows()) == 1 })
		s.waitCommand(1)
		s.window.toasts.Dismiss()
		s.wantCommand(2, uploader.Remove{Target: uploader.TargetTransfers(8)})
	})
	t.Run("cancel of a batch with finished files ends its scan", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(partlyDone(false)))
		s.tapButton(-2, "cancel")
		s.wantCommandAt(0, uploader.StopScan{Batch: 2})
		s.until("other files are hidden", func() bool { return len(s.rows()) == 1 })
		s.wantCommandAt(1, uploader.Pause{Target: uploader.TargetTransfers(8)})
		s.removals.undo()
		s.wantCommandAt(2, uploader.Resume{Target: uploader.TargetTransfers(8)})
		s.wantCommandAt(3, uploader.Scan{Batch: 2})
	})
}

// partlyDone returns a snapshot of the batch 2 with the files 7, which is done, and 8.
func partlyDone(scanned bool, options ...func(*uploader.Transfer)) *uploader.Snapshot {
	folder := apptest.Folder(2, "raws")
	folder.Scanned = scanned
	second := apptest.Transfer(8, append(options, apptest.Sending, apptest.InFolder(2, "raws/b.raw"))...)
	return apptest.Summed(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(7, apptest.InFolder(2, "raws/a.raw"), apptest.Done), second), folder))
}

// wantCommandAt waits for command i, from 0, and compares it.
func (s *testWindow) wantCommandAt(i int, want uploader.Command) {
	s.t.Helper()
	s.until("engine receives the command", func() bool { return len(s.engine.Commands()) > i })
	if diff := cmp.Diff(want, s.engine.Commands()[i]); diff != "" {
		s.t.Error(diff)
	}
}

func TestRemove(t *testing.T) {
	t.Run("transfers being removed by the engine are not shown", func(t *testing.T) {
		r := view.NewHidden()
		r.Hide(view.SelectionOf(apptest.Transfer(7)))
		removing := apptest.Snapshot(apptest.Transfer(7, func(t *uploader.Transfer) { t.Intent = uploader.IntentRemove }), apptest.Transfer(8))
		if rows := r.Without(removing).Transfers; rows.Len() != 1 || rows.At(0).ID != 8 {
			t.Errorf("%d rows are shown, want 1", rows.Len())
		}
		if r.Without(apptest.Snapshot(apptest.Transfer(8))); r.Len() > 0 {
			t.Errorf("%d removed transfers are still recorded", r.Len())
		}
	})
	t.Run("remove hides the row", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done)))
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()...))
		s.until("list is empty", func() bool { return len(s.rows()) == 0 })
		if got := s.engine.Commands(); len(got) > 0 || s.message() != "Removed 1 upload. It is in the history." {
			t.Errorf("message %q, engine received %v while removal can be undone", s.message(), got)
		}
		s.window.toasts.Dismiss()
		s.wantCommand(1, uploader.Remove{Target: uploader.TargetTransfers(7)})
		s.until("removal is committed", func() bool { return s.removals.hidden.Len() == 0 && len(s.rows()) == 0 })
	})
	t.Run("removal of finished transfers is undone without a command", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done), apptest.Transfer(8, apptest.Done)))
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()...))
		s.until("list is empty", func() bool { return len(s.rows()) == 0 })
		s.removals.restore()
		s.until("rows are restored", func() bool { return len(s.rows()) == 2 })
		s.removals.commit()
		if got := s.engine.Commands(); len(got) > 0 {
			t.Errorf("engine received %v", got)
		}
	})
	t.Run("second removal and quitting commit the first removal", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done), apptest.Transfer(8, apptest.Done)))
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()[0]))
		s.until("first row is hidden", func() bool { return len(s.rows()) == 1 })
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()...))
		s.wantCommand(1, uploader.Remove{Target: uploader.TargetTransfers(7)})
		if s.message() != "Removed 1 upload. It is in the history." {
			t.Errorf("message %q does not offer to undo the second removal", s.message())
		}
		s.quitter.exitNow()
		s.bridge.Wait()
		s.wantCommand(2, uploader.Remove{Target: uploader.TargetTransfers(8)})
	})
	t.Run("a signal that only the toolkit handled commits the removal", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done)))
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()...))
		if err := s.close(); err != nil {
			t.Fatal(err)
		}
		s.wantCommand(1, uploader.Remove{Target: uploader.TargetTransfers(7)})
	})
	t.Run("failed removal restores the row", func(t *testing.T) {
		engine := apptest.NewEngine(apptest.Transfer(7, apptest.Done))
		engine.Err = fault.New(fault.LocalDisk, fault.Load, nil)
		s := startWindow(t, engine)
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()...))
		s.window.toasts.Dismiss()
		s.until("row is restored and a message is shown", func() bool { return len(s.rows()) == 1 && s.message() != "" })
	})
	t.Run("a removal that could not be saved yet is undone like any other", func(t *testing.T) {
		engine := apptest.NewEngine(apptest.Transfer(7, apptest.Done))
		engine.Err = fault.New(fault.LocalDisk, fault.Save, nil)
		s := startWindow(t, engine)
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()...))
		s.window.toasts.Dismiss()
		s.until("a message is shown", func() bool { return s.message() != "" })
		if len(s.rows()) != 0 {
			t.Error("the row is shown, though it was removed")
		}
		s.removals.undo()
		s.wantCommand(2, uploader.Restore{Finished: []uploader.TransferID{7}})
	})
	t.Run("a removal is sent when the program is asked to end", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done)))
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()...))
		s.until("row is hidden", func() bool { return len(s.rows()) == 0 })
		s.end()
		s.until("the program quits", func() bool { return s.toolkit.quit })
		s.bridge.Wait()
		s.wantCommand(1, uploader.Remove{Target: uploader.TargetTransfers(7)})
	})
}

func TestReveal(t *testing.T) {
	t.Run("reveal shows a received file under its actual name", func(t *testing.T) {
		modified := time.Date(2026, 3, 1, 14, 0, 0, 0, time.UTC)
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done, func(t *uploader.Transfer) { t.Source.Size, t.Source.ModTime = 3, modified })))
		other, received := filepath.Join(s.config.ReceivedDir, "interview.mov"), filepath.Join(s.config.ReceivedDir, "interview (2).mov")
		for path, content := range map[string]string{other: "other", received: "own"} {
			err := errors.Join(os.WriteFile(path, []byte(content), 0o600), os.Chtimes(path, modified, modified))
			if err != nil {
				t.Fatal(err)
			}
		}
		s.actions.act(view.ActionReveal, view.SelectionOf(s.rows()...))
		s.until("path is shown", func() bool { return cmp.Equal([]string{received}, s.desktop.shownPaths()) })
	})
	t.Run("reveal of a removed received file shows the folder", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done)))
		s.actions.act(view.ActionReveal, view.SelectionOf(s.rows()...))
		s.until("path is shown", func() bool { return cmp.Equal([]string{s.config.ReceivedDir}, s.desktop.shownPaths()) })
	})
}

func TestTooLargeFileIsAddedForOtherServer(t *testing.T) {
	path := apptest.File(t, "dataset.zip")
	large := apptest.Transfer(7, apptest.WithPath(path), apptest.Failed(fault.TooLarge))
	large.Server = 2
	s := startWindow(t, apptest.NewEngine(large))
	s.actions.act(view.ActionOtherServer, view.SelectionOf(s.rows()...))
	s.press("This computer")
	add, ok := s.waitCommand(1).(uploader.Add)
	if !ok || add.Server != uploader.BuiltinServer || !cmp.Equal(add.Paths, []string{path}) {
		t.Errorf("engine received %+v", add)
	}
	if s.message() != "Removed 1 upload" {
		t.Errorf("failed row is not removed, message is %q", s.message())
	}
}

// TestEnterSendsToTheServerThatIsHighlighted: the question is which server, so the focus is on one.
func TestEnterSendsToTheServerThatIsHighlighted(t *testing.T) {
	path := apptest.File(t, "a.mov")
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.WithPath(path), apptest.Done, func(t *uploader.Transfer) { t.Server = 9 })))
	s.window.list.Rows.SelectAll()
	s.actions.actOnSelected(view.ActionOtherServer)
	highlighted := 0
	for _, button := range inDialog[*form.DialogButton](s) {
		if button.Importance == widget.HighImportance {
			highlighted++
		}
	}
	if highlighted != 1 {
		t.Errorf("%d buttons are highlighted", highlighted)
	}
	s.window.window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if add := s.waitCommand(1).(uploader.Add); add.Server != 2 || !cmp.Equal(add.Paths, []string{path}) {
		t.Errorf("engine received %+v", add)
	}
}

// TestSendToAnotherServer checks that everything can be uploaded to another server as well,
// and that what is in the list stays there.
func TestSendToAnotherServer(t *testing.T) {
	path, folder := apptest.File(t, "a.mov"), t.TempDir()
	for _, c := range []struct {
		name string
		rows []*uploader.Transfer
		want [][]string // the paths of each command
	}{
		{"finished file", []*uploader.Transfer{apptest.Transfer(1, apptest.WithPath(path), apptest.Done)}, [][]string{{path}}},
		{"file that is being sent", []*uploader.Transfer{apptest.Transfer(1, apptest.WithPath(path), apptest.Sending, apptest.Acknowledged(1))}, [][]string{{path}}},
		{"folder", []*uploader.Transfer{
			apptest.Transfer(1, apptest.InBatch(7), apptest.Done), apptest.Transfer(2, apptest.InBatch(7), apptest.Failed(fault.Refused)),
		}, [][]string{{folder}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			snapshot := apptest.Batched(c.rows...)
			for _, b := range snapshot.Batches {
				b.Roots, b.Server = []string{folder}, uploader.BuiltinServer
			}
			s := startWindow(t, apptest.NewEngineAt(snapshot))
			s.window.list.Rows.SelectAll()
			s.actions.actOnSelected(view.ActionOtherServer)
			s.press("Studio")
			for i, want := range c.want {
				add := s.waitCommand(i + 1).(uploader.Add)
				if add.Server != 2 || !cmp.Equal(add.Paths, want) {
					t.Errorf("engine received %+v, want %v", add, want)
				}
			}
			if s.message() != "" {
				t.Errorf("message is %q", s.message())
			}
		})
	}
}
