package app

import (
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/widgets"
)

// startUpdated starts the window of a version on a profile whose user knows of a release.
func startUpdated(t *testing.T, known, version string) *testWindow {
	t.Helper()
	return startWindow(t, apptest.NewEngine(), func(c *Config, _ *fakeDesktop) {
		c.Version = version
		c.State.Update(func(s *windowstate.State) { s.Release = known })
	})
}

func TestUpdateIsOffered(t *testing.T) {
	const first = "0.1.0" // in the changelog
	for _, c := range []struct {
		name, known, version string
		text                 string // of the banner
		keeps                string // the release that is known afterwards
	}{
		{name: "newer release", known: first, version: "0.2.0+abc", text: "Ferry was updated to version 0.2.0.", keeps: first},
		{name: "the first release did not save it", known: "", version: "0.2.0+abc", text: "Ferry was updated to version 0.2.0.", keeps: ""},
		{name: "same release", known: "0.2.0", version: "0.2.0+abc", keeps: "0.2.0"},
		{name: "another build of the release", known: "0.2.0", version: "0.2.0+def", keeps: "0.2.0"},
		{name: "earlier release", known: "99.0.0", version: "0.2.0+abc", keeps: "0.2.0"},
		{name: "build between releases", known: first, version: "0.2.0-dev+abc", keeps: first},
		{name: "program without a number", known: first, version: "unknown", keeps: first},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startUpdated(t, c.known, c.version)
			if got := s.window.banner.Model().Text; got != c.text {
				t.Errorf("banner says %q, want %q", got, c.text)
			}
			if got := s.config.State.Get().Release; got != c.keeps {
				t.Errorf("known is %q, want %q", got, c.keeps)
			}
		})
	}
}

func TestUpdateIsOfferedUntilAnswered(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer func(widgets.BannerModel)
		shows  bool
	}{
		{"shown", func(m widgets.BannerModel) { m.Buttons[0].OnTapped() }, true},
		{"dismissed", func(m widgets.BannerModel) { m.OnDismiss() }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startUpdated(t, "0.1.0", "0.2.0+abc")
			c.answer(s.window.banner.Model())
			if got := s.config.State.Get().Release; got != "0.2.0" {
				t.Errorf("known is %q", got)
			}
			if text := s.window.banner.Model().Text; text != "" {
				t.Errorf("banner still says %q", text)
			}
			if shown := len(s.window.window.Canvas().Overlays().List()) > 0; shown != c.shows {
				t.Errorf("the changes are shown: %t", shown)
			}
		})
	}
}

// TestUpdateWaitsForOtherMessages checks that what was resumed is shown first.
func TestUpdateWaitsForOtherMessages(t *testing.T) {
	s := startUpdated(t, "0.1.0", "0.2.0+abc")
	s.window.banner.ShowResumed("Resuming 1 upload")
	if got := s.window.banner.Model().Text; got != "Resuming 1 upload" {
		t.Errorf("banner says %q", got)
	}
	s.window.banner.Hide()
	if got := s.window.banner.Model().Text; got != "Ferry was updated to version 0.2.0." {
		t.Errorf("banner says %q", got)
	}
}
