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

func newTooltips() (*widgets.Tooltips, *fakeTimers) {
	tooltips, timers := widgets.NewTooltips(), &fakeTimers{}
	tooltips.SetAfter(timers.after)
	return tooltips, timers
}

func TestTooltipOfIconButton(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tooltips, timers := newTooltips()
	tapped := 0
	button := widgets.NewIconButton(theme.IconRemove, tooltips, "Remove finished", func() { tapped++ })
	window := widgettest.Show(t, container.NewStack(button, tooltips), 480, 360)

	test.MoveMouse(window.Canvas(), fyne.NewPos(100, 100))
	if got := tooltips.Text(); got != "" {
		t.Errorf("tooltip %q before the delay", got)
	}
	timers.fire[0]()
	if got := tooltips.Text(); got != "Remove finished" {
		t.Errorf("tooltip %q", got)
	}
	button.MouseOut()
	if got := tooltips.Text(); got != "" {
		t.Errorf("tooltip %q after the pointer left", got)
	}

	button.MouseIn(&desktop.MouseEvent{})
	button.MouseOut()
	timers.fire[1]()
	if got := tooltips.Text(); got != "" {
		t.Errorf("tooltip %q after the pointer left within the delay", got)
	}

	button.MouseIn(&desktop.MouseEvent{})
	timers.fire[2]()
	test.TapCanvas(window.Canvas(), fyne.NewPos(100, 100))
	if tapped != 1 || tooltips.Text() != "" {
		t.Errorf("tapped %d times, tooltip %q", tapped, tooltips.Text())
	}
}

func TestTooltipsOfRow(t *testing.T) {
	long := strings.Repeat("a long name ", 20) + ".mov"
	cases := []struct {
		name string
		text string
		at   fyne.Position
		want string
	}{
		{"shortened name", long, fyne.NewPos(120, 15), long},
		{"name that fits", "short.mov", fyne.NewPos(120, 15), ""},
		{"button without text", long, fyne.NewPos(932, 30), "Cancel"},
		{"elsewhere", long, fyne.NewPos(700, 55), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			widgettest.SetTheme(t, theme.Light)
			tooltips, timers := newTooltips()
			row := widgets.NewRow()
			row.Tooltips = tooltips
			widgettest.Show(t, container.NewStack(row, tooltips), 960, 60)
			row.SetModel(widgets.RowModel{Name: c.text, Actions: []widgets.Action{{ID: "cancel", Icon: theme.IconCancel, Label: "Cancel"}}})
			row.SetState(list.RowState{Hovered: true, Pointer: c.at})
			for _, fire := range timers.fire {
				fire()
			}
			if got := tooltips.Text(); got != c.want {
				t.Errorf("tooltip %q, want %q", got, c.want)
			}
			row.SetState(list.RowState{})
			if got := tooltips.Text(); got != "" {
				t.Errorf("tooltip %q after the pointer left", got)
			}
		})
	}
}

func TestTooltipOfStatusHasTheHint(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tooltips, timers := newTooltips()
	row := widgets.NewRow()
	row.Tooltips = tooltips
	window := widgettest.Show(t, container.NewStack(row, container.NewStack(tooltips)), 960, 400)
	hint := "The server says: “" + strings.Repeat("quota exceeded ", 20) + "”"
	row.SetModel(widgets.RowModel{Name: "film.mov", Status: "retrying", StatusHint: hint})
	row.SetState(list.RowState{Hovered: true, Pointer: row.StatusPosition().AddXY(2, 2)})
	for _, fire := range timers.fire {
		fire()
	}
	if got, want := tooltips.Text(), "retrying\n"+hint; got != want {
		t.Errorf("tooltip %q, want %q", got, want)
	}
	shown := ""
	for _, o := range test.WidgetRenderer(tooltips).Objects()[1].(*fyne.Container).Objects {
		if line := o.(*canvas.Text); line.Visible() {
			shown += line.Text + " "
			if right := line.Position().X + line.MinSize().Width; right > window.Canvas().Size().Width {
				t.Errorf("line %q ends at %.0f", line.Text, right)
			}
		}
	}
	if got, want := strings.Join(strings.Fields(shown), " "), strings.Join(strings.Fields("retrying "+hint), " "); got != want {
		t.Errorf("shown %q, want %q", got, want)
	}
}

func TestTooltipsOfDialog(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	window := widgettest.Show(t, canvas.NewRectangle(nil), 800, 600)
	button := widget.NewButton("Not now", nil)
	d := dialog.New(window.Canvas(), "Remove everything?", dialog.NewParagraph("The files are kept."), button)
	d.SetSize(fyne.NewSize(400, 0))
	d.Show()
	timers := &fakeTimers{}
	d.Tooltips().SetAfter(timers.after)
	d.Tooltips().ShowFor(button, "Change nothing")
	timers.fire[0]()
	if got := d.Tooltips().Text(); got != "Change nothing" {
		t.Errorf("tooltip %q", got)
	}
	d.Hide()
	if got := d.Tooltips().Text(); got != "" {
		t.Errorf("tooltip %q after the dialog was hidden", got)
	}
}

// TestDismissedTooltipStaysHidden: what is below the pointer may be drawn again, such as a row
// whose upload is running.
func TestDismissedTooltipStaysHidden(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tooltips, timers := newTooltips()
	first, second := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	widgettest.Show(t, container.NewStack(first, second, tooltips), 480, 360)
	tooltips.ShowFor(first, "Cancel")
	tooltips.Dismiss()
	tooltips.ShowFor(first, "Cancel")
	tooltips.Dismiss()
	tooltips.ShowFor(first, "Remove")
	if len(timers.fire) != 1 {
		t.Errorf("%d timers", len(timers.fire))
	}
	tooltips.ShowFor(second, "Pause")
	tooltips.ShowFor(first, "Cancel")
	timers.fire[2]()
	if got := tooltips.Text(); got != "Cancel" {
		t.Errorf("tooltip %q after the pointer was over another object", got)
	}
	tooltips.Dismiss()
	tooltips.HideFor(first)
	tooltips.ShowFor(first, "Cancel")
	timers.fire[3]()
	if got := tooltips.Text(); got != "Cancel" {
		t.Errorf("tooltip %q after the pointer left the object", got)
	}
}
