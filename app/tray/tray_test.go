package tray

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
)

// fakeHost is a toolkit with a tray.
type fakeHost struct{ menu *fyne.Menu }

func (h *fakeHost) SetSystemTrayMenu(menu *fyne.Menu) { h.menu = menu }
func (h *fakeHost) SetSystemTrayIcon(fyne.Resource)   {}

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
