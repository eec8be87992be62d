package app

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/preferences"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

func TestReceivedFolder(t *testing.T) {
	for _, c := range []struct {
		name     string
		transfer *uploader.Transfer
		err      error
		asked    bool
		changed  bool
		message  string
	}{
		{"nothing unfinished", apptest.Transfer(1, apptest.Done), nil, true, true, "now stored in"},
		{"unfinished upload to another server", apptest.Transfer(1, apptest.Sending, onStudio), nil, true, true, "now stored in"},
		{"unfinished upload", apptest.Transfer(1, apptest.Paused), nil, false, false, "1 upload to this computer is unfinished"},
		{"unusable folder", apptest.Transfer(1, apptest.Done), errors.New("read-only"), true, false, "Can't store files in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, asked := t.TempDir(), ""
			s := startWindow(t, apptest.NewEngine(c.transfer), withChosen(dir), func(config *Config, _ *fakeDesktop) {
				config.SetReceivedDir = func(_ context.Context, dir string) error { asked = dir; return c.err }
			})
			before := s.config.ReceivedDir
			s.preferences.OpenSection(preferences.SectionData)
			test.Tap(s.setting("received").Control().(*form.Button))
			s.until("message is shown", func() bool { return strings.Contains(s.message(), c.message) })
			if (asked == dir) != c.asked {
				t.Errorf("asked for %q", asked)
			}
			want := before
			if c.changed {
				want = dir
			}
			if got := s.opener.receivedDir; got != want {
				t.Errorf("folder is %q, want %q", got, want)
			}
		})
	}
}

// TestReceivedFolderStaysIfAnUploadIsAddedMeanwhile: part of it is in the present folder.
func TestReceivedFolderStaysIfAnUploadIsAddedMeanwhile(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(apptest.Transfer(1, apptest.Paused)), func(config *Config, _ *fakeDesktop) {
		config.SetReceivedDir = func(context.Context, string) error { t.Error("the folder is changed"); return nil }
	})
	s.received.change(t.TempDir()) // the file dialog was opened before the upload was added
	s.until("message is shown", func() bool { return strings.Contains(s.message(), "1 upload to this computer is unfinished") })
}

func TestReceivedFolderIsShown(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(), func(c *Config, _ *fakeDesktop) { c.ReceivedDir = "/home/ada/Downloads/Ferry" })
	if hint := s.window.emptyHint(uploader.Server{ID: uploader.BuiltinServer}, false); !strings.Contains(hint, words.Unbroken("/home/ada/Downloads/Ferry")) {
		t.Errorf("empty state says %q", hint)
	}
	if labels := strings.Join(apptest.Labels(s.window.bar.ServerMenu()), "|"); !strings.Contains(labels, "Folder: /home/ada/Downloads/Ferry…") {
		t.Errorf("menu is %s", labels)
	}
}

func TestEmptyStateHasTooltipOfShortenedFolder(t *testing.T) {
	long := "/home/ada/Documents/" + strings.Repeat("a very long name/", 5) + "Ferry"
	for _, c := range []struct{ name, folder, want string }{
		{"short", "/home/ada/Downloads/Ferry", ""},
		{"shortened", long, long},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(), func(config *Config, _ *fakeDesktop) { config.ReceivedDir = c.folder })
			if got := s.window.emptyTooltip(uploader.Server{ID: uploader.BuiltinServer}); got != c.want {
				t.Errorf("tooltip %q, want %q", got, c.want)
			}
			if got := s.window.emptyTooltip(uploader.Server{ID: 2, Name: "Studio"}); got != "" {
				t.Errorf("tooltip of another server %q", got)
			}
		})
	}
}
