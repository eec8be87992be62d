package app

import (
	"context"
	"errors"
	"io"
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

func TestRemovalsAreUndoneOneAfterAnother(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Done), apptest.Transfer(8, apptest.Done), apptest.Transfer(9)))
	failed := s.rows()[2]
	for i, id := range []uploader.TransferID{7, 8} {
		s.actions.act(view.ActionRemove, view.SelectionOf(s.rows()[0]))
		s.window.toasts.Dismiss()
		s.wantCommand(i+1, uploader.Remove{Target: uploader.TargetTransfers(id)})
		s.until("the removal is remembered", func() bool { return len(s.removals.done) == i+1 })
	}
	s.removals.remove(view.SelectionOf(failed))
	s.until("the list is empty", func() bool { return len(s.rows()) == 0 })
	s.removals.undo() // of what is not removed yet
	s.until("the row is back", func() bool { return len(s.rows()) == 1 })
	before := len(s.engine.Commands())
	for i, id := range []uploader.TransferID{8, 7} {
		s.removals.undo()
		restore, ok := s.waitCommand(before + i + 1).(uploader.Restore)
		if !ok || !cmp.Equal(restore.Finished, []uploader.TransferID{id}) {
			t.Errorf("engine received %+v", restore)
		}
		s.until("the message is shown", func() bool { return s.message() == "1 upload is back in the list" })
		s.window.toasts.Dismiss()
	}
	s.removals.undo()
	if got := len(s.engine.Commands()); got != before+2 {
		t.Errorf("%d commands, want %d", got, before+2)
	}
}

func TestFailedUndoIsRepeatedUnlessItIsInEffect(t *testing.T) {
	for _, c := range []struct {
		name     string
		err      error
		repeated bool
	}{
		{"cannot be saved yet", fault.New(fault.LocalDisk, fault.Save, nil), false},
		{"history cannot be read", fault.New(fault.LocalDisk, fault.Load, nil), true},
		{"engine has stopped", errors.New("stopped"), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			engine := apptest.NewEngine(apptest.Transfer(7, apptest.Paused))
			s := startWindow(t, engine)
			s.removals.remove(view.SelectionOf(s.rows()...))
			s.window.toasts.Dismiss()
			s.until("the removal is remembered", func() bool { return len(s.removals.done) == 1 })
			engine.Err = c.err
			s.removals.undo()
			s.until("the message is shown", func() bool { return s.message() == view.ErrorText(c.err) })
			if got := len(s.removals.done) == 1; got != c.repeated {
				t.Errorf("the next undo repeats it: %v, want %v", got, c.repeated)
			}
			s.removals.undo()
			if c.repeated {
				s.waitCommand(3)
			}
		})
	}
}

func TestExportToFile(t *testing.T) {
	folder, now := t.TempDir(), time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	write := func(text string, err error) func(context.Context, io.Writer) error {
		return func(_ context.Context, to io.Writer) error {
			_, writeErr := io.WriteString(to, text)
			return errors.Join(writeErr, err)
		}
	}
	for i, want := range []string{"ferry-history-2026-11-30.csv", "ferry-history-2026-11-30-2.csv"} {
		path, err := exportTo(t.Context(), folder, now, write(want, nil))
		content, readErr := os.ReadFile(filepath.Join(folder, want))
		if err != nil || readErr != nil || path != filepath.Join(folder, want) || string(content) != want {
			t.Errorf("export %d: %s with %q, %v, %v", i, path, content, err, readErr)
		}
	}
	if _, err := exportTo(t.Context(), folder, now, write("x", apptest.ErrBroken)); !errors.Is(err, apptest.ErrBroken) {
		t.Errorf("failed export returned %v", err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 2 {
		t.Errorf("%d files after a failed export, %v", len(entries), err)
	}
}
