package app

import (
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

func TestTrayMenu(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
	want := []string{"1 uploading", "Open Ferry", "Pause all", "Add files…", "Recent", "When all uploads are done, once", "Quit"}
	if diff := cmp.Diff(want, apptest.Labels(s.toolkit.menu)); diff != "" {
		t.Error(diff)
	}
	apptest.Pick(t, s.toolkit.menu, "Pause all")
	s.wantCommand(1, uploader.Pause{Target: uploader.TargetAll()})
	s.until("menu offers to resume without another snapshot", func() bool {
		return slices.Contains(apptest.Labels(s.toolkit.menu), "Resume all")
	})
}

func TestRecentUploadsInTrayMenu(t *testing.T) {
	finished := func(name, url string, at int) func(*uploader.Transfer) {
		return func(t *uploader.Transfer) {
			t.Server, t.Source.Path, t.Session.URL, t.Finished = 2, "/films/"+name, url, uploader.TimestampOf(apptest.Noon.Add(apptest.Minutes(at)))
		}
	}
	s := startWindow(t, apptest.NewEngine(
		apptest.Transfer(1, apptest.Done, finished("old.mov", "https://x/1", 0)), apptest.Transfer(2, apptest.Done, finished("a_b.mov", "https://x/2", 2)), apptest.Transfer(3, apptest.Sending)))
	item := apptest.Item(t, s.toolkit.menu, "Recent")
	newest := "a__b.mov" // one of them marks a key in menus of Linux
	if runtime.GOOS != "linux" {
		newest = "a_b.mov"
	}
	if diff := cmp.Diff([]string{newest + ": copy link", "old.mov: copy link"}, apptest.Labels(item.ChildMenu)); diff != "" {
		t.Error(diff)
	}
	item.ChildMenu.Items[0].Action()
	s.until("link is copied", func() bool { return s.toolkit.Clipboard().Content() == "https://x/2" })
	if s.message() != "Link copied" {
		t.Errorf("message is %q", s.message())
	}
}

func TestTrayChanges(t *testing.T) {
	t.Run("window is shown when the tray disappears", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending)))
		s.quitter.closeWindow()
		s.until("window is hidden", func() bool { return !s.window.visible })
		s.until("tray is watched", s.desktop.watchesTray)
		s.desktop.setTray(false)
		s.until("window is visible", func() bool { return s.window.visible })
		if s.message() == "" {
			t.Error("no message is shown")
		}
	})
	t.Run("icon is registered when a tray appears", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.until("tray is watched", s.desktop.watchesTray)
		s.desktop.setTray(true)
		s.until("icon is registered", func() bool {
			s.desktop.mu.Lock()
			defer s.desktop.mu.Unlock()
			return s.desktop.iconRegistered
		})
	})
	t.Run("icon is exported and updated after a restart of the session bus", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine())
		s.until("tray is watched", s.desktop.watchesTray)
		s.until("icon is set", func() bool { return s.toolkit.icon != nil })
		s.toolkit.icon, s.toolkit.menu = nil, nil
		s.desktop.mu.Lock()
		s.desktop.busRestarts = true
		s.desktop.mu.Unlock()
		s.desktop.setTray(true)
		s.until("icon is exported and updated", func() bool {
			s.desktop.mu.Lock()
			defer s.desktop.mu.Unlock()
			return s.desktop.iconExported && s.toolkit.icon != nil && s.toolkit.menu != nil
		})
	})
}

func TestHiddenStart(t *testing.T) {
	t.Run("hidden start leaves the window hidden", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), startHidden)
		s.until("tray menu is set", func() bool { return s.toolkit.menu != nil })
		if s.window.visible {
			t.Error("window is visible")
		}
	})
	t.Run("hidden start without a tray shows the window", func(t *testing.T) {
		s := startWindow(t, apptest.NewEngine(), startHidden, withoutTray)
		s.until("window is visible", func() bool { return s.window.visible })
	})
}
