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

func TestSpeedGraphShowsNewestSamples(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	graph := widgets.NewSpeedGraph()
	widgettest.Show(t, graph, 64, 40) // fits sixteen columns
	graph.Set([]float64{99, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 20, 5, 0})
	var sizes []fyne.Size
	for _, object := range test.LaidOutObjects(graph) {
		if r, ok := object.(*canvas.Rectangle); ok && r.Visible() {
			sizes = append(sizes, r.Size())
		}
	}
	want := []fyne.Size{{Width: 64, Height: 1}, {Width: 3, Height: 20}, {Width: 3, Height: 40}, {Width: 3, Height: 10}}
	if diff := cmp.Diff(want, sizes); diff != "" {
		t.Errorf("baseline and columns: %s", diff)
	}
}
