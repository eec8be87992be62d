package app

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

// busy is a snapshot in which something moves that fast.
func busy(rate float64) *uploader.Snapshot {
	s := snapshotOf(transfer(1, sending, holding(gigabyte)))
	s.Totals.Active, s.Totals.Rate, s.Totals.ETA = 1, rate, 3*time.Minute
	return s
}

func TestFooter(t *testing.T) {
	t.Run("it says how all of it moves", func(t *testing.T) {
		s := raise(t, newFakeEngineAt(busy(60e6)))
		want := []string{"60.0 MB/s", "3.0 GB left", "about 3 min"}
		if diff := cmp.Diff(want, s.window.footer.figures.Texts()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the speeds of the last seconds are a curve, which goes when nothing moves", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		now := time.Now()
		for i := range 5 {
			s.window.footer.show(busy(float64(i)), uploader.Settings{}, now.Add(time.Duration(i)*time.Second))
		}
		if diff := cmp.Diff([]float64{0, 1, 2, 3, 4}, s.window.footer.speed.samples); diff != "" || !s.window.footer.graph.Visible() {
			t.Error(diff)
		}
		s.window.footer.show(snapshotOf(transfer(1, done)), uploader.Settings{}, now)
		if s.window.footer.graph.Visible() {
			t.Error("it stays")
		}
	})
	t.Run("its figures have room in every unit", func(t *testing.T) {
		s := raise(t, newFakeEngine())
		s.window.window.Resize(fyne.NewSize(1200, 640))
		footer := s.window.footer
		for left := int64(888); left < 1e12; left *= 1001 {
			now := busy(float64(left))
			now.Totals.Left, now.Totals.ETA = left, 22*time.Hour+20*time.Minute
			footer.show(now, uploader.Settings{}, time.Now())
			for _, said := range footer.figures.Texts() {
				if !slices.Contains(texts(footer.content), said) {
					t.Errorf("%q is drawn as one of %q", said, texts(footer.content))
				}
			}
		}
	})
	t.Run("in a narrow window what matters least leaves", func(t *testing.T) {
		s := raise(t, newFakeEngineAt(busy(60e6)))
		s.window.window.Resize(leastSize)
		s.setLimit(20e6)
		s.until("the limit is shown", func() bool { return s.window.footer.limit.Text() != "No limit" })
		if diff := cmp.Diff([]string{"60.0 MB/s", "3.0 GB left"}, s.window.footer.figures.Texts()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the limit is chosen there, is kept, and is shown", func(t *testing.T) {
		s := raise(t, newFakeEngineAt(busy(60e6)))
		if got := s.window.footer.limit.Text(); got != "No limit" {
			t.Errorf("says %q", got)
		}
		test.Tap(s.window.footer.limit)
		if !s.covered() {
			t.Error("no menu opens")
		}
		pick(t, s.limitMenu(), "At most 5.0 MB/s")
		s.until("it is shown", func() bool { return s.window.footer.limit.Text() == "At most 5.0 MB/s" })
		if got := s.config.Settings.Get().Transfers.Limit; got != 5e6 {
			t.Errorf("kept %d", got)
		}
		for _, item := range s.limitMenu().Items {
			if item.Checked != (item.Label == "At most 5.0 MB/s") {
				t.Errorf("%s is checked: %v", item.Label, item.Checked)
			}
		}
	})
}

func TestHowFastUploadsMayBeIsSaid(t *testing.T) {
	speak(t)
	monday := time.Date(2026, 3, 2, 9, 0, 0, 0, time.Local)
	daily := func(limit int64) uploader.Schedule {
		return uploader.Schedule{{Days: everyDay, From: 8 * time.Hour, Until: 18 * time.Hour, Limit: limit}}
	}
	metered := snapshotOf()
	metered.Held = map[uploader.ServerID]uploader.Hold{2: {Reason: uploader.HeldByMetering}}
	tests := []struct {
		name string
		s    *uploader.Snapshot
		so   uploader.Settings
		at   time.Time
		want string
		tone theme.Tone
	}{
		{"as fast as it goes", snapshotOf(), uploader.Settings{}, monday, "No limit", theme.Muted},
		{"a limit for always", snapshotOf(), uploader.Settings{Limit: 5e6}, monday, "At most 5.0 MB/s", theme.Active},
		{"hours with a limit, with their end", snapshotOf(), uploader.Settings{Schedule: daily(5e6)}, monday, "5.0 MB/s until 18:00", theme.Active},
		{"hours at which nothing is sent", snapshotOf(), uploader.Settings{Schedule: daily(uploader.Nothing)}, monday, "No uploads until 18:00", theme.Warning},
		{"the time before such hours", snapshotOf(), uploader.Settings{Schedule: daily(5e6)}, monday.Add(10 * time.Hour), "No limit until 08:00", theme.Muted},
		{"a metered network before all else", metered, uploader.Settings{Limit: 5e6}, monday, "Metered: waiting", theme.Warning},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if text, tone := regimeOf(test.s, test.so, test.at); text != test.want || tone != test.tone {
				t.Errorf("said %q in tone %v", text, tone)
			}
		})
	}
}

func TestTheFooterTakesNoRoomForWhatItDoesNotSay(t *testing.T) {
	still := snapshotOf(transfer(1, paused), transfer(2, func(t *uploader.Transfer) { t.Phase = uploader.PhaseQueued }))
	still.Totals.Active = 1 // a file is read
	s := raise(t, newFakeEngineAt(still))
	if s.window.footer.graph.Visible() {
		t.Error("there is a curve of nothing")
	}
	left := s.window.footer.figures.Texts()
	if diff := cmp.Diff([]string{"4.0 GB left"}, left); diff != "" {
		t.Fatal(diff)
	}
	for _, o := range test.LaidOutObjects(s.window.footer.figures) {
		if text, ok := o.(*canvas.Text); ok && text.Text == left[0] && text.Position().X != 0 {
			t.Errorf("it stands %g to the right of the margin", text.Position().X)
		}
	}
}

func TestDigitsDoNotMoveTheFooter(t *testing.T) {
	s := raise(t, newFakeEngineAt(busy(60e6)))
	places := func() []fyne.Position {
		var all []fyne.Position
		for _, o := range test.LaidOutObjects(s.window.footer.figures) {
			all = append(all, o.Position())
		}
		return all
	}
	before := places()
	s.publish(busy(1e3))
	if diff := cmp.Diff(before, places()); diff != "" {
		t.Error(diff)
	}
}

func TestTheLimitIsReachedByTab(t *testing.T) {
	s := raise(t, newFakeEngineAt(iceland()))
	canvas := s.window.window.Canvas()
	first := canvas.Focused()
	for canvas.FocusNext(); canvas.Focused() != s.window.footer.limit; canvas.FocusNext() {
		if first == nil {
			first = canvas.Focused()
		} else if canvas.Focused() == first {
			t.Fatal("Tab goes past it")
		}
	}
	s.key(fyne.KeySpace)
	if !s.covered() {
		t.Error("Space does not open it")
	}
}
