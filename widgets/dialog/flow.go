package dialog

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Flow is some lines of controls. A line for which there is no room goes on in the
// next. What stands after a spacer stands at the right edge, and a separator is as
// wide as all of it.
type Flow struct {
	widget.BaseWidget
	lines  [][]fyne.CanvasObject
	holder *fyne.Container
}

// NewFlow makes a flow without lines.
func NewFlow() *Flow {
	f := &Flow{holder: &fyne.Container{}}
	f.ExtendBaseWidget(f)
	return f
}

// SetLines shows other lines.
func (f *Flow) SetLines(lines ...[]fyne.CanvasObject) {
	f.lines, f.holder.Objects = lines, nil
	for _, line := range lines {
		f.holder.Objects = append(f.holder.Objects, line...)
	}
	f.Refresh()
}

// HeightAt is the height at a width.
func (f *Flow) HeightAt(width float32) float32 {
	return f.flow(width, func(fyne.CanvasObject, fyne.Position, fyne.Size) {})
}

// MinSize is the width of the widest control; whoever lays flows out asks HeightAt.
func (f *Flow) MinSize() fyne.Size {
	widest := float32(0)
	for _, o := range f.holder.Objects {
		widest = max(widest, o.MinSize().Width)
	}
	return fyne.NewSize(widest, f.HeightAt(max(f.Size().Width, widest)))
}

// CreateRenderer is called by the toolkit.
func (f *Flow) CreateRenderer() fyne.WidgetRenderer {
	return &draw.Renderer{Content: []fyne.CanvasObject{f.holder}, Arrange: f.arrange, Minimum: f.MinSize, Repaint: func() {}, Widget: f}
}

func (f *Flow) arrange(size fyne.Size) {
	f.holder.Resize(size)
	f.flow(size.Width, func(o fyne.CanvasObject, at fyne.Position, size fyne.Size) {
		o.Move(at)
		o.Resize(size)
	})
}

// flow finds the place of everything, and returns where it ends.
func (f *Flow) flow(width float32, put func(fyne.CanvasObject, fyne.Position, fyne.Size)) float32 {
	y, step := float32(0), theme.Grid(1)
	for _, line := range f.lines {
		x, high, trailing := float32(0), float32(0), false
		for _, o := range line {
			if _, spacer := o.(layout.SpacerObject); spacer || !o.Visible() {
				trailing = trailing || spacer
				continue
			}
			least := o.MinSize()
			if _, across := o.(*widget.Separator); across {
				least.Width = width
			}
			if x > 0 && x+least.Width > width {
				x, y, high = 0, y+high+step, 0
			}
			if trailing {
				x = width - least.Width
			}
			put(o, fyne.NewPos(x, y), fyne.NewSize(min(least.Width, width), least.Height))
			x, high = x+least.Width+step, max(high, least.Height)
		}
		y += high + step
	}
	return max(y-step, 0)
}
