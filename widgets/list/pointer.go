package list

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

var (
	_ desktop.Mouseable = (*View)(nil)
	_ desktop.Hoverable = (*View)(nil)
)

// MouseDown implements [desktop.Mouseable].
func (l *View) MouseDown(e *desktop.MouseEvent) {
	l.focus()
	l.dragging.release()
	l.modifiers = e.Modifier
	l.keyboard, l.view.pointer.idle = false, false
	l.hover(e.Position)
	i, ok := l.view.indexAt(e.Position)
	switch {
	case !ok:
		l.presses.reset()
		l.ClearSelection()
	case e.Button == desktop.MouseButtonPrimary:
		l.press(i, e)
	case e.Button == desktop.MouseButtonSecondary && !l.selection.has(l.model.ID(i)):
		l.selection.selectOnly(l.model.ID(i))
		l.changed()
	}
}

// press handles a press of the primary button on row i.
func (l *View) press(i int, e *desktop.MouseEvent) {
	id := l.model.ID(i)
	if l.presses.press(i, e.Modifier) {
		l.activate(id)
		return
	}
	l.changed()
	if l.OnDrag != nil && l.selection.has(id) {
		l.dragging.press(id, e.Position)
	}
}

// MouseUp implements [desktop.Mouseable].
func (l *View) MouseUp(e *desktop.MouseEvent) {
	if e.Button != desktop.MouseButtonPrimary {
		return
	}
	l.dragging.release()
	if l.presses.release(l.view.indexAt(e.Position)) {
		l.changed()
	}
}

// TappedSecondary implements [fyne.SecondaryTappable].
func (l *View) TappedSecondary(e *fyne.PointEvent) {
	if l.OnMenu != nil {
		l.OnMenu(e.AbsolutePosition)
	}
}

// MouseIn implements [desktop.Hoverable].
func (l *View) MouseIn(e *desktop.MouseEvent) { l.hover(e.Position) }

// MouseMoved implements [desktop.Hoverable].
func (l *View) MouseMoved(e *desktop.MouseEvent) { l.hover(e.Position) }

// MouseOut implements [desktop.Hoverable].
func (l *View) MouseOut() {
	l.view.pointer = pointer{}
	l.view.release()
	l.view.updateStates()
	if l.OnLeave != nil {
		l.OnLeave()
	}
}

func (l *View) hover(at fyne.Position) {
	l.view.pointer.move(at)
	l.view.pointer.aim(l.view.below())
	if l.view.hovered() < 0 {
		l.view.release()
	}
	l.view.updateStates()
}

func (l *View) focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(l); c != nil {
		c.Focus(l)
	}
}

// restDistance is how far the pointer may move and still count as at rest: a hand that presses
// a button twice moves it by this much.
const restDistance = 4

// pointer is the pointer of the mouse in a viewport. It knows whether what is below it came
// there without the pointer having moved: the user cannot have aimed at that. While it is idle,
// the user works with keys, and does not aim at anything.
type pointer struct {
	inside  bool // the pointer is in the viewport
	at      fyne.Position
	below   place // what was below it last
	resting bool  // what is below it came there while it was at restAt
	restAt  fyne.Position
	idle    bool // a key was used while it was at restAt
}

// place is a row and its upper edge in the viewport.
type place struct {
	id    int64
	top   float32
	known bool // there is a row
}

// move changes the position of the pointer.
func (p *pointer) move(at fyne.Position) {
	p.inside, p.at = true, at
	if d := at.Subtract(p.restAt); max(d.X, -d.X, d.Y, -d.Y) > restDistance {
		p.resting, p.idle = false, false
	}
}

// leave makes the pointer idle until it moves.
func (p *pointer) leave() {
	if !p.resting {
		p.restAt = p.at
	}
	p.idle = true
}

// aim sets what is below the pointer after the user has moved the pointer or scrolled.
func (p *pointer) aim(below place) { p.below = below }

// observe sets what is below the pointer after any change.
func (p *pointer) observe(below place) {
	if below == p.below {
		return
	}
	p.below, p.resting, p.restAt = below, p.inside, p.at
}
