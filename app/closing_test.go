package app

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

func TestClosing(t *testing.T) {
	t.Run("closing hides the window in the tray, and says so the first time", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, sending)))
		s.closeWindow()
		s.until("the window is hidden", func() bool { return !s.window.visible })
		s.until("it is explained", func() bool { return len(s.desktop.noted()) == 1 })
		pick(t, s.toolkit.menu, "Open Ferry")
		s.closeWindow()
		s.until("the window is hidden again", func() bool { return !s.window.visible })
		if got := s.desktop.noted(); len(got) != 1 || s.toolkit.quit {
			t.Errorf("explained %d times, quit %v", len(got), s.toolkit.quit)
		}
	})
	t.Run("without a tray closing asks, because nothing could bring the window back", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, sending)), noTray)
		s.closeWindow()
		s.until("it asks", func() bool { return s.quitting != nil })
		if !s.window.visible || s.toolkit.quit {
			t.Error("it went without asking")
		}
		s.press("Quit")
		if !s.toolkit.quit {
			t.Error("it stayed")
		}
	})
	t.Run("without a tray and nothing to do closing quits", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, done)), noTray)
		s.closeWindow()
		s.until("it quits", func() bool { return s.toolkit.quit })
	})
	t.Run("quitting asks once, and may be taken back", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, sending)))
		s.quit()
		s.until("it asks", func() bool { return s.quitting != nil })
		s.quit()
		s.press("Cancel")
		if s.toolkit.quit || s.quitting != nil || !s.window.visible {
			t.Error("cancelling did not leave everything as it was")
		}
	})
	t.Run("quitting offers to go on in the tray", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, sending)))
		s.quit()
		s.until("it asks", func() bool { return s.quitting != nil })
		s.press("Keep uploading in the tray")
		if s.toolkit.quit || s.window.visible {
			t.Error("it did not go to the tray")
		}
	})
	t.Run("closing quits where the user wants that", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, done)))
		s.config.Settings.Update(func(s *settings.Settings) { s.Start.CloseToTray = false })
		s.closeWindow()
		s.until("it quits", func() bool { return s.toolkit.quit })
	})
	t.Run("quitting says until when servers keep what they have", func(t *testing.T) {
		until := time.Now().Add(48 * time.Hour)
		expires := func(at time.Time) func(*uploader.Transfer) {
			return func(t *uploader.Transfer) { t.Session.Expires = uploader.MomentOf(at) }
		}
		s := raise(t, newFakeEngine(
			transfer(1, sending, holding(1), expires(until.Add(time.Hour))), transfer(2, sending, holding(1), expires(until)),
			transfer(3, done, holding(1), expires(time.Now().Add(time.Hour))), transfer(4, sending, holding(1))))
		got := keptUntil(s.snapshot(), time.Now())
		if want := "The server keeps the uploaded data until " + words.Clock(until, time.Now()) + "."; got != want {
			t.Errorf("says %q", got)
		}
		if got := keptUntil(snapshotOf(transfer(1, sending, holding(1))), time.Now()); got != "" {
			t.Errorf("of a server that did not say it says %q", got)
		}
	})
	t.Run("and asks no more when it is told not to", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, sending)))
		s.quit()
		s.until("it asks", func() bool { return s.quitting != nil })
		for _, o := range test.LaidOutObjects(s.window.window.Canvas().Overlays().Top()) {
			if check, ok := o.(*widget.Check); ok {
				test.Tap(check)
			}
		}
		s.press("Quit")
		if s.config.Settings.Get().Start.AskBeforeQuit {
			t.Error("it will ask again")
		}
		again := raise(t, newFakeEngine(transfer(1, sending)))
		again.config.Settings.Update(func(s *settings.Settings) { s.Start.AskBeforeQuit = false })
		again.quit()
		if !again.toolkit.quit || again.quitting != nil {
			t.Error("it asks")
		}
	})
	t.Run("a tray that goes away brings the window back", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, sending)))
		s.closeWindow()
		s.until("the window is hidden", func() bool { return !s.window.visible })
		s.until("the tray is followed", s.desktop.followed)
		s.desktop.lose()
		s.until("the window is back", func() bool { return s.window.visible })
		if s.said() == "" {
			t.Error("nobody says why")
		}
	})
	t.Run("a tray that comes is given the icon", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		s.until("the tray is followed", s.desktop.followed)
		s.desktop.change(false)
		s.until("the icon is offered", func() bool {
			s.desktop.mu.Lock()
			defer s.desktop.mu.Unlock()
			return s.desktop.offered
		})
	})
	t.Run("started hidden it waits in the tray, where there is one", func(t *testing.T) {
		s := raise(t, newFakeEngine(), hidden)
		s.until("the tray is there", func() bool { return s.toolkit.menu != nil })
		if s.window.visible {
			t.Error("the window shows")
		}
	})
	t.Run("and shows itself where there is none", func(t *testing.T) {
		s := raise(t, newFakeEngine(), hidden, noTray)
		s.until("the window shows", func() bool { return s.window.visible })
	})
	t.Run("reopened it shows the newest state", func(t *testing.T) {
		s := raise(t, newFakeEngine(transfer(1, sending)))
		s.closeWindow()
		s.until("the window is hidden", func() bool { return !s.window.visible })
		newest := snapshotOf(transfer(1, done), transfer(2, paused))
		s.engine.publish(newest)
		s.open()
		s.until("the newest is shown", func() bool { return s.window.list.s == newest })
	})
}

