package tray

import (
	"errors"
	"log/slog"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
)

// fakeHost is a toolkit with a tray.
type fakeHost struct {
	menu  *fyne.Menu
	icon  fyne.Resource
	fails any // panic value of an update of the icon; nil for none
}

func (h *fakeHost) SetSystemTrayMenu(menu *fyne.Menu) { h.menu = menu }

func (h *fakeHost) SetSystemTrayIcon(icon fyne.Resource) {
	if h.fails != nil {
		panic(h.fails)
	}
	h.icon = icon
}

func TestTrayMenuDelaysRecentUploads(t *testing.T) {
	toolkit := &fakeHost{}
	tray := &Tray{host: toolkit, tooltip: func(string) {}}
	apptest.LoadEnglish(t)
	start := tray.changed.AddDate(2000, 0, 0)
	tray.Show(view.Tray{Status: "one"}, start)
	first := toolkit.menu
	finished := view.Tray{Status: "one", Recent: [view.MaxRecent]view.RecentUpload{{ID: 1, Name: "a"}}}
	if wait := tray.Show(finished, start.Add(2*minInterval)); toolkit.menu != first || wait != recentInterval-2*minInterval {
		t.Errorf("menu was built again at once, or wait is %v", wait)
	}
	tray.Show(finished, start.Add(recentInterval))
	if toolkit.menu == first {
		t.Error("menu was not updated")
	}
}

func TestTrayChangesAtMostEveryTwoSeconds(t *testing.T) {
	toolkit := &fakeHost{}
	tray := &Tray{host: toolkit, tooltip: func(string) {}}
	apptest.LoadEnglish(t)
	start := tray.changed.AddDate(2000, 0, 0)
	tray.Show(view.Tray{Status: "one"}, start)
	first := toolkit.menu
	if wait := tray.Show(view.Tray{Status: "two"}, start.Add(minInterval/2)); toolkit.menu != first || wait != minInterval/2 {
		t.Errorf("menu was built again at once, or wait is %v", wait)
	}
	tray.Show(view.Tray{Status: "two"}, start.Add(minInterval))
	if toolkit.menu == first {
		t.Error("menu was not updated")
	}
	second := toolkit.menu
	tray.Show(view.Tray{Status: "two"}, start.Add(10*minInterval))
	if toolkit.menu != second {
		t.Error("menu was built again without a change")
	}
}

// TestTrayIsShownAfterPanicOfToolkit: the toolkit's tray library panics while the session
// bus is not running.
func TestTrayIsShownAfterPanicOfToolkit(t *testing.T) {
	toolkit := &fakeHost{fails: errors.New("dbus: connection closed by user")}
	tray := &Tray{host: toolkit, tooltip: func(string) {}, log: slog.New(slog.DiscardHandler)}
	apptest.LoadEnglish(t)
	start := tray.changed.AddDate(2000, 0, 0)
	tray.Show(view.Tray{State: view.TrayActive}, start)
	if toolkit.menu == nil {
		t.Error("menu was not updated after the icon failed")
	}
	toolkit.fails = nil
	tray.Show(view.Tray{State: view.TrayPaused}, start.Add(minInterval))
	if toolkit.icon == nil {
		t.Error("icon was not updated after an earlier update failed")
	}
	toolkit.icon, toolkit.menu = nil, nil
	tray.Invalidate()
	tray.Show(view.Tray{State: view.TrayPaused}, start.Add(2*minInterval))
	if toolkit.icon == nil || toolkit.menu == nil {
		t.Error("tray was not updated whole after Invalidate")
	}
}

func TestTrayPassesOnOtherPanics(t *testing.T) {
	type windowError struct{ text string } // as package program panics with for a window that cannot be created
	tray := &Tray{host: &fakeHost{fails: windowError{"no OpenGL"}}, tooltip: func(string) {}, log: slog.New(slog.DiscardHandler)}
	apptest.LoadEnglish(t)
	defer func() {
		if p := recover(); p != (windowError{"no OpenGL"}) {
			t.Errorf("recovered %v, want the window error", p)
		}
	}()
	tray.Show(view.Tray{State: view.TrayActive}, tray.changed.AddDate(2000, 0, 0))
}
