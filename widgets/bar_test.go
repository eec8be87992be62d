package widgets_test

import (
	"testing"

	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

// barWidths returns the widths of the visible rectangles of a bar: track, sent, mark.
func barWidths(bar *widgets.Bar) []float32 {
	var widths []float32
	for _, object := range test.LaidOutObjects(bar) {
		if r, ok := object.(*canvas.Rectangle); ok && r.Visible() {
			widths = append(widths, r.Size().Width)
		}
	}
	return widths
}

func TestBar(t *testing.T) {
	cases := []struct {
		name        string
		acked, sent float64
		want        []float32
	}{
		{"empty", 0, 0, []float32{400}},
		{"sent only", 0, 0.5, []float32{400, 200}},
		{"sent and acknowledged", 0.25, 0.5, []float32{400, 200, 2}},
		{"complete", 1, 1, []float32{400, 400}},
		{"small fraction is visible", 0.0001, 0.0001, []float32{400, 4}},
		{"nearly complete is not full width", 0.9999, 0.9999, []float32{400, 399}},
		{"sent is at least acknowledged", 0.5, 0.25, []float32{400, 200}},
		{"little is not acknowledged", 0.499, 0.5, []float32{400, 200}},
		{"above 1", 2, 3, []float32{400, 400}},
		{"below 0", -1, -1, []float32{400}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			widgettest.SetTheme(t, theme.Light)
			bar := widgets.NewBar()
			widgettest.Show(t, bar, 400, 4)
			bar.Set(c.acked, c.sent, theme.Active)
			if diff := cmp.Diff(c.want, barWidths(bar)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
