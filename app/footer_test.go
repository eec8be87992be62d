package app

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
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
			s.window.footer.show(busy(float64(i)), 0, now.Add(time.Duration(i)*time.Second))
		}
		if diff := cmp.Diff([]float64{0, 1, 2, 3, 4}, s.window.footer.speed.samples); diff != "" || !s.window.footer.graph.Visible() {
			t.Error(diff)
		}
		s.window.footer.show(snapshotOf(transfer(1, done)), 0, now)
		if s.window.footer.graph.Visible() {
			t.Error("it stays")
		}
	})
	t.Run("in a narrow window what matters least leaves", func(t *testing.T) {
		s := raise(t, newFakeEngineAt(busy(60e6)))
		s.window.window.Resize(leastSize)
		s.setLimit(20e6)
		s.until("the limit is shown", func() bool { return s.window.footer.limit.Text() != "No limit" })
		if diff := cmp.Diff([]string{"60.0 MB/s", "about 3 min"}, s.window.footer.figures.Texts()); diff != "" {
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
