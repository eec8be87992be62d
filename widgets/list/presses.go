package list

import (
	"time"

	"fyne.io/fyne/v2"
)

// presses changes the selection by presses of the primary button.
type presses struct {
	model     Model
	selection *selection
	now       func() time.Time

	// The last press:
	id       int64
	at       time.Time // zero: none that a double click can begin with
	collapse bool      // releasing the button selects this row only
}

// press changes the selection for a press on row i. If the row is selected already,
// the selection changes when the button is released. A double click changes nothing
// and is reported.
func (p *presses) press(i int, modifiers fyne.KeyModifier) (double bool) {
	id := p.model.ID(i)
	if p.isDoubleClick(id) && modifiers == 0 {
		p.reset()
		return true
	}
	p.id, p.at, p.collapse = id, p.now(), false
	control := modifiers&fyne.KeyModifierShortcutDefault != 0
	shift := modifiers&fyne.KeyModifierShift != 0
	switch {
	case control && shift:
		p.selection.addRange(p.model, i)
	case shift:
		p.selection.extend(p.model, i)
	case control:
		p.selection.toggle(id)
	case p.selection.has(id):
		p.collapse = true
	default:
		p.selection.selectOnly(id)
	}
	return false
}

// isDoubleClick reports whether a press is the second one on a row within the
// double-tap delay. With fyne.DoubleTappable, Fyne would delay every single click
// by that time.
func (p *presses) isDoubleClick(id int64) bool {
	delay := fyne.CurrentApp().Driver().DoubleTapDelay()
	return p.id == id && !p.at.IsZero() && p.now().Sub(p.at) <= delay
}

// release changes the selection when the button is released on row i; ok is false if
// there is no row. It reports whether the selection changed.
func (p *presses) release(i int, ok bool) (changed bool) {
	if !p.collapse {
		return false
	}
	p.collapse = false
	if !ok || p.model.ID(i) != p.id {
		return false
	}
	p.selection.selectOnly(p.id)
	return true
}

// reset forgets the last press.
func (p *presses) reset() { p.id, p.at, p.collapse = 0, time.Time{}, false }
