package draw

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Renderer is a fyne.WidgetRenderer for a widget with a fixed set of objects. It is made by
// [NewRenderer].
type Renderer struct {
	Content []fyne.CanvasObject
	Arrange func(fyne.Size)  // positions the content
	Minimum func() fyne.Size // returns the widget's minimum size
	Repaint func()           // applies colours and sizes of the current theme
	Widget  fyne.CanvasObject
}

// NewRenderer returns a renderer. If it takes the place of one that the toolkit has removed,
// those of the content have been removed as well: see [LayOut].
func NewRenderer(r Renderer) *Renderer {
	layOutAll(r.Content)
	return &r
}

// Objects implements [fyne.WidgetRenderer].
func (r *Renderer) Objects() []fyne.CanvasObject { return r.Content }

// Layout implements [fyne.WidgetRenderer].
func (r *Renderer) Layout(size fyne.Size) { r.Arrange(size) }

// MinSize implements [fyne.WidgetRenderer].
func (r *Renderer) MinSize() fyne.Size { return r.Minimum() }

// Destroy implements [fyne.WidgetRenderer].
func (r *Renderer) Destroy() {}

// Refresh implements [fyne.WidgetRenderer].
func (r *Renderer) Refresh() {
	r.Repaint()
	r.Arrange(r.Widget.Size())
	canvas.Refresh(r.Widget)
}
