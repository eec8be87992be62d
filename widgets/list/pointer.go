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
		l.pressed = press{}
		l.ClearSelection()
	case e.Button == desktop.MouseButtonPrimary:
		l.press(i, e.Modifier)
	case e.Button == desktop.MouseButtonSecondary && !l.selection.has(l.model.ID(i)):
		l.selection.selectOnly(l.model.ID(i))
		l.changed()
	}
}

// press changes the selection for a press of the primary button on row i. If the
// row is selected already, the selection changes when the button is released.
func (l *View) press(i int, modifiers fyne.KeyModifier) {
	id := l.model.ID(i)
	if l.isDoubleClick(id) && modifiers == 0 {
		l.pressed = press{}
		l.activate(id)
		return
	}
	l.pressed = press{id: id, at: l.now()}
	control := modifiers&fyne.KeyModifierShortcutDefault != 0
	shift := modifiers&fyne.KeyModifierShift != 0
	switch {
	case control && shift:
		l.selection.addRange(l.model, i)
	case shift:
		l.selection.extend(l.model, i)
	case control:
		l.selection.toggle(id)
	case l.selection.has(id):
		l.pressed.collapse = true
	default:
		l.selection.selectOnly(id)
	}
	l.changed()
}

// isDoubleClick reports whether a press is the second one on a row within the
// double-tap delay. With fyne.DoubleTappable, Fyne would delay every single click
// by that time.
func (l *View) isDoubleClick(id int64) bool {
	delay := fyne.CurrentApp().Driver().DoubleTapDelay()
	return l.pressed.id == id && !l.pressed.at.IsZero() && l.now().Sub(l.pressed.at) <= delay
}

// MouseUp implements [desktop.Mouseable].
func (l *View) MouseUp(e *desktop.MouseEvent) {
	if !l.pressed.collapse || e.Button != desktop.MouseButtonPrimary {
		return
	}
	l.pressed.collapse = false
	if i, ok := l.view.indexAt(e.Position); ok && l.model.ID(i) == l.pressed.id {
		l.selection.selectOnly(l.pressed.id)
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
	l.view.updateStates()
}

func (l *View) hover(at fyne.Position) {
	l.view.hovering, l.view.pointer = true, at
	l.view.updateStates()
}

func (l *View) focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(l); c != nil {
		c.Focus(l)
	}
}
