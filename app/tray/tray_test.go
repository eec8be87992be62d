package tray

import (
	"errors"
	"log/slog"
	"testing"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/platform"
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
	tray := &Tray{host: toolkit, post: func(do func()) { do() }, tooltip: func(string) {}}
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
	tray := &Tray{host: toolkit, post: func(do func()) { do() }, tooltip: func(string) {}}
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

// fakeMenu is a menu that replaces the toolkit's one.
type fakeMenu struct{ shown [][]platform.MenuItem }

func (m *fakeMenu) Show(items []platform.MenuItem) { m.shown = append(m.shown, items) }

// TestMenuInPlaceOfToolkitsOne: the toolkit gets a menu once, because it shows no icon
// without one. Items keep their keys, so that the menu can change in place.
func TestMenuInPlaceOfToolkitsOne(t *testing.T) {
	toolkit, menu := &fakeHost{}, &fakeMenu{}
	paused := false
	tray := &Tray{
		host: toolkit, replacement: menu, post: func(do func()) { do() }, tooltip: func(string) {},
		actions: Actions{PauseAll: func() { paused = true }},
	}
	apptest.LoadEnglish(t)
	start := tray.changed.AddDate(2000, 0, 0)
	tray.Show(view.Tray{Status: "one", Pause: true}, start)
	first := toolkit.menu
	tray.Show(view.Tray{Status: "two", Paused: true}, start.Add(minInterval))
	if first == nil || toolkit.menu != first {
		t.Error("toolkit's menu was not set once")
	}
	if len(menu.shown) != 2 {
		t.Fatalf("menu was shown %d times, want 2", len(menu.shown))
	}
	keys := func(items []platform.MenuItem) (keys []string) {
		for _, item := range items {
			keys = append(keys, item.Key)
		}
		return keys
	}
	if diff := cmp.Diff(keys(menu.shown[0]), keys(menu.shown[1])); diff != "" {
		t.Error(diff)
	}
	for _, item := range menu.shown[0] {
		if item.Label == "Pause all" {
			item.Do()
		}
	}
	if !paused {
		t.Error("item did not call its action")
	}
}
