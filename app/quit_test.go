package app

import (
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

func TestCloseWindow(t *testing.T) {
	t.Run("close hides the window, with a notification the first time", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		s.quitter.closeWindow()
		s.until("window is hidden", func() bool { return !s.window.visible })
		s.until("notification is sent", func() bool { return len(s.desktop.notifications()) == 1 })
		apptest.Pick(t, s.toolkit.menu, "Open Ferry")
		s.quitter.closeWindow()
		s.until("window is hidden again", func() bool { return !s.window.visible })
		if got := s.desktop.notifications(); len(got) != 1 || s.toolkit.quit {
			t.Errorf("%d notifications, quit %v", len(got), s.toolkit.quit)
		}
	})
	t.Run("close without a tray asks whether to quit", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)), withoutTray)
		s.quitter.closeWindow()
		s.until("question is open", func() bool { return s.quitter.question != nil })
		if !s.window.visible || s.toolkit.quit {
			t.Error("window was closed without asking")
		}
		s.press("Quit")
		if !s.toolkit.quit {
			t.Error("Quit did not quit")
		}
	})
	t.Run("close without a tray and running uploads quits", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Done)), withoutTray)
		s.quitter.closeWindow()
		s.until("toolkit quits", func() bool { return s.toolkit.quit })
	})
	t.Run("close quits if closing to the tray is disabled", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Done)))
		s.config.Settings.Update(func(s *settings.Settings) { s.Start.CloseToTray = false })
		s.quitter.closeWindow()
		s.until("toolkit quits", func() bool { return s.toolkit.quit })
	})
	t.Run("opened window shows the newest snapshot", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		s.quitter.closeWindow()
		s.until("window is hidden", func() bool { return !s.window.visible })
		newest := apptest.Snapshot(apptest.Transfer(1, apptest.Done), apptest.Transfer(2, apptest.Paused))
		s.engine.Publish(newest)
		s.visibility.open()
		s.until("newest snapshot is shown", func() bool { return s.window.list.Snapshot == newest })
	})
}

func TestQuit(t *testing.T) {
	t.Run("quit opens one question, and Cancel closes it", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		s.quitter.quit()
		s.until("question is open", func() bool { return s.quitter.question != nil })
		s.quitter.quit()
		s.press("Cancel")
		if s.toolkit.quit || s.quitter.question != nil || !s.window.visible {
			t.Error("Cancel did not restore the window")
		}
	})
	t.Run("quit question offers to hide the window", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		s.quitter.quit()
		s.until("question is open", func() bool { return s.quitter.question != nil })
		s.press("Keep uploading in the tray")
		if s.toolkit.quit || s.window.visible {
			t.Error("window was not hidden")
		}
	})
	t.Run("quit question contains the earliest expiry", func(t *testing.T) {
		until := time.Now().Add(48 * time.Hour)
		expires := func(at time.Time) func(*uploader.Transfer) {
			return func(t *uploader.Transfer) { t.Session.Expires = uploader.TimestampOf(at) }
		}
		s := startWindow(t, apptest.NewEngine(
			apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(1), expires(until.Add(time.Hour))), apptest.Transfer(2, apptest.Sending, apptest.Acknowledged(1), expires(until)),
			apptest.Transfer(3, apptest.Done, apptest.Acknowledged(1), expires(time.Now().Add(time.Hour))), apptest.Transfer(4, apptest.Sending, apptest.Acknowledged(1))))
		got := view.KeptUntil(s.bridge.Snapshot(), time.Now())
		if want := "The server keeps the uploaded data until " + words.Clock(until, time.Now()) + "."; got != want {
			t.Errorf("text is %q", got)
		}
		if got := view.KeptUntil(apptest.Snapshot(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(1))), time.Now()); got != "" {
			t.Errorf("text without expiry is %q", got)
		}
	})
	t.Run("checkbox disables the question", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		s.quitter.quit()
		s.until("question is open", func() bool { return s.quitter.question != nil })
		for _, o := range test.LaidOutObjects(s.overlay()) {
			if check, ok := o.(*widget.Check); ok {
				test.Tap(check)
			}
		}
		s.press("Quit")
		if s.config.Settings.Get().Start.ConfirmQuit {
			t.Error("setting was not changed")
		}
		next := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		next.config.Settings.Update(func(s *settings.Settings) { s.Start.ConfirmQuit = false })
		next.quitter.quit()
		if !next.toolkit.quit || next.quitter.question != nil {
			t.Error("question is open")
		}
	})
}
