package app

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
)

func TestNotificationsAreSentWhileWindowIsHidden(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Sending, apptest.InBatch(2))))
	s.publish(apptest.Batched(apptest.Transfer(1, apptest.Done, apptest.InBatch(2))))
	s.publish(apptest.Batched(apptest.Transfer(1, apptest.Done, apptest.InBatch(2)), apptest.Transfer(3, apptest.Sending, apptest.InBatch(4))))
	s.visibility.hide()
	s.engine.Publish(apptest.Batched(apptest.Transfer(1, apptest.Done, apptest.InBatch(2)), apptest.Transfer(3, apptest.Done, apptest.InBatch(4))))
	s.bridge.Refresh()
	titles := func() []string {
		var all []string
		for _, note := range s.desktop.notifications() {
			all = append(all, note.Title)
		}
		return all
	}
	s.until("notifications are sent", func() bool { return len(titles()) >= 2 })
	if diff := cmp.Diff([]string{"1 upload finished", "Ferry is still running"}, slices.Sorted(slices.Values(titles()))); diff != "" {
		t.Error(diff)
	}
	for _, note := range s.desktop.notifications() {
		if note.Title == "1 upload finished" {
			note.OnClick()
		}
	}
	s.until("window is visible", func() bool { return s.window.visible })
}

// TestFinishedNotificationHasButtons: the buttons do what the notification is about, without
// the window.
func TestFinishedNotificationHasButtons(t *testing.T) {
	linked := func(id uploader.TransferID, options ...func(*uploader.Transfer)) *uploader.Transfer {
		onServer := func(t *uploader.Transfer) { t.Server, t.Session.URL = 2, fmt.Sprintf("https://x/%d", t.ID) }
		return apptest.Transfer(id, append(options, onServer, apptest.InBatch(2))...)
	}
	for _, c := range []struct {
		name    string
		after   []*uploader.Transfer
		buttons []string
		done    func(*testWindow) bool // what the first button has done
	}{
		{"one link", []*uploader.Transfer{linked(1, apptest.Done)}, []string{"Copy link", "Show"}, func(s *testWindow) bool {
			return s.toolkit.Clipboard().Content() == "https://x/1"
		}},
		{"two links", []*uploader.Transfer{linked(1, apptest.Done), linked(3, apptest.Done)}, []string{"Copy 2 links", "Show"}, func(s *testWindow) bool {
			return s.toolkit.Clipboard().Content() == "https://x/1\nhttps://x/3"
		}},
		{"received file", []*uploader.Transfer{apptest.Transfer(1, apptest.Done, apptest.InBatch(2))}, []string{"Show in folder"}, func(s *testWindow) bool {
			return len(s.desktop.shownPaths()) == 1
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(), startHidden)
			s.engine.Publish(apptest.Batched(c.after...))
			s.bridge.Refresh()
			s.until("notification is sent", func() bool { return len(s.desktop.notifications()) == 1 })
			var labels []string
			actions := s.desktop.notifications()[0].Actions
			for _, action := range actions {
				labels = append(labels, action.Label)
			}
			if diff := cmp.Diff(c.buttons, labels); diff != "" {
				t.Fatal(diff)
			}
			actions[0].Do()
			s.until("button has done its work", func() bool { return c.done(s) })
			if s.window.visible {
				t.Error("window is visible")
			}
		})
	}
}

func TestProfileNoticeIsShown(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte))), func(c *Config, _ *fakeDesktop) { c.Notice = "The database was damaged." })
	if got := s.window.banner.Model(); got.Text != "The database was damaged." || !s.window.banner.Content.Visible() {
		t.Errorf("banner text is %q", got.Text)
	}
	s.window.banner.Model().OnDismiss()
	if got := s.window.banner.Model().Text; got != "Resuming 1 interrupted upload" {
		t.Errorf("banner text after dismissing is %q", got)
	}
	s.window.banner.Model().OnDismiss()
	if s.window.banner.Content.Visible() {
		t.Error("empty banner is visible")
	}
}
