package draw

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// LayOut lays out an object and everything in it, although its size is the same. The toolkit
// removes renderers, see [Watch], and does not lay out those that it creates in their place:
// a button then has no background, and its text and icon are at the same place.
func LayOut(object fyne.CanvasObject) {
	switch o := object.(type) {
	case *fyne.Container:
		layOutAll(o.Objects)
	case fyne.Widget:
		layOutWidget(o)
		switch o := o.(type) {
		case *container.Scroll:
			LayOut(o.Content)
		case *container.Clip:
			LayOut(o.Content)
		case *widget.PopUp:
			LayOut(o.Content)
		}
	}
}

func layOutAll(objects []fyne.CanvasObject) {
	for _, object := range objects {
		LayOut(object)
	}
}

// layOutWidget makes the toolkit call the renderer's Layout, which it does when the size
// changes. A new [Renderer] lays out what is in the widget.
func layOutWidget(w fyne.Widget) {
	size := w.Size()
	if size.IsZero() {
		return
	}
	w.Resize(size.AddWidthHeight(1, 0))
	w.Resize(size)
	w.Refresh()
}

// Watch is a part of a window that has no appearance. It reports that the toolkit has removed
// renderers of what the window shows, so that [LayOut] is necessary.
//
// Fyne 2.8.1 removes renderers that it did not use for a minute (internal/cache). The time of
// the last use is a sample of the wall clock that is taken at the end of a frame. After the
// computer was suspended, the process was stopped, or the clock was set forward, the first
// frame uses the sample from before, and everything that it has just drawn is removed at its
// end. A picture of another canvas has the same effect (see measureLowering).
type Watch struct {
	widget.BaseWidget
	removed func()
}

// NewWatch returns a watch. Removed is called while the toolkit still removes renderers: it
// must only queue what is to be done.
func NewWatch(removed func()) *Watch {
	w := &Watch{removed: removed}
	w.ExtendBaseWidget(w)
	return w
}

// CreateRenderer implements [fyne.Widget].
func (w *Watch) CreateRenderer() fyne.WidgetRenderer { return &watchRenderer{w} }

type watchRenderer struct{ watch *Watch }

// Objects implements [fyne.WidgetRenderer].
func (r *watchRenderer) Objects() []fyne.CanvasObject { return nil }

// Layout implements [fyne.WidgetRenderer].
func (r *watchRenderer) Layout(fyne.Size) {}

// MinSize implements [fyne.WidgetRenderer].
func (r *watchRenderer) MinSize() fyne.Size { return fyne.Size{} }

// Refresh implements [fyne.WidgetRenderer].
func (r *watchRenderer) Refresh() {}

// Destroy implements [fyne.WidgetRenderer].
func (r *watchRenderer) Destroy() { r.watch.removed() }
