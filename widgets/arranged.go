package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// arranged is the renderer of the widgets here: fixed objects, a way to put
// them in their places, and a way to take their colours from the theme again.
type arranged struct {
	objects []fyne.CanvasObject
	arrange func(fyne.Size)
	least   func() fyne.Size
	repaint func()
	widget  fyne.CanvasObject
}

func (r *arranged) Objects() []fyne.CanvasObject { return r.objects }
func (r *arranged) Layout(size fyne.Size)        { r.arrange(size) }
func (r *arranged) MinSize() fyne.Size           { return r.least() }
func (r *arranged) Destroy()                     {}

func (r *arranged) Refresh() {
	r.repaint()
	r.arrange(r.widget.Size())
	canvas.Refresh(r.widget)
}
