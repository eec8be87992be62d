package app

import (
	"image"
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/preferences"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets/theme"
)

// picture returns a picture of the window.
func (s *testWindow) picture() image.Image { return s.window.window.Canvas().Capture() }

// TestWindowIsTheSameWithNewRenderers: the toolkit removes the renderers of everything that is
// visible when the computer was suspended.
func TestWindowIsTheSameWithNewRenderers(t *testing.T) {
	for _, c := range []struct {
		name   string
		engine *apptest.Engine
		open   func(*testWindow)
	}{
		{"empty", apptest.NewEngine(), func(*testWindow) {}},
		{"rows", pendingEngine(), func(s *testWindow) { s.window.list.Rows.Select(2) }},
		{"details", pendingEngine(), func(s *testWindow) {
			s.window.openTransfer(5)
			next := *s.engine.Snapshot()
			s.publish(&next)
			s.window.details.Content.Refresh() // the test driver does not lay out what has another size
		}},
		{"decisions", pendingEngine(), func(s *testWindow) { s.decisions.show(0) }},
		{"new server", pendingEngine(), func(s *testWindow) { s.servers.Add() }},
		{"sign-in", pendingEngine(), func(s *testWindow) {
			s.servers.SignIn(s.engine.Snapshot().Servers[1], &fault.Fault{Kind: fault.Auth, Op: fault.Probe, Status: 401})
		}},
		{"settings", pendingEngine(), func(s *testWindow) { s.preferences.OpenSection(preferences.SectionTransfers) }},
		{"about", pendingEngine(), func(s *testWindow) { s.preferences.OpenSection(preferences.SectionAbout) }},
		{"history", pendingEngine(), openOldHistory},
		{"question above a dialog", pendingEngine(), func(s *testWindow) {
			s.preferences.OpenSection(preferences.SectionTransfers)
			s.backups.confirm(Backup{Transfers: 120}, "/home/ada/ferry.db")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startWindow(t, c.engine)
			apptest.ApplyTheme(t, theme.Light, 1)
			s.window.window.Resize(minSize) // drawing the usual size takes seconds with the race detector
			c.open(s)
			canvas := s.window.window.Canvas()
			canvas.Unfocus() // a cursor blinks
			before := s.picture()

			apptest.RemoveRenderers(t, append(canvas.Overlays().List(), canvas.Content())...)
			posted := false
			s.bridge.Post(func() { posted = true }) // runs after what the watch has posted
			s.until("everything is laid out again", func() bool { return posted })
			if !reflect.DeepEqual(before, s.picture()) {
				t.Error("its picture is different")
			}
		})
	}
}

func TestMenuIsClosedWhenRenderersAreRemoved(t *testing.T) {
	s := startWindow(t, pendingEngine())
	canvas := s.window.window.Canvas()
	s.preferences.OpenSection(preferences.SectionTransfers)
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", fyne.NewMenuItem("Copy", func() {})), canvas, fyne.Position{})
	if got := len(canvas.Overlays().List()); got != 2 {
		t.Fatalf("%d overlays, want dialog and menu", got)
	}
	apptest.RemoveRenderers(t, canvas.Content())
	s.until("the menu is closed", func() bool { return len(canvas.Overlays().List()) == 1 })
	if _, open := s.dialogs.Top(); !open {
		t.Error("the dialog is closed")
	}
}

// TestPartsAreTheSameWhenShownAgain: the toolkit removes the renderers of what was hidden for a
// minute.
func TestPartsAreTheSameWhenShownAgain(t *testing.T) {
	for _, c := range []struct {
		name       string
		part       func(*testWindow) fyne.CanvasObject
		show, hide func(*testWindow)
	}{
		{
			"empty state", func(s *testWindow) fyne.CanvasObject { return s.window.empty },
			func(s *testWindow) { s.publish(apptest.Snapshot()) },
			func(s *testWindow) { s.publish(apptest.Snapshot(apptest.Transfer(1))) },
		},
		{
			"details", func(s *testWindow) fyne.CanvasObject { return s.window.details.Content },
			func(s *testWindow) { s.window.openTransfer(1) },
			func(s *testWindow) { s.window.closeDetails() },
		},
		{
			"banner", func(s *testWindow) fyne.CanvasObject { return s.window.banner.Content },
			func(s *testWindow) { s.window.banner.ShowNotice("The log could not be written.") },
			func(s *testWindow) { s.window.banner.Hide() },
		},
		{
			"message with a button", func(s *testWindow) fyne.CanvasObject { return s.window.toasts },
			func(s *testWindow) { s.window.toasts.NotifyWithAction("Removed 1 upload", "Undo", func() {}, nil) },
			func(s *testWindow) { s.window.toasts.Dismiss() },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(apptest.Transfer(1)))
			s.window.window.Resize(startSize)
			c.show(s)
			s.window.window.Canvas().Unfocus()
			before := s.picture()
			c.hide(s)
			apptest.RemoveRenderers(t, c.part(s))
			c.show(s)
			s.window.window.Canvas().Unfocus()
			if !reflect.DeepEqual(before, s.picture()) {
				t.Error("its picture is different")
			}
		})
	}
}
