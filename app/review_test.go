package app

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
)

func TestReviewOf(t *testing.T) {
	speak(t)
	checking := func(t *uploader.Transfer) { t.Phase = uploader.PhaseChecking }
	away := func(t *uploader.Transfer) { t.Fault = fault.New(fault.Unreachable, fault.Head, nil) }
	for _, c := range []struct {
		name   string
		t      *uploader.Transfer
		detail string
		way    string
	}{
		{"ready", transfer(1, holding(gigabyte)), "Ready · 1.0 of 4.0 GB already uploaded · This computer", "Resume"},
		{"ready, and not begun", transfer(1), "Ready · nothing uploaded yet · This computer", "Resume"},
		{"being asked about", transfer(1, holding(gigabyte), checking), "Checking with the server · This computer", "Resume"},
		{"at a server that is away", transfer(1, holding(gigabyte), away), "The server doesn't respond · This computer", "Resume"},
		{"changed", transfer(1, holding(gigabyte), failed(fault.SourceChanged)), "Changed since the upload began", "Start over"},
		{"missing", transfer(1, holding(gigabyte), failed(fault.SourceMissing)), "Not found: drive disconnected or file moved", "Locate…"},
		{"behind a sign-in", transfer(1, holding(gigabyte), failed(fault.Auth)), "The server requires sign-in", "Sign in…"},
		{"forgotten", transfer(1, holding(gigabyte), failed(fault.Gone)), "The server no longer has the first 1.0 GB", "Start over"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := snapshotOf(c.t)
			row := reviewOf(s, c.t, noon)
			if row.Detail != c.detail {
				t.Errorf("says %q", row.Detail)
			}
			if got := wayOut(row); got != c.way {
				t.Errorf("offers %q", got)
			}
		})
	}
}

// wayOut is the label of the button that stands out.
func wayOut(row widgets.RowModel) string {
	for _, action := range row.Actions {
		if action.Prominent {
			return action.Label
		}
	}
	return ""
}

func TestReview(t *testing.T) {
	open := func(t *testing.T) *stage {
		t.Helper()
		s := asked(t, newFakeEngine(transfer(1, holding(gigabyte)), transfer(2, paused), transfer(3, holding(gigabyte))))
		s.window.banner.model().Buttons[1].OnTapped()
		if s.reviewing == nil || s.reviewing.Len() != 2 {
			t.Fatal("it does not show the two")
		}
		return s
	}
	t.Run("one can be resumed, the others wait", func(t *testing.T) {
		s := open(t)
		s.reviewing.choose(3, "resume")
		s.wantTold(uploader.Resume{Target: uploader.These(3)})
		s.until("it is not asked about any more", func() bool { return s.reviewing != nil && s.reviewing.Len() == 1 })
	})
	t.Run("one can be left for later, which pauses it", func(t *testing.T) {
		s := open(t)
		s.reviewing.choose(1, "pause")
		s.wantTold(uploader.Pause{Target: uploader.These(1)})
		s.until("it is not asked about any more", func() bool { return s.reviewing.Len() == 1 })
	})
	t.Run("the last one decided on ends the question", func(t *testing.T) {
		s := open(t)
		s.reviewing.choose(1, "pause")
		s.until("one is left", func() bool { return s.reviewing.Len() == 1 })
		s.reviewing.choose(3, "resume")
		s.until("the question is gone", func() bool { return s.left == nil && s.reviewing == nil && s.window.banner.model().Text == "" })
	})
	t.Run("what is stuck goes its own way", func(t *testing.T) {
		s := open(t)
		s.publish(snapshotOf(transfer(1, holding(gigabyte), failed(fault.Gone)), transfer(3, holding(gigabyte))))
		s.reviewing.choose(1, "retry")
		s.wantTold(uploader.Retry{Target: uploader.These(1)})
	})
	t.Run("all can be resumed", func(t *testing.T) {
		s := open(t)
		s.press("Resume all")
		s.wantTold(uploader.Resume{Target: uploader.These(1, 3)})
		if s.reviewing != nil || s.window.window.Canvas().Overlays().Top() != nil {
			t.Error("it stays open")
		}
	})
	t.Run("or none", func(t *testing.T) {
		s := open(t)
		s.press("Not now")
		s.wantTold(uploader.Pause{Target: uploader.These(1, 3)})
	})
	t.Run("Escape leaves it, and the question stays", func(t *testing.T) {
		s := open(t)
		s.dismiss()
		if s.reviewing != nil || s.left == nil || len(s.told()) > 0 {
			t.Error("it took that for an answer")
		}
	})
}

func TestRecent(t *testing.T) {
	elsewhere := func(name, url string, at int) func(*uploader.Transfer) {
		return func(t *uploader.Transfer) {
			t.Server, t.Source.Path, t.Session.URL, t.Finished = 2, "/films/"+name, url, uploader.MomentOf(noon.Add(minutes(at)))
		}
	}
	s := raise(t, newFakeEngine(
		transfer(1, done, elsewhere("old.mov", "https://x/1", 0)), transfer(2, done, elsewhere("a_b.mov", "https://x/2", 2)), transfer(3, sending)))
	item := itemOf(t, s.toolkit.menu, "Recent")
	if diff := cmp.Diff([]string{"a__b.mov: copy link", "old.mov: copy link"}, labels(item.ChildMenu)); diff != "" {
		t.Error(diff)
	}
	item.ChildMenu.Items[0].Action()
	if got := s.toolkit.Clipboard().Content(); got != "https://x/2" {
		t.Errorf("copied %q", got)
	}
	if s.said() != "Link copied" {
		t.Errorf("said %q", s.said())
	}
}

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

func itemOf(t *testing.T, menu *fyne.Menu, label string) *fyne.MenuItem {
	t.Helper()
	for _, item := range menu.Items {
		if item.Label == label {
			return item
		}
	}
	t.Fatalf("there is no item %q", label)
	return nil
}
