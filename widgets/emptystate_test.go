package widgets_test

import (
	"testing"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestEmptyState(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	tapped := 0
	empty := widgets.NewEmptyState(widgets.EmptyModel{Title: "No waiting uploads", Button: "Show all"}, func() { tapped++ })
	widgettest.Show(t, empty, 720, 460)
	var button *widget.Button
	for _, object := range test.LaidOutObjects(empty) {
		if b, ok := object.(*widget.Button); ok && b.Visible() {
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
