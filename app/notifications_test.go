package app

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
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
	s.until("notification is sent", func() bool { return slices.Contains(titles(), "1 upload finished") })
	if diff := cmp.Diff([]string{"1 upload finished", "Ferry is still running"}, slices.Sorted(slices.Values(titles()))); diff != "" {
		t.Error(diff)
	}
	for _, note := range s.desktop.notifications() {
		if note.Title == "1 upload finished" {
			note.Actions[0].Do()
		}
	}
	s.until("window is visible", func() bool { return s.window.visible })
}

func TestProfileNoticeIsShown(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Acknowledged(apptest.Gigabyte))), func(c *Config, _ *fakeDesktop) { c.Notice = "The database was damaged." })
	if got := s.window.banner.Model(); got.Text != "The database was damaged." || !s.window.banner.Content.Visible() {
		t.Errorf("banner text is %q", got.Text)
	}
	s.window.banner.Model().OnDismiss()
	if got := s.window.banner.Model().Text; got != "Resuming 1 upload · 1.0 of 4.0 GB already uploaded" {
		t.Errorf("banner text after dismissing is %q", got)
	}
	s.window.banner.Model().OnDismiss()
	if s.window.banner.Content.Visible() {
		t.Error("empty banner is visible")
	}
}
