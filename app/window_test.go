package app

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestTopBar(t *testing.T) {
	t.Run("pause all becomes resume all and back", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending), apptest.Transfer(2)))
		test.Tap(s.window.bar.Toggle)
		s.until("it offers to resume", func() bool { return s.window.bar.Toggle.Text == "Resume all" })
		test.Tap(s.window.bar.Toggle)
		s.until("it offers to pause", func() bool { return s.window.bar.Toggle.Text == "Pause all" })
		want := []uploader.Command{uploader.Pause{Target: uploader.TargetAll()}, uploader.Resume{Target: uploader.TargetAll()}}
		if diff := cmp.Diff(want, s.engine.Commands()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("remove finished keeps what failed: it can be continued", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Done), apptest.Transfer(2, apptest.Failed(fault.Auth)), apptest.Transfer(3, apptest.Sending)))
		test.Tap(s.window.bar.RemoveFinished)
		s.window.toasts.Dismiss()
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.TargetTransfers(1)}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("with nothing in the list there is nothing to press", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		if !s.window.bar.Toggle.Disabled() || !s.window.bar.RemoveFinished.Disabled() {
			t.Error("a button offers what cannot be done")
		}
	})
	t.Run("the chosen destination is remembered", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		apptest.Pick(t, s.window.bar.ServerMenu(), "Studio")
		s.until("it is shown", func() bool { return s.window.bar.Destination.Text == "Studio" })
		again := loadDestination(s.toolkit.Preferences())
		if got := again.in(s.bridge.Snapshot()); got.ID != 2 {
			t.Errorf("the next start sends to %+v", got)
		}
		s.adding.drop(apptest.URIs(apptest.File(t, "a.mov")))
		if add := s.waitCommand(1).(uploader.Add); add.Server != 2 {
			t.Errorf("added to %d", add.Server)
		}
	})
	t.Run("a destination that is gone is this computer again", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.choose(99)
		if got := s.destination.in(s.bridge.Snapshot()); got.ID != uploader.BuiltinServer {
			t.Errorf("sends to %+v", got)
		}
	})
}

func TestEmptyState(t *testing.T) {
	s := startWindow(t, apptest.NewEngine())
	if !s.window.empty.Visible() || s.window.list.Rows.Visible() {
		t.Error("an empty list shows no empty state")
	}
	s.publish(apptest.Snapshot(apptest.Transfer(1)))
	if s.window.empty.Visible() || !s.window.list.Rows.Visible() {
		t.Error("the empty state stays over a list with a row")
	}
}

func TestKeys(t *testing.T) {
	press := func(s *testWindow, key fyne.KeyName) { s.key(key) }
	t.Run("space pauses what moves, and resumes when all of it rests", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending), apptest.Transfer(2, apptest.Paused)))
		s.window.list.Rows.SelectAll()
		press(s, fyne.KeySpace)
		s.until("both rest", func() bool { return s.rows()[0].State() == uploader.StatePaused })
		press(s, fyne.KeySpace)
		want := uploader.Command(uploader.Resume{Target: uploader.TargetTransfers(1, 2)})
		if diff := cmp.Diff(want, s.waitCommand(2)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("delete removes what is final and what has not begun, which can be undone", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Done), apptest.Transfer(2)))
		s.window.list.Rows.SelectAll()
		press(s, fyne.KeyDelete)
		if diff := cmp.Diff(uploader.Command(uploader.Pause{Target: uploader.TargetTransfers(2)}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
		s.removals.restore()
		s.until("they are back", func() bool { return len(s.rows()) == 2 })
	})
	t.Run("delete asks before bytes are lost, and does nothing meanwhile", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngineAt(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(1, apptest.InFolder(7, "a/1"), apptest.Done), apptest.Transfer(2, apptest.InFolder(7, "a/2"), apptest.Sending, apptest.Acknowledged(apptest.Gigabyte))), apptest.Folder(7, "a"))))
		s.window.list.Rows.SelectAll()
		press(s, fyne.KeyDelete)
		if len(s.engine.Commands()) > 0 || len(s.rows()) != 2 {
			t.Errorf("told the engine %v before asking", s.engine.Commands())
		}
		s.press("Cancel upload")
		s.waitCommand(1) // holds it
		s.window.toasts.Dismiss()
		if diff := cmp.Diff(uploader.Command(uploader.Remove{Target: uploader.Target{Batch: 7}}), s.waitCommand(2)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("keys are for what lies on top: Escape takes it away, others do nothing to the rows", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte))))
		s.window.list.Rows.SelectAll()
		for _, open := range []func(){s.quitter.quit, s.servers.Add, func() { s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()...)) }} {
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
		if got := s.engine.Commands(); len(got) > 0 || s.toolkit.quit || s.quitter.question != nil {
			t.Errorf("told the engine %v, quit %v", got, s.toolkit.quit)
		}
	})
	t.Run("Enter gives the first answer, which loses nothing", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte))))
		s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()...))
		s.window.window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		if got := s.engine.Commands(); len(got) > 0 || s.window.window.Canvas().Overlays().Top() != nil {
			t.Errorf("told the engine %v", got)
		}
	})
	t.Run("F5 tries again what failed", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Failed(fault.Refused)), apptest.Transfer(2, apptest.Done)))
		s.window.list.Rows.SelectAll()
		press(s, fyne.KeyF5)
		if diff := cmp.Diff(uploader.Command(uploader.Retry{Target: uploader.TargetTransfers(1)}), s.waitCommand(1)); diff != "" {
			t.Error(diff)
		}
	})
}
