package widgets_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestSmallButton(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tapped := 0
	button := widgets.NewSmallButton(theme.IconSpeed, nil, func() { tapped++ })
	button.Set("No limit", theme.Muted)
	short := button.MinSize().Width
	button.Set("At most 20.0 MB/s", theme.Active)
	if button.MinSize().Width <= short || button.Text() != "At most 20.0 MB/s" {
		t.Errorf("text %q, minimum size %v", button.Text(), button.MinSize())
	}
	window := widgettest.Show(t, button, 200, 28)
	test.TapCanvas(window.Canvas(), fyne.NewPos(40, 14))
	if tapped != 1 {
		t.Errorf("tapped %d times", tapped)
	}
}

func TestSmallButtonKeyboard(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tapped := 0
	button := widgets.NewSmallButton(theme.IconSpeed, nil, func() { tapped++ })
	button.Set("No limit", theme.Muted)
	window := widgettest.Show(t, button, 200, 28)
	canvas := window.Canvas()
	var forwarded []fyne.KeyName
	canvas.SetOnTypedKey(func(e *fyne.KeyEvent) { forwarded = append(forwarded, e.Name) })
	unfocused := canvas.Capture()
	canvas.FocusNext()
	if canvas.Focused() != button {
		t.Fatalf("FocusNext focused %T", canvas.Focused())
	}
	if cmp.Equal(unfocused, canvas.Capture()) {
		t.Error("focus is not visible")
	}
	for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyEscape} {
		button.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if diff := cmp.Diff([]fyne.KeyName{fyne.KeyEscape}, forwarded); diff != "" || tapped != 3 {
		t.Errorf("tapped %d times, window received %v", tapped, forwarded)
	}
	canvas.Unfocus()
	if !cmp.Equal(unfocused, canvas.Capture()) {
		t.Error("focus is visible after Unfocus")
	}
}
