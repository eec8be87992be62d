package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestReview(t *testing.T) {
	open := func(t *testing.T) *testWindow {
		t.Helper()
		s := startAsking(t, apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte)), apptest.Transfer(2, apptest.Paused), apptest.Transfer(3, apptest.Acknowledged(apptest.Gigabyte))))
		s.window.banner.Model().Buttons[1].OnTapped()
		if s.prompt.review == nil || s.prompt.review.Len() != 2 {
			t.Fatal("it does not show the two")
		}
		return s
	}
	t.Run("one can be resumed, the others wait", func(t *testing.T) {
		s := open(t)
		s.prompt.review.do(3, "resume")
		s.wantCommands(uploader.Resume{Target: uploader.TargetTransfers(3)})
		s.until("it is not asked about any more", func() bool { return s.prompt.review != nil && s.prompt.review.Len() == 1 })
	})
	t.Run("one can be left for later, which pauses it", func(t *testing.T) {
		s := open(t)
		s.prompt.review.do(1, "pause")
		s.wantCommands(uploader.Pause{Target: uploader.TargetTransfers(1)})
		s.until("it is not asked about any more", func() bool { return s.prompt.review.Len() == 1 })
	})
	t.Run("the last one decided on ends the question", func(t *testing.T) {
		s := open(t)
		s.prompt.review.do(1, "pause")
		s.until("one is left", func() bool { return s.prompt.review.Len() == 1 })
		s.prompt.review.do(3, "resume")
		s.until("the question is gone", func() bool {
			return s.prompt.interrupted == nil && s.prompt.review == nil && s.window.banner.Model().Text == ""
		})
	})
	t.Run("what is stuck goes its own way", func(t *testing.T) {
		s := open(t)
		s.publish(apptest.Snapshot(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte), apptest.Failed(fault.Gone)), apptest.Transfer(3, apptest.Acknowledged(apptest.Gigabyte))))
		s.prompt.review.do(1, "retry")
		s.wantCommands(uploader.Retry{Target: uploader.TargetTransfers(1)})
	})
	t.Run("all can be resumed", func(t *testing.T) {
		s := open(t)
		s.press("Resume all")
		s.wantCommands(uploader.Resume{Target: uploader.TargetTransfers(1, 3)})
		if s.prompt.review != nil || s.window.window.Canvas().Overlays().Top() != nil {
			t.Error("it stays open")
		}
	})
	t.Run("or none", func(t *testing.T) {
		s := open(t)
		s.press("Not now")
		s.wantCommands(uploader.Pause{Target: uploader.TargetTransfers(1, 3)})
	})
	t.Run("Escape leaves it, and the question stays", func(t *testing.T) {
		s := open(t)
		s.dialogs.Dismiss()
		if s.prompt.review != nil || s.prompt.interrupted == nil || len(s.commandsButCheck()) > 0 {
			t.Error("it took that for an answer")
		}
	})
}

func TestRecentUploadsInTrayMenu(t *testing.T) {
	elsewhere := func(name, url string, at int) func(*uploader.Transfer) {
		return func(t *uploader.Transfer) {
			t.Server, t.Source.Path, t.Session.URL, t.Finished = 2, "/films/"+name, url, uploader.TimestampOf(apptest.Noon.Add(apptest.Minutes(at)))
		}
	}
	s := startWindow(t, apptest.NewEngine(
		apptest.Transfer(1, apptest.Done, elsewhere("old.mov", "https://x/1", 0)), apptest.Transfer(2, apptest.Done, elsewhere("a_b.mov", "https://x/2", 2)), apptest.Transfer(3, apptest.Sending)))
	item := apptest.Item(t, s.toolkit.menu, "Recent")
	if diff := cmp.Diff([]string{"a__b.mov: copy link", "old.mov: copy link"}, apptest.Labels(item.ChildMenu)); diff != "" {
		t.Error(diff)
	}
	item.ChildMenu.Items[0].Action()
	if got := s.toolkit.Clipboard().Content(); got != "https://x/2" {
		t.Errorf("copied %q", got)
	}
	if s.message() != "Link copied" {
		t.Errorf("said %q", s.message())
	}
}
