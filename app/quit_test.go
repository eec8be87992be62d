package app

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

func TestClosingAndQuitting(t *testing.T) {
	t.Run("closing hides the window in the tray, and says so the first time", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		s.quitter.closeWindow()
		s.until("the window is hidden", func() bool { return !s.window.visible })
		s.until("it is explained", func() bool { return len(s.desktop.notifications()) == 1 })
		apptest.Pick(t, s.toolkit.menu, "Open Ferry")
		s.quitter.closeWindow()
		s.until("the window is hidden again", func() bool { return !s.window.visible })
		if got := s.desktop.notifications(); len(got) != 1 || s.toolkit.quit {
			t.Errorf("explained %d times, quit %v", len(got), s.toolkit.quit)
		}
	})
	t.Run("without a tray closing asks, because nothing could bring the window back", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)), withoutTray)
		s.quitter.closeWindow()
		s.until("it asks", func() bool { return s.quitter.question != nil })
		if !s.window.visible || s.toolkit.quit {
			t.Error("it went without asking")
		}
		s.press("Quit")
		if !s.toolkit.quit {
			t.Error("it stayed")
		}
	})
	t.Run("without a tray and nothing to do closing quits", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Done)), withoutTray)
		s.quitter.closeWindow()
		s.until("it quits", func() bool { return s.toolkit.quit })
	})
	t.Run("quitting asks once, and may be taken back", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		s.quitter.quit()
		s.until("it asks", func() bool { return s.quitter.question != nil })
		s.quitter.quit()
		s.press("Cancel")
		if s.toolkit.quit || s.quitter.question != nil || !s.window.visible {
			t.Error("cancelling did not leave everything as it was")
		}
	})
	t.Run("quitting offers to go on in the tray", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		s.quitter.quit()
		s.until("it asks", func() bool { return s.quitter.question != nil })
		s.press("Keep uploading in the tray")
		if s.toolkit.quit || s.window.visible {
			t.Error("it did not go to the tray")
		}
	})
	t.Run("closing quits where the user wants that", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Done)))
		s.config.Settings.Update(func(s *settings.Settings) { s.Start.CloseToTray = false })
		s.quitter.closeWindow()
		s.until("it quits", func() bool { return s.toolkit.quit })
	})
	t.Run("quitting says until when servers keep what they have", func(t *testing.T) {
		until := time.Now().Add(48 * time.Hour)
		expires := func(at time.Time) func(*uploader.Transfer) {
			return func(t *uploader.Transfer) { t.Session.Expires = uploader.TimestampOf(at) }
		}
		s := startWindow(t, apptest.NewEngine(
			apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(1), expires(until.Add(time.Hour))), apptest.Transfer(2, apptest.Sending, apptest.Acknowledged(1), expires(until)),
			apptest.Transfer(3, apptest.Done, apptest.Acknowledged(1), expires(time.Now().Add(time.Hour))), apptest.Transfer(4, apptest.Sending, apptest.Acknowledged(1))))
		got := view.KeptUntil(s.bridge.Snapshot(), time.Now())
		if want := "The server keeps the uploaded data until " + words.Clock(until, time.Now()) + "."; got != want {
			t.Errorf("says %q", got)
		}
		if got := view.KeptUntil(apptest.Snapshot(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(1))), time.Now()); got != "" {
			t.Errorf("of a server that did not say it says %q", got)
		}
	})
	t.Run("and asks no more when it is told not to", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		s.quitter.quit()
		s.until("it asks", func() bool { return s.quitter.question != nil })
		for _, o := range test.LaidOutObjects(s.window.window.Canvas().Overlays().Top()) {
			if check, ok := o.(*widget.Check); ok {
				test.Tap(check)
			}
		}
		s.press("Quit")
		if s.config.Settings.Get().Start.ConfirmQuit {
			t.Error("it will ask again")
		}
		again := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		again.config.Settings.Update(func(s *settings.Settings) { s.Start.ConfirmQuit = false })
		again.quitter.quit()
		if !again.toolkit.quit || again.quitter.question != nil {
			t.Error("it asks")
		}
	})
	t.Run("a tray that goes away brings the window back", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		s.quitter.closeWindow()
		s.until("the window is hidden", func() bool { return !s.window.visible })
		s.until("the tray is followed", s.desktop.followsTray)
		s.desktop.removeTray()
		s.until("the window is back", func() bool { return s.window.visible })
		if s.message() == "" {
			t.Error("nobody says why")
		}
	})
	t.Run("a tray that comes is given the icon", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.until("the tray is followed", s.desktop.followsTray)
		s.desktop.setTray(false)
		s.until("the icon is offered", func() bool {
			s.desktop.mu.Lock()
			defer s.desktop.mu.Unlock()
			return s.desktop.iconShown
		})
	})
	t.Run("restarted session bus is given the icon as it is now", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.until("the tray is followed", s.desktop.followsTray)
		s.until("the icon is shown", func() bool { return s.toolkit.icon != nil })
		s.toolkit.icon, s.toolkit.menu = nil, nil
		s.desktop.mu.Lock()
		s.desktop.busRestarts = true
		s.desktop.mu.Unlock()
		s.desktop.setTray(false)
		s.until("the icon is exported and updated", func() bool {
			s.desktop.mu.Lock()
			defer s.desktop.mu.Unlock()
			return s.desktop.iconExported && s.toolkit.icon != nil && s.toolkit.menu != nil
		})
	})
	t.Run("started hidden it waits in the tray, where there is one", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), startHidden)
		s.until("the tray is there", func() bool { return s.toolkit.menu != nil })
		if s.window.visible {
			t.Error("the window shows")
		}
	})
	t.Run("and shows itself where there is none", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), startHidden, withoutTray)
		s.until("the window shows", func() bool { return s.window.visible })
	})
	t.Run("reopened it shows the newest state", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		s.quitter.closeWindow()
		s.until("the window is hidden", func() bool { return !s.window.visible })
		newest := apptest.Snapshot(apptest.Transfer(1, apptest.Done), apptest.Transfer(2, apptest.Paused))
		s.engine.Publish(newest)
		s.visibility.open()
		s.until("the newest is shown", func() bool { return s.window.list.Snapshot == newest })
	})
}

func TestTrayMenu(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
	want := []string{"1 uploading", "Open Ferry", "Pause all", "Add files…", "Recent", "Quit"}
	if diff := cmp.Diff(want, apptest.Labels(s.toolkit.menu)); diff != "" {
		t.Error(diff)
	}
	apptest.Pick(t, s.toolkit.menu, "Pause all")
	if diff := cmp.Diff(uploader.Command(uploader.Pause{Target: uploader.TargetAll()}), s.waitCommand(1)); diff != "" {
		t.Error(diff)
	}
	s.until("the menu offers to resume, though the engine has no more news", func() bool {
		return slices.Contains(apptest.Labels(s.toolkit.menu), "Resume all")
	})
}
