package dialog

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Flow shows lines of controls. Controls that do not fit into their line continue
// on a new one. Those after a spacer are aligned to the right, and a separator is
// as wide as the flow.
type Flow struct {
	widget.BaseWidget
	lines     [][]fyne.CanvasObject
	container *fyne.Container
}

// NewFlow returns an empty flow.
func NewFlow() *Flow {
	f := &Flow{container: &fyne.Container{}}
	f.ExtendBaseWidget(f)
	return f
}

// SetLines replaces the lines.
func (f *Flow) SetLines(lines ...[]fyne.CanvasObject) {
	f.lines, f.container.Objects = lines, nil
	for _, line := range lines {
		f.container.Objects = append(f.container.Objects, line...)
	}
	f.Refresh()
}

// HeightAt returns the height at a width.
func (f *Flow) HeightAt(width float32) float32 {
	return f.flow(width, func(fyne.CanvasObject, fyne.Position, fyne.Size) {})
}

// MinSize returns the width of the widest control, and the height at the current
// width. Layouts that know the width use HeightAt.
func (f *Flow) MinSize() fyne.Size {
	widest := float32(0)
	for _, o := range f.container.Objects {
		widest = max(widest, o.MinSize().Width)
	}
	return fyne.NewSize(widest, f.HeightAt(max(f.Size().Width, widest)))
}

// CreateRenderer implements [fyne.Widget].
func (f *Flow) CreateRenderer() fyne.WidgetRenderer {
	return draw.NewRenderer(draw.Renderer{Content: []fyne.CanvasObject{f.container}, Arrange: f.arrange, Minimum: f.MinSize, Repaint: func() {}, Widget: f})
}

func (f *Flow) arrange(size fyne.Size) {
	f.container.Resize(size)
	f.flow(size.Width, func(o fyne.CanvasObject, at fyne.Position, size fyne.Size) {
		o.Move(at)
		o.Resize(size)
	})
}

// flow calls place with position and size of every control, and returns the height
// of the flow.
func (f *Flow) flow(width float32, place func(fyne.CanvasObject, fyne.Position, fyne.Size)) float32 {
	y, gap := float32(0), theme.Grid(1)
	for _, line := range f.lines {
		x, lineHeight, trailing := float32(0), float32(0), false
		for _, o := range line {
			if _, spacer := o.(layout.SpacerObject); spacer || !o.Visible() {
				trailing = trailing || spacer
				continue
			}
			size := o.MinSize()
			if _, separator := o.(*widget.Separator); separator {
				size.Width = width
			}
			if x > 0 && x+size.Width > width {
				x, y, lineHeight = 0, y+lineHeight+gap, 0
			}
			if trailing {
				x = width - size.Width
			}
			place(o, fyne.NewPos(x, y), fyne.NewSize(min(size.Width, width), size.Height))
			x, lineHeight = x+size.Width+gap, max(lineHeight, size.Height)
		}
		y += lineHeight + gap
	}
	return max(y-gap, 0)
}
