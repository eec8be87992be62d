package draw

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Renderer is the renderer of the widgets here: fixed objects, a way to put
// them in their places, and a way to take their colours from the theme again.
type Renderer struct {
	Content []fyne.CanvasObject
	Arrange func(fyne.Size)
	Minimum func() fyne.Size
	Repaint func()
	Widget  fyne.CanvasObject
}

func (r *Renderer) Objects() []fyne.CanvasObject { return r.Content }
func (r *Renderer) Layout(size fyne.Size)        { r.Arrange(size) }
func (r *Renderer) MinSize() fyne.Size           { return r.Minimum() }
func (r *Renderer) Destroy()                     {}

func (r *Renderer) Refresh() {
	r.Repaint()
	r.Arrange(r.Widget.Size())
	canvas.Refresh(r.Widget)
}
