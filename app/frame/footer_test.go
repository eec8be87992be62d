package frame

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// activeSnapshot returns a snapshot with an active transfer and a total rate.
func activeSnapshot(rate float64) *uploader.Snapshot {
	s := apptest.Snapshot(apptest.Transfer(1, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte)))
	s.Totals.Active, s.Totals.Rate, s.Totals.ETA = 1, rate, 3*time.Minute
	return s
}

// showFooter returns a footer that shows a snapshot in a window of a given size.
func showFooter(t *testing.T, size fyne.Size, s *uploader.Snapshot, transfers uploader.Settings) *Footer {
	t.Helper()
	apptest.LoadEnglish(t)
	apptest.App(t).Settings().SetTheme(theme.New(theme.System, 1))
	w := test.NewTempWindow(t, nil)
	f := NewFooter(w.Canvas(), widgets.NewTooltips(), FooterActions{WhenDone: func() settings.DoneAction { return settings.DoneNothing }})
	w.SetContent(container.NewBorder(nil, f.Content, nil, nil))
	w.SetPadded(false)
	w.Resize(size)
	f.Show(s, transfers, time.Now())
	return f
}

// windowSize is the window's initial size.
var windowSize = fyne.NewSize(960, 640)

func TestFooter(t *testing.T) {
	t.Run("shows rate, bytes left and ETA", func(t *testing.T) {
		f := showFooter(t, windowSize, activeSnapshot(60e6), uploader.Settings{})
		want := []string{"60.0 MB/s", "3.0 GB left", "about 3 min"}
		if diff := cmp.Diff(want, f.figures.Texts()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("graph shows the last speeds, and is hidden when nothing is active", func(t *testing.T) {
		f := showFooter(t, windowSize, apptest.Snapshot(), uploader.Settings{})
		now := time.Now()
		for i := range 5 {
			f.Show(activeSnapshot(float64(i)), uploader.Settings{}, now.Add(time.Duration(i)*time.Second))
		}
		if diff := cmp.Diff([]float64{0, 1, 2, 3, 4}, f.speed.Samples); diff != "" || !f.graph.Visible() {
			t.Error(diff)
		}
		f.Show(apptest.Snapshot(apptest.Transfer(1, apptest.Done)), uploader.Settings{}, now)
		if f.graph.Visible() {
			t.Error("graph is visible")
		}
	})
	t.Run("figures are not shortened in any unit", func(t *testing.T) {
		footer := showFooter(t, fyne.NewSize(1200, 640), apptest.Snapshot(), uploader.Settings{})
		for left := int64(888); left < 1e12; left *= 1001 {
			now := activeSnapshot(float64(left))
			now.Totals.Left, now.Totals.ETA = left, 22*time.Hour+20*time.Minute
			footer.Show(now, uploader.Settings{}, time.Now())
			for _, text := range footer.figures.Texts() {
				if !slices.Contains(apptest.Texts(footer.Content), text) {
					t.Errorf("%q is not among the drawn texts %q", text, apptest.Texts(footer.Content))
				}
			}
		}
	})
	t.Run("narrow window hides the least important figures", func(t *testing.T) {
		f := showFooter(t, fyne.NewSize(480, 360), activeSnapshot(60e6), uploader.Settings{Limit: 20e6})
		if f.Limit.Text() == "No limit" {
			t.Error("limit is not shown")
		}
		if diff := cmp.Diff([]string{"60.0 MB/s", "3.0 GB left"}, f.figures.Texts()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFooterReservesNoSpaceForMissingFigures(t *testing.T) {
	reading := apptest.Snapshot(apptest.Transfer(1, apptest.Paused), apptest.Transfer(2, func(t *uploader.Transfer) { t.Phase = uploader.PhaseQueued }))
	reading.Totals.Active = 1 // a file is read
	f := showFooter(t, windowSize, reading, uploader.Settings{})
	if f.graph.Visible() {
		t.Error("graph is visible without a speed")
	}
	left := f.figures.Texts()
	if diff := cmp.Diff([]string{"4.0 GB left"}, left); diff != "" {
		t.Fatal(diff)
	}
	for _, o := range test.LaidOutObjects(f.figures) {
		if text, ok := o.(*canvas.Text); ok && text.Text == left[0] && text.Position().X != 0 {
			t.Errorf("text is %g to the right of the margin", text.Position().X)
		}
	}
}

func TestFooterDoesNotMoveWithDigits(t *testing.T) {
	f := showFooter(t, windowSize, activeSnapshot(60e6), uploader.Settings{})
	positions := func() []fyne.Position {
		var all []fyne.Position
		for _, o := range test.LaidOutObjects(f.figures) {
			all = append(all, o.Position())
		}
		return all
	}
	before := positions()
	f.Show(activeSnapshot(1e3), uploader.Settings{}, time.Now())
	if diff := cmp.Diff(before, positions()); diff != "" {
		t.Error(diff)
	}
}
