package dialog_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/layout"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/theme"
)

func TestFlow(t *testing.T) {
	box := func(width float32) *canvas.Rectangle {
		r := &canvas.Rectangle{}
		r.SetMinSize(fyne.NewSize(width, 30))
		return r
	}
	tests := []struct {
		name   string
		width  float32
		want   []fyne.Position
		height float32
	}{
		{"fits: lines below each other, right aligned after a spacer", 300, []fyne.Position{{X: 0, Y: 0}, {X: 260, Y: 0}, {X: 0, Y: 34}, {X: 104, Y: 34}}, 64},
		{"too narrow: line continues on a new one", 180, []fyne.Position{{X: 0, Y: 0}, {X: 140, Y: 0}, {X: 0, Y: 34}, {X: 0, Y: 68}}, 98},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			widgettest.SetTheme(t, theme.Light)
			boxes := []*canvas.Rectangle{box(100), box(40), box(100), box(100)}
			flow := dialog.NewFlow()
			flow.SetLines([]fyne.CanvasObject{boxes[0], layout.NewSpacer(), boxes[1]}, []fyne.CanvasObject{boxes[2], boxes[3]})
			widgettest.Show(t, flow, test.width, 200)
			var got []fyne.Position
			for _, b := range boxes {
				got = append(got, b.Position())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if height := flow.HeightAt(test.width); height != test.height {
				t.Errorf("height %g, want %g", height, test.height)
			}
		})
	}
}
