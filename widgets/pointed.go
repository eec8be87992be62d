package widgets

import "fyne.io/fyne/v2/driver/desktop"

// pointed is embedded by the parts that can be clicked and show when the pointer
// is over them. It lives on the UI's goroutine.
type pointed struct {
	hovered bool
	repaint func() // Set by the part, which looks at hovered then
}

// MouseIn is called by the toolkit.
func (p *pointed) MouseIn(*desktop.MouseEvent) { p.point(true) }

// MouseMoved is called by the toolkit.
func (p *pointed) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is called by the toolkit.
func (p *pointed) MouseOut() { p.point(false) }

// Cursor is called by the toolkit.
func (p *pointed) Cursor() desktop.Cursor { return desktop.PointerCursor }

func (p *pointed) point(hovered bool) {
	p.hovered = hovered
	p.repaint()
}
