package widgets

import "fyne.io/fyne/v2/driver/desktop"

// hoverable is embedded by clickable widgets that change while the pointer is over
// them.
type hoverable struct {
	hovered bool
	repaint func() // called after hovered has changed
}

// MouseIn implements [desktop.Hoverable].
func (h *hoverable) MouseIn(*desktop.MouseEvent) { h.setHovered(true) }

// MouseMoved implements [desktop.Hoverable].
func (h *hoverable) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements [desktop.Hoverable].
func (h *hoverable) MouseOut() { h.setHovered(false) }

// Cursor implements [desktop.Cursorable].
func (h *hoverable) Cursor() desktop.Cursor { return desktop.PointerCursor }

func (h *hoverable) setHovered(hovered bool) {
	h.hovered = hovered
	h.repaint()
}
