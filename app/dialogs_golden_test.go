package app

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// TestDialogGoldens compares dialogs with their pictures: in the smallest window and the
// usual one, in light and dark, and at twice the size.
func TestDialogGoldens(t *testing.T) {
	looks := []struct {
		name  string
		mode  theme.Mode
		scale float32
		size  fyne.Size
	}{
		{"narrow-light", theme.Light, 1, minSize},
		{"narrow-dark", theme.Dark, 1, minSize},
		{"wide-light", theme.Light, 1, startSize},
		{"wide-dark", theme.Dark, 1, startSize},
		{"double-light", theme.Light, 2, startSize},
	}
	backup := Backup{Saved: time.Date(2026, 3, 1, 12, 30, 0, 0, time.Local), Transfers: 120, Unfinished: 3, Servers: 2}
	for name, open := range map[string]func(*testWindow){
		"decisions":  func(s *testWindow) { s.decisions.show(0) },
		"new-server": func(s *testWindow) { s.servers.Add(); s.adder.drop(apptest.URIs("/home/ada/film.mov")) },
		"restore":    func(s *testWindow) { s.backups.confirm(backup, "/home/ada/ferry-backup-20260301-123000.000.db") },
		"add-options": func(s *testWindow) {
			s.choose(2)
			s.adder.addWithOptions()
			s.window.window.Canvas().Unfocus()
			inDialog[*form.Entry](s)[0].SetText("../raw")
			s.adder.drop(apptest.URIs("/home/ada/film.mov"))
		},
	} {
		for _, look := range looks {
			t.Run(name+" "+look.name, func(t *testing.T) {
				s := startWindow(t, pendingEngine())
				test.ApplyTheme(t, theme.New(look.mode, look.scale))
				s.window.window.Resize(look.size)
				open(s)
				s.window.window.Canvas().Unfocus() // a cursor blinks
				test.AssertImageMatches(t, fmt.Sprintf("dialog-%s-%s.png", name, look.name), s.window.window.Canvas().Capture())
			})
		}
	}
}
