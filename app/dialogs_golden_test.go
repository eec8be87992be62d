package app

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/preferences"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// TestDialogGoldens compares dialogs with their pictures: in the smallest window and the
// usual one, in light and dark, and at twice the size. The sign-in
// dialog has its test in package servers.
func TestDialogGoldens(t *testing.T) {
	looks := []struct {
		name  string
		mode  theme.Mode
		scale float32
		size  fyne.Size
	}{
		{"narrow-dark", theme.Dark, 1, minSize},
		{"wide-light", theme.Light, 1, startSize},
		{"double-light", theme.Light, 2, startSize},
	}
	for _, c := range []struct {
		name string
		open func(*testWindow)
	}{
		{"decisions", func(s *testWindow) { s.decisions.show(0) }},
		{"new-server", func(s *testWindow) { s.servers.Add(); s.adder.drop(apptest.URIs("/home/ada/film.mov")) }},
		{"restore", func(s *testWindow) { s.backups.confirm(oldBackup, "/home/ada/ferry-backup-20260301-123000.000.db") }},
		{"add-options", func(s *testWindow) {
			s.choose(2)
			s.adder.addWithOptions()
			s.window.window.Canvas().Unfocus()
			inDialog[*form.Entry](s)[0].SetText("../raw")
			s.adder.drop(apptest.URIs("/home/ada/film.mov"))
		}},
		{"history", openOldHistory},
		{"statistics", openStatistics},
	} {
		for _, look := range looks {
			t.Run(c.name+" "+look.name, func(t *testing.T) {
				if c.name == "history" && runtime.GOOS == "windows" {
					t.Skip("folders are shown as Windows writes them")
				}
				s := startWindow(t, pendingEngine(), withOldUsage)
				apptest.ApplyTheme(t, look.mode, look.scale)
				s.window.window.Resize(look.size)
				c.open(s)
				s.window.window.Canvas().Unfocus() // a cursor blinks
				test.AssertImageMatches(t, fmt.Sprintf("dialog-%s-%s.png", c.name, look.name), s.window.window.Canvas().Capture())
			})
		}
	}
}

// oldBackup is a backup of another time.
var oldBackup = Backup{Saved: time.Date(2026, 3, 1, 12, 30, 0, 0, time.Local), Transfers: 120, Unfinished: 3, Servers: 2}

// openStatistics opens the statistics and waits for their numbers.
func openStatistics(s *testWindow) {
	before := len(inDialog[*dialog.Setting](s))
	s.preferences.OpenSection(preferences.SectionStatistics)
	s.until("the numbers are shown", func() bool { return len(inDialog[*dialog.Setting](s)) > before })
}

// openOldHistory opens the history with the entries of oldHistory.
func openOldHistory(s *testWindow) {
	s.engine.History = oldHistory()
	s.history.Open()
	s.window.window.Canvas().Unfocus() // a cursor blinks
	s.until("the entries are shown", func() bool { return len(inDialog[*widgets.Row](s)) > 0 })
}

// oldHistory returns entries of another year, whose times are shown in full.
func oldHistory() []uploader.Transfer {
	var entries []uploader.Transfer
	for i, name := range []string{"interview.mov", "invoice.pdf", "Iceland raws/IMG_2001.CR3", "notes for the meeting with the editors.txt"} {
		entry := uploader.Transfer{ID: uploader.TransferID(100 + i), Server: 2, Phase: uploader.PhaseDone, Finished: uploader.TimestampOf(time.Date(2025, 3, 1+i, 12, 30, 0, 0, time.Local))}
		entry.Source.Path, entry.Source.Size = "/home/ada/"+name, int64(i+1)*apptest.Gigabyte
		entry.Session.URL = fmt.Sprintf("https://s.example/%d", i)
		entries = append(entries, entry)
	}
	return entries
}

// withOldUsage has uploads of another year.
func withOldUsage(c *Config, _ *fakeDesktop) {
	day := uploader.DayOf(time.Date(2025, 3, 1, 12, 0, 0, 0, time.Local))
	c.Usage = func(context.Context) ([]uploader.Usage, error) {
		return []uploader.Usage{{Server: 2, Day: day, Files: 12, Bytes: 3 * apptest.Gigabyte}, {Server: 1, Day: day, Files: 1, Bytes: apptest.Gigabyte}}, nil
	}
}
