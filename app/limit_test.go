package app

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

func TestLimitButtonIsReachableByTab(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(apptest.Folders()))
	canvas := s.window.window.Canvas()
	first := canvas.Focused()
	for canvas.FocusNext(); canvas.Focused() != s.window.footer.Limit; canvas.FocusNext() {
		if first == nil {
			first = canvas.Focused()
		} else if canvas.Focused() == first {
			t.Fatal("Tab does not reach the limit button")
		}
	}
	s.key(fyne.KeySpace)
	if !s.keys.hasOverlay() {
		t.Error("Space does not open the menu")
	}
}

// activeSnapshot is a snapshot in which a file is being sent.
func activeSnapshot() *uploader.Snapshot {
	s := apptest.Snapshot(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte)))
	s.Totals.Active, s.Totals.Rate, s.Totals.ETA = 1, 60e6, 3*time.Minute
	return s
}

func TestLimitIsChosenInFooter(t *testing.T) {
	s := startWindow(t, apptest.NewEngineAt(activeSnapshot()))
	if got := s.window.footer.Limit.Text(); got != "No limit" {
		t.Errorf("limit is %q", got)
	}
	test.Tap(s.window.footer.Limit)
	if !s.keys.hasOverlay() {
		t.Error("no menu is open")
	}
	apptest.Pick(t, s.window.footer.LimitMenu(), "At most 5.0 MB/s")
	s.until("limit is shown", func() bool { return s.window.footer.Limit.Text() == "At most 5.0 MB/s" })
	if got := s.config.Settings.Get().Transfers.Limit; got != 5e6 {
		t.Errorf("stored limit is %d", got)
	}
	for _, item := range s.window.footer.LimitMenu().Items {
		if item.Checked != (item.Label == "At most 5.0 MB/s") {
			t.Errorf("%s is checked: %v", item.Label, item.Checked)
		}
	}
}
