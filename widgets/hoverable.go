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

// clickable is embedded by buttons that the toolkit does not draw. They also implement TypedKey,
// see pressOrForward.
type clickable struct {
	hoverable
	focused bool
}

// FocusGained implements [fyne.Focusable].
func (c *clickable) FocusGained() { c.setFocused(true) }

// FocusLost implements [fyne.Focusable].
func (c *clickable) FocusLost() { c.setFocused(false) }

// TypedRune implements [fyne.Focusable]. It does nothing.
func (c *clickable) TypedRune(rune) {}

func (c *clickable) setFocused(focused bool) {
	c.focused = focused
	c.repaint()
}
