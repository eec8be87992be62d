package draw

import (
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// removeRenderers removes the renderers of widgets, as the toolkit does.
func removeRenderers(t *testing.T, widgets ...fyne.Widget) {
	t.Helper()
	t.Run("remove renderers", func(t *testing.T) {
		for _, w := range widgets {
			test.TempWidgetRenderer(t, w)
		}
	})
}

func TestLayOutOfNewRenderers(t *testing.T) {
	inside := widget.NewButton("inside", nil)
	scroll := container.NewVScroll(container.NewVBox(inside))
	scroll.SetMinSize(fyne.NewSize(100, 60))
	for _, c := range []struct {
		name    string
		widgets []fyne.Widget // the first one contains the others
	}{
		{"button", []fyne.Widget{widget.NewButtonWithIcon("Add", fynetheme.ContentAddIcon(), nil)}},
		{"check box", []fyne.Widget{widget.NewCheck("Include hidden files", nil)}},
		{"separator", []fyne.Widget{widget.NewSeparator()}},
		{"label", []fyne.Widget{widget.NewLabel("text")}},
		{"entry", []fyne.Widget{widget.NewEntry()}},
		{"select", []fyne.Widget{widget.NewSelect([]string{"one", "two"}, nil)}},
		{"button that scrolls", []fyne.Widget{scroll, inside}},
	} {
		t.Run(c.name, func(t *testing.T) {
			test.NewTempApp(t)
			content := container.NewVBox(c.widgets[0])
			window := test.NewTempWindow(t, content)
			window.Resize(fyne.NewSize(300, 100))
			before, size := window.Canvas().Capture(), c.widgets[0].Size()

			removeRenderers(t, c.widgets...)
			LayOut(content)
			if !reflect.DeepEqual(before, window.Canvas().Capture()) {
				t.Error("its picture is different")
			}
			if got := c.widgets[0].Size(); got != size {
				t.Errorf("size is %v, was %v", got, size)
			}
		})
	}
}

func TestLayOutOfObjectWithoutSize(t *testing.T) {
	test.NewTempApp(t)
	button := widget.NewButton("Add", nil)
	LayOut(button)
	if got := button.Size(); !got.IsZero() {
		t.Errorf("size is %v", got)
	}
}

func TestWatchReportsRemovedRenderers(t *testing.T) {
	test.NewTempApp(t)
	reports := 0
	watch := NewWatch(func() { reports++ })
	test.NewTempWindow(t, container.NewStack(watch)).Canvas().Capture()
	if reports != 0 {
		t.Fatalf("%d reports before anything was removed", reports)
	}
	removeRenderers(t, watch)
	if reports != 1 {
		t.Errorf("%d reports, want 1", reports)
	}
}
