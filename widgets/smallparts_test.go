package widgets_test

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestFiguresLeaveInTheirOrder(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	figures := widgets.NewFigures(
		widgets.Figure{Widest: []string{"888.8 MB/s"}}, widgets.Figure{Widest: []string{"888.8 GB left"}, Leaves: 2}, widgets.Figure{Widest: []string{"about 22 h 20 min"}, Leaves: 1},
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
			t.Errorf("with room for %v: %s", width, diff)
		}
	}
}

func TestFiguresStayWhereTheyAre(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	figures := widgets.NewFigures(widgets.Figure{Widest: []string{"888.8 MB/s"}}, widgets.Figure{Widest: []string{"about 22 h"}, Leaves: 1})
	widgettest.Show(t, figures, 400, 20)
	places := func() (all []fyne.Position) {
		for _, o := range test.LaidOutObjects(figures) {
			if text, ok := o.(*canvas.Text); ok {
				all = append(all, text.Position(), fyne.NewPos(text.Size().Components()))
			}
		}
		return all
	}
	figures.Set("1 KB/s", "5 s")
	before := places()
	figures.Set("111.1 MB/s", "about 22 h")
	if diff := cmp.Diff(before, places()); diff != "" {
		t.Error(diff)
	}
}

func TestSmallButton(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tapped := 0
	button := widgets.NewSmallButton(theme.IconSpeed, nil, func() { tapped++ })
	button.Set("No limit", theme.Muted)
	short := button.MinSize().Width
	button.Set("At most 20.0 MB/s", theme.Active)
	if button.MinSize().Width <= short || button.Text() != "At most 20.0 MB/s" {
		t.Errorf("says %q in %v", button.Text(), button.MinSize())
	}
	window := widgettest.Show(t, button, 200, 28)
	test.TapCanvas(window.Canvas(), fyne.NewPos(40, 14))
	if tapped != 1 {
		t.Errorf("tapped %d times", tapped)
	}
}

func TestASmallButtonIsReachedAndPressedByKey(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tapped := 0
	button := widgets.NewSmallButton(theme.IconSpeed, nil, func() { tapped++ })
	button.Set("No limit", theme.Muted)
	window := widgettest.Show(t, button, 200, 28)
	canvas := window.Canvas()
	var passed []fyne.KeyName
	canvas.SetOnTypedKey(func(e *fyne.KeyEvent) { passed = append(passed, e.Name) })
	plain := canvas.Capture()
	canvas.FocusNext()
	if canvas.Focused() != button {
		t.Fatalf("Tab reaches %T", canvas.Focused())
	}
	if cmp.Equal(plain, canvas.Capture()) {
		t.Error("it looks the same with the keyboard and without")
	}
	for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyEscape} {
		button.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if diff := cmp.Diff([]fyne.KeyName{fyne.KeyEscape}, passed); diff != "" || tapped != 3 {
		t.Errorf("tapped %d times, and the window got %v", tapped, passed)
	}
	canvas.Unfocus()
	if !cmp.Equal(plain, canvas.Capture()) {
		t.Error("it looks as if the keyboard were still there")
	}
}

func TestSearchField(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	hints := widgets.NewHints()
	var sought []string
	left := 0
	var focus []bool
	field := widgets.NewSearchField("Search", hints, "Clear", func(text string) { sought = append(sought, text) })
	field.OnLeave = func() { left++ }
	field.OnFocus = func(focused bool) { focus = append(focus, focused) }
	window := widgettest.Show(t, field, 300, 40)
	window.Canvas().Focus(field)
	test.Type(field, "ab") // gives it the focus once more

	field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	if !field.ActionItem.Visible() || left != 1 {
		t.Errorf("left %d times, with a button to empty it: %v", left, field.ActionItem.Visible())
	}
	field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	window.Canvas().Unfocus()
	if diff := cmp.Diff([]string{"a", "ab", "a", ""}, sought); diff != "" {
		t.Error(diff)
	}
	if left != 2 || field.ActionItem.Visible() {
		t.Errorf("left %d times, with a button to empty what is empty: %v", left, field.ActionItem.Visible())
	}
	if diff := cmp.Diff([]bool{true, false}, slices.Compact(focus)); diff != "" {
		t.Error(diff)
	}
}