func TestTrayMenu(t *testing.T) {
	s := raise(t, newFakeEngine(transfer(1, sending)))
	want := []string{"1 uploading", "Open Ferry", "Pause all", "Add files…", "Recent", "Quit"}
	if diff := cmp.Diff(want, labels(s.toolkit.menu)); diff != "" {
		t.Error(diff)
	}
	pick(t, s.toolkit.menu, "Pause all")
	if diff := cmp.Diff(uploader.Command(uploader.Pause{Target: uploader.Everything()}), s.heard(1)); diff != "" {
		t.Error(diff)
	}
	s.until("the menu offers to resume, though the engine has no more news", func() bool {
		return slices.Contains(labels(s.toolkit.menu), "Resume all")
	})
}

func TestTrayIsNotRebuiltForEveryUploadThatFinishes(t *testing.T) {
	toolkit := &fakeToolkit{}
	tray := &tray{host: toolkit, tooltip: func(string) {}}
	speak(t)
	start := tray.when.AddDate(2000, 0, 0)
	tray.show(trayView{status: "one"}, start)
	first := toolkit.menu
	finished := trayView{status: "one", recent: [recentMost]recent{{id: 1, name: "a"}}}
	if wait := tray.show(finished, start.Add(2*trayPace)); toolkit.menu != first || wait != recentPace-2*trayPace {
		t.Errorf("it was built anew at once, or is not looked at again in time (%v)", wait)
	}
	tray.show(finished, start.Add(recentPace))
	if toolkit.menu == first {
		t.Error("it was not brought up to date")
	}
}

func TestTrayIsNotRebuiltMoreThanEveryTwoSeconds(t *testing.T) {
	toolkit := &fakeToolkit{}
	tray := &tray{host: toolkit, tooltip: func(string) {}}
	speak(t)
	start := tray.when.AddDate(2000, 0, 0)
	tray.show(trayView{status: "one"}, start)
	first := toolkit.menu
	if wait := tray.show(trayView{status: "two"}, start.Add(trayPace/2)); toolkit.menu != first || wait != trayPace/2 {
		t.Errorf("it was built anew at once, or is not looked at again in time (%v)", wait)
	}
	tray.show(trayView{status: "two"}, start.Add(trayPace))
	if toolkit.menu == first {
		t.Error("it was not brought up to date")
	}
	second := toolkit.menu
	tray.show(trayView{status: "two"}, start.Add(10*trayPace))
	if toolkit.menu != second {
		t.Error("it was built anew though nothing changed")
	}
}
