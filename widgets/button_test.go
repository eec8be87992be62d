package widgets_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// TestButtonsByKey: Space and Enter press every button that has the focus, and other keys are
// those of the window.
func TestButtonsByKey(t *testing.T) {
	icon := theme.Icon(theme.IconAdd)
	for name, create := range map[string]func(tapped func()) fyne.CanvasObject{
		"with a label": func(tapped func()) fyne.CanvasObject { return widgets.NewButton("Add", icon, tapped) },
		"with an icon": func(tapped func()) fyne.CanvasObject {
			return widgets.NewIconButton(theme.IconAdd, widgets.NewTooltips(), "Add", tapped)
		},
		"small": func(tapped func()) fyne.CanvasObject { return widgets.NewSmallButton(theme.IconSpeed, nil, tapped) },
		"above the list": func(tapped func()) fyne.CanvasObject {
			button := widgets.NewFloatingButton(tapped)
			button.SetText("3 new ↓")
			return button
		},
		"in the empty state": func(tapped func()) fyne.CanvasObject {
			return widgets.NewEmptyState(widgets.EmptyModel{Title: "Drop files", Button: "Add"}, tapped)
		},
		"in a banner": func(tapped func()) fyne.CanvasObject {
			return widgets.NewBanner(widgets.BannerModel{Text: "Sign in?", Buttons: []widgets.BannerButton{{Label: "Sign in", OnTapped: tapped}}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			widgettest.SetTheme(t, theme.Light)
			tapped := 0
			canvas := widgettest.Show(t, create(func() { tapped++ }), 400, 300).Canvas()
			var forwarded []fyne.KeyName
			canvas.SetOnTypedKey(func(e *fyne.KeyEvent) { forwarded = append(forwarded, e.Name) })
			unfocused := canvas.Capture()
			canvas.FocusNext()
			button := canvas.Focused()
			if button == nil {
				t.Fatal("it is not reached with Tab")
			}
			if cmp.Equal(unfocused, canvas.Capture()) {
				t.Error("the focus is not visible")
			}
			for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn, fyne.KeyEscape, fyne.KeyF5} {
				button.TypedKey(&fyne.KeyEvent{Name: key})
			}
			if diff := cmp.Diff([]fyne.KeyName{fyne.KeyEscape, fyne.KeyF5}, forwarded); diff != "" || tapped != 2 {
				t.Errorf("pressed %d times, window received %v", tapped, forwarded)
			}
			if hidden, ok := button.(fyne.CanvasObject); ok {
				hidden.Hide()
				button.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			}
			if tapped != 2 {
				t.Error("a hidden button is pressed")
			}
		})
	}
}
