package widgets_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestFiguresAreHiddenInOrder(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	figures := widgets.NewFigures(
		widgets.Figure{Widest: []string{"888.8 MB/s"}}, widgets.Figure{Widest: []string{"888.8 GB left"}, HideOrder: 2}, widgets.Figure{Widest: []string{"about 22 h 20 min"}, HideOrder: 1},
	)
	figures.Set("1 KB/s", "2 KB left", "3 s")
	for width, want := range map[float32][]string{
		400: {"1 KB/s", "2 KB left", "3 s"},
		220: {"1 KB/s", "3 s"},
		90:  {"1 KB/s"},
		1:   {"1 KB/s"},
	} {
		figures.Resize(fyne.NewSize(width, 20))
		test.WidgetRenderer(figures).Layout(figures.Size())
		if diff := cmp.Diff(want, figures.Texts()); diff != "" {
			t.Errorf("width %v: %s", width, diff)
		}
	}
}

func TestFiguresDoNotMove(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	figures := widgets.NewFigures(widgets.Figure{Widest: []string{"888.8 MB/s"}}, widgets.Figure{Widest: []string{"about 22 h"}, HideOrder: 1})
	widgettest.Show(t, figures, 400, 20)
	positions := func() (all []fyne.Position) {
		for _, o := range test.LaidOutObjects(figures) {
			if text, ok := o.(*canvas.Text); ok {
				all = append(all, text.Position(), fyne.NewPos(text.Size().Components()))
			}
		}
		return all
	}
	figures.Set("1 KB/s", "5 s")
	before := positions()
	figures.Set("111.1 MB/s", "about 22 h")
	if diff := cmp.Diff(before, positions()); diff != "" {
		t.Error(diff)
	}
}
