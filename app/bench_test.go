package app

import (
	"fmt"
	"log/slog"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/windowstate"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/widgets/theme"
)

// newBenchShell returns a shell whose window is visible.
func newBenchShell(b *testing.B) *shell {
	b.Helper()
	if err := words.Load("en"); err != nil {
		b.Fatal(err)
	}
	toolkit := test.NewTempApp(b)
	toolkit.Settings().SetTheme(theme.New(theme.Light, 1))
	sh := newShell(toolkit, Config{Engine: apptest.NewEngine(), Settings: settings.Open(b.Context(), apptest.NoSettings{}, slog.New(slog.DiscardHandler)), State: windowstate.Open(b.Context(), apptest.NoSettings{}, slog.New(slog.DiscardHandler))}, system{}, func(func()) {})
	sh.prompt.started, sh.window.visible = true, true
	sh.window.window.Resize(startSize)
	return sh
}

// BenchmarkShow measures showing a snapshot, which happens twice a second.
func BenchmarkShow(b *testing.B) {
	for name, n := range map[string]int{"1,000": 1000, "100,000": 100_000} {
		b.Run(name+" rows", func(b *testing.B) {
			sh := newBenchShell(b)
			s := apptest.ManyTransfers(n)
			for b.Loop() {
				first := *s.Transfers.At(0)
				first.Session.Offset += 1e6
				next := *s
				next.Transfers = apptest.With(s.Transfers, &first)
				s = &next
				sh.show(s)
			}
		})
	}
}

// BenchmarkScroll measures a frame of scrolling through an open batch of 100,000 files:
// binding and laying out another page of rows.
func BenchmarkScroll(b *testing.B) {
	sh := newBenchShell(b)
	s := apptest.ManyTransfers(100_000)
	for i, t := range s.Transfers.All() {
		apptest.InFolder(7, fmt.Sprintf("Iceland/day %d/IMG_%06d.raw", i%30, i))(t)
	}
	apptest.Summed(apptest.WithBatches(s, apptest.Folder(7, "Iceland")))
	sh.show(s)
	rows := sh.window.list.Rows
	rows.Toggle(-7)
	for i := 0; b.Loop(); i++ {
		rows.ScrollTo(int64(1 + (i*37)%100_000))
	}
}
