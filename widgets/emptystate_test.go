package widgets_test

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestEmptyState(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tapped := 0
	empty := widgets.NewEmptyState(widgets.EmptyModel{Title: "No waiting uploads", Button: "Show all"}, func() { tapped++ })
	widgettest.Show(t, empty, 720, 460)
	var button *widgets.Button
	for _, object := range test.LaidOutObjects(empty) {
		if b, ok := object.(*widgets.Button); ok && b.Visible() {
			button = b
		}
	}
	if button == nil {
		t.Fatal("no visible button")
	}
	test.Tap(button)
	if tapped != 1 {
		t.Errorf("OnTapped called %d times", tapped)
	}
	empty.SetModel(widgets.EmptyModel{Title: "Nothing found"})
	if button.Visible() {
		t.Error("button is visible without a label")
	}
}

func TestEmptyStateWithTwoButtons(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	for _, c := range []struct {
		name       string
		width      float32
		sideBySide bool
	}{
		{"wide", 720, true},
		{"narrow", 240, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var tapped []string
			empty := widgets.NewEmptyState(widgets.EmptyModel{Title: "No uploads", Button: "Add files and folders…", Second: "Add a server…"}, func() { tapped = append(tapped, "first") })
			empty.OnSecondTapped = func() { tapped = append(tapped, "second") }
			widgettest.Show(t, empty, c.width, 460)
			var buttons []*widgets.Button
			for _, object := range test.LaidOutObjects(empty) {
				if b, ok := object.(*widgets.Button); ok && b.Visible() {
					buttons = append(buttons, b)
				}
			}
			if len(buttons) != 2 {
				t.Fatalf("%d buttons, want 2", len(buttons))
			}
			for _, button := range buttons {
				test.Tap(button)
				if left, right := button.Position().X, button.Position().X+button.Size().Width; left < 0 || right > c.width {
					t.Errorf("%q is at %g to %g of %g", button.Text, left, right, c.width)
				}
			}
			if want := []string{"first", "second"}; !slices.Equal(tapped, want) {
				t.Errorf("tapped %q, want %q", tapped, want)
			}
			if sideBySide := buttons[0].Position().Y == buttons[1].Position().Y; sideBySide != c.sideBySide {
				t.Errorf("side by side: %v, want %v", sideBySide, c.sideBySide)
			}
			empty.SetModel(widgets.EmptyModel{Title: "No uploads", Button: "Add files and folders…"})
			if buttons[1].Visible() {
				t.Error("the second button is visible without a label")
			}
		})
	}
}

func TestEmptyStateShowsTooltipOverItsHint(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	for _, c := range []struct {
		name, tooltip, want string
		at                  fyne.Position // from the top left corner
	}{
		{"over the hint", "/home/ada/Downloads/Ferry", "/home/ada/Downloads/Ferry", fyne.NewPos(360, 220)},
		{"above the hint", "/home/ada/Downloads/Ferry", "", fyne.NewPos(360, 40)},
		{"left of the hint", "/home/ada/Downloads/Ferry", "", fyne.NewPos(5, 220)},
		{"nothing is shortened", "", "", fyne.NewPos(360, 220)},
	} {
		t.Run(c.name, func(t *testing.T) {
			tooltips, timers := newTooltips()
			empty := widgets.NewEmptyState(widgets.EmptyModel{Title: "No uploads", Hint: "Files are stored in …/Ferry.", Tooltip: c.tooltip}, nil)
			empty.Tooltips = tooltips
			widgettest.Show(t, container.NewStack(empty, tooltips), 720, 460)
			empty.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: c.at}})
			for _, fire := range timers.fire {
				fire()
			}
			if got := tooltips.Text(); got != c.want {
				t.Errorf("tooltip %q, want %q", got, c.want)
			}
			empty.MouseOut()
			if got := tooltips.Text(); got != "" {
				t.Errorf("tooltip %q after the pointer has left", got)
			}
		})
	}
}
