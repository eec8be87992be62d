package widgets_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestHints(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	hints, clock := widgets.NewHints(), &clock{}
	hints.SetAfter(clock.after)
	tapped := 0
	button := widgets.NewIconButton(theme.IconRemove, hints, "Remove finished", func() { tapped++ })
	window := widgettest.Show(t, container.NewStack(button, hints), 480, 360)
	point := func() { test.MoveMouse(window.Canvas(), fyne.NewPos(100, 100)) }
	leave := func() { button.MouseOut() }

	point()
	if hints.Text() != "" {
		t.Error("it is said before the pointer has rested")
	}
	clock.ring[0]()
	if got := hints.Text(); got != "Remove finished" {
		t.Errorf("said %q", got)
	}
	leave()
	if got := hints.Text(); got != "" {
		t.Errorf("still says %q when the pointer is gone", got)
	}

	button.MouseIn(&desktop.MouseEvent{})
	leave()
	clock.ring[1]()
	if got := hints.Text(); got != "" {
		t.Errorf("says %q though the pointer only passed by", got)
	}

	button.MouseIn(&desktop.MouseEvent{})
	clock.ring[2]()
	test.TapCanvas(window.Canvas(), fyne.NewPos(100, 100))
	if tapped != 1 || hints.Text() != "" {
		t.Errorf("tapped %d times, and says %q", tapped, hints.Text())
	}
}

func TestARowExplainsWhatItDoesNotSay(t *testing.T) {
	long := strings.Repeat("a long name ", 20) + ".mov"
	cases := []struct {
		name string
		text string
		at   fyne.Position
		want string
	}{
		{"a shortened name is said in full", long, fyne.NewPos(120, 15), long},
		{"a name that has room is not said twice", "short.mov", fyne.NewPos(120, 15), ""},
		{"a button says what it does", long, fyne.NewPos(932, 30), "Cancel"},
		{"beside both there is nothing to say", long, fyne.NewPos(700, 55), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			widgettest.SetTheme(t, theme.Light)
			hints, clock := widgets.NewHints(), &clock{}
			hints.SetAfter(clock.after)
			row := widgets.NewRow()
			row.Hints = hints
			widgettest.Show(t, container.NewStack(row, hints), 960, 60)
			row.SetModel(widgets.RowModel{Name: c.text, Actions: []widgets.Action{{ID: "cancel", Icon: theme.IconCancel, Label: "Cancel"}}})
			row.SetState(list.RowState{Hovered: true, Pointer: c.at})
			for _, ring := range clock.ring {
				ring()
			}
			if got := hints.Text(); got != c.want {
				t.Errorf("says %q, want %q", got, c.want)
			}
			row.SetState(list.RowState{})
			if got := hints.Text(); got != "" {
				t.Errorf("still says %q when the pointer is gone", got)
			}
		})
	}
}

func TestDialogHints(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	window := widgettest.Show(t, canvas.NewRectangle(nil), 800, 600)
	button := widget.NewButton("Not now", nil)
	d := dialog.New(window.Canvas(), "Remove everything?", dialog.NewParagraph("The files are kept."), button)
	d.SetSize(fyne.NewSize(400, 0))
	d.Show()
	clock := &clock{}
	d.Hints().SetAfter(clock.after)
	d.Hints().Explain(button, "Leave everything as it is")
	clock.ring[0]()
	if got := d.Hints().Text(); got != "Leave everything as it is" {
		t.Errorf("hint %q", got)
	}
	d.Hide()
	if got := d.Hints().Text(); got != "" {
		t.Errorf("hint %q after the dialog was hidden", got)
	}
}
