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
	l.modifiers = e.Modifier
	l.keyboard = false
	l.hover(e.Position)
	i, ok := l.view.indexAt(e.Position)
	switch {
	case !ok:
		l.presses.reset()
		l.ClearSelection()
	case e.Button == desktop.MouseButtonPrimary:
		l.press(i, e.Modifier)
	case e.Button == desktop.MouseButtonSecondary && !l.selection.has(l.model.ID(i)):
		l.selection.selectOnly(l.model.ID(i))
		l.changed()
	}
}

// press handles a press of the primary button on row i.
func (l *View) press(i int, modifiers fyne.KeyModifier) {
	if l.presses.press(i, modifiers) {
		l.activate(l.model.ID(i))
		return
	}
	l.changed()
}

// MouseUp implements [desktop.Mouseable].
func (l *View) MouseUp(e *desktop.MouseEvent) {
	if e.Button != desktop.MouseButtonPrimary {
		return
	}
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
	l.view.hovering = false
	l.view.release()
	l.view.updateStates()
	if l.OnLeave != nil {
		l.OnLeave()
	}
}

func (l *View) hover(at fyne.Position) {
	l.view.hovering, l.view.pointer = true, at
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
