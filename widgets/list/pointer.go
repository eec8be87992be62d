package list

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// What the pointer does in a View.

var (
	_ desktop.Mouseable = (*View)(nil)
	_ desktop.Hoverable = (*View)(nil)
)

// MouseDown is called by the toolkit.
func (l *View) MouseDown(e *desktop.MouseEvent) {
	l.focus()
	l.modifiers = e.Modifier
	l.keyboard = false
	l.hover(e.Position)
	i, ok := l.view.at(e.Position)
	switch {
	case !ok:
		l.pressed = press{}
		l.ClearSelection()
	case e.Button == desktop.MouseButtonPrimary:
		l.press(i, e.Modifier)
	case e.Button == desktop.MouseButtonSecondary && !l.selection.has(l.model.ID(i)):
		l.selection.only(l.model.ID(i))
		l.changed()
	}
}

// press selects as the modifiers say. A row of a selection of several stays
// selected until the button is let go, so that the selection can be acted upon.
func (l *View) press(i int, modifiers fyne.KeyModifier) {
	id := l.model.ID(i)
	if l.doubled(id) && modifiers == 0 {
		l.pressed = press{}
		l.activate(id)
		return
	}
	l.pressed = press{id: id, at: l.now()}
	control := modifiers&fyne.KeyModifierShortcutDefault != 0
	shift := modifiers&fyne.KeyModifierShift != 0
	switch {
	case control && shift:
		l.selection.include(l.model, i)
	case shift:
		l.selection.extend(l.model, i)
	case control:
		l.selection.toggle(id)
	case l.selection.has(id):
		l.pressed.collapse = true
	default:
		l.selection.only(id)
	}
	l.changed()
}

// doubled says whether this press is the second of two on one row. The toolkit
// would hold back every click until it knows, so the list looks itself.
func (l *View) doubled(id int64) bool {
	delay := fyne.CurrentApp().Driver().DoubleTapDelay()
	return l.pressed.id == id && !l.pressed.at.IsZero() && l.now().Sub(l.pressed.at) <= delay
}

// MouseUp is called by the toolkit.
func (l *View) MouseUp(e *desktop.MouseEvent) {
	if !l.pressed.collapse || e.Button != desktop.MouseButtonPrimary {
		return
	}
	l.pressed.collapse = false
	if i, ok := l.view.at(e.Position); ok && l.model.ID(i) == l.pressed.id {
		l.selection.only(l.pressed.id)
		l.changed()
	}
}

// TappedSecondary is called by the toolkit.
func (l *View) TappedSecondary(e *fyne.PointEvent) {
	if l.OnMenu != nil {
		l.OnMenu(e.AbsolutePosition)
	}
}

// MouseIn is called by the toolkit.
func (l *View) MouseIn(e *desktop.MouseEvent) { l.hover(e.Position) }

// MouseMoved is called by the toolkit.
func (l *View) MouseMoved(e *desktop.MouseEvent) { l.hover(e.Position) }

// MouseOut is called by the toolkit.
func (l *View) MouseOut() {
	l.view.hovering = false
	l.view.mark()
}

func (l *View) hover(at fyne.Position) {
	l.view.hovering, l.view.pointer = true, at
	l.view.mark()
}

func (l *View) focus() {
	if c := l.canvas(); c != nil {
		c.Focus(l)
	}
}
