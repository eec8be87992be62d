package app

import (
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/preferences"
)

// hasLabel reports whether the topmost dialog shows a label with that text.
func (s *testWindow) hasLabel(text string) bool {
	for _, label := range inDialog[*widget.Label](s) {
		if label.Text == text && label.Visible() {
			return true
		}
	}
	return false
}

func TestLogIsShownFromSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.log")
	if err := os.WriteFile(path, []byte("time=1 level=WARN msg=first\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startWindow(t, apptest.NewEngine(), func(c *Config, _ *fakeDesktop) { c.Data.Log = path })
	s.preferences.OpenSection(preferences.SectionData)
	test.Tap(s.setting("log").Control().(*form.Button))
	s.until("log is shown", func() bool { return s.hasLabel("time=1 level=WARN msg=first") })
	s.press("Copy")
	if got := s.toolkit.Clipboard().Content(); got != "time=1 level=WARN msg=first\n" {
		t.Errorf("copied %q", got)
	}
	s.press("Show in folder")
	s.until("log is shown in its folder", func() bool { return len(s.desktop.shownPaths()) == 1 && s.desktop.shownPaths()[0] == path })
}

func TestCrashReportIsOffered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "crash-report.txt")
	if err := os.WriteFile(path, []byte("Ferry 1.2.3\n\npanic: out of ideas\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dismissed := make(chan struct{})
	s := startWindow(t, apptest.NewEngine(), func(c *Config, _ *fakeDesktop) {
		c.Data.CrashReport, c.Data.DismissCrash = path, func() error { close(dismissed); return nil }
	})
	model := s.window.banner.Model()
	if len(model.Buttons) != 2 || model.Buttons[0].Label != "Show report" || model.Buttons[1].Label != "Dismiss" {
		t.Fatalf("banner is %+v", model)
	}
	model.Buttons[0].OnTapped()
	s.until("report is shown", func() bool { return s.hasLabel("panic: out of ideas") })
	s.closeOverlays()
	model.Buttons[1].OnTapped()
	<-dismissed
	if text := s.window.banner.Model().Text; text != "" {
		t.Errorf("banner text is %q after the report was dismissed", text)
	}
}
