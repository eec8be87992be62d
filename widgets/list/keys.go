package list

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/ferryapp/ferry/widgets/draw"
)

// What the keyboard does in a View.

var _ desktop.Keyable = (*View)(nil)

// FocusGained is called by the toolkit.
func (l *View) FocusGained() {
	l.focused, l.keyboard = true, true
	l.view.mark()
}

// FocusLost is called by the toolkit.
func (l *View) FocusLost() {
	l.focused, l.modifiers = false, 0
	l.view.mark()
}

// KeyDown is called by the toolkit.
func (l *View) KeyDown(e *fyne.KeyEvent) {
	if isShift(e.Name) {
		l.modifiers |= fyne.KeyModifierShift
	}
}

// KeyUp is called by the toolkit.
func (l *View) KeyUp(e *fyne.KeyEvent) {
	if isShift(e.Name) {
		l.modifiers &^= fyne.KeyModifierShift
	}
}

func isShift(key fyne.KeyName) bool {
	return key == desktop.KeyShiftLeft || key == desktop.KeyShiftRight
}

// TypedRune is called by the toolkit. Letters mean nothing here.
func (l *View) TypedRune(rune) {}

// TypedKey is called by the toolkit. A key that means nothing here is for the
// window.
func (l *View) TypedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeyReturn, e.Name == fyne.KeyEnter:
		l.activateCursor()
	case e.Name == desktop.KeyMenu, e.Name == fyne.KeyF10 && l.modifiers == fyne.KeyModifierShift:
		l.openMenu()
	case e.Name == fyne.KeyRight, e.Name == fyne.KeyLeft:
		l.unfold(e.Name == fyne.KeyRight)
	default:
		if to, ok := l.destination(e.Name); ok {
			l.moveTo(to)
		} else {
			draw.ForwardKey(l, e)
		}
	}
}

// destination is the row that a key moves to.
func (l *View) destination(key fyne.KeyName) (int, bool) {
	last := l.model.Len() - 1
	at, known := l.cursor()
	switch key {
	case fyne.KeyHome:
		return 0, true
	case fyne.KeyEnd:
		return last, true
	case fyne.KeyUp, fyne.KeyPageUp:
		if !known {
			return last, true
		}
		return at - l.stride(key), true
	case fyne.KeyDown, fyne.KeyPageDown:
		if !known {
			return l.entry(), true
		}
		return at + l.stride(key), true
	default:
		return 0, false
	}
}

func (l *View) stride(key fyne.KeyName) int {
	if key == fyne.KeyPageUp || key == fyne.KeyPageDown {
		return max(l.view.page()-1, 1)
	}
	return 1
}

// cursor is the index of the row that the keyboard is on.
func (l *View) cursor() (int, bool) {
	if !l.selection.begun {
		return 0, false
	}
	return find(l.model, l.selection.cursor, l.view.first())
}

func (l *View) moveTo(i int) {
	if l.model.Len() == 0 {
		return
	}
	i = min(max(i, 0), l.model.Len()-1)
	l.keyboard = true
	if l.modifiers&fyne.KeyModifierShift != 0 {
		l.selection.extend(l.model, i)
	} else {
		l.selection.only(l.model.ID(i))
	}
	l.view.reveal(i)
	l.changed()
}

// unfold opens the row that the keyboard is on, or goes into it; the other way it
// closes the row, or goes to the one it is inside of.
func (l *View) unfold(further bool) {
	tree, ok := l.model.(Tree)
	i, known := l.cursor()
	if !ok || !known {
		return
	}
	opens, open := tree.Opens(i)
	switch {
	case opens && open != further:
		l.keyboard = true
		l.setOpen(tree, i, further)
	case opens && further:
		l.moveTo(i + 1)
	case !further && tree.Parent(i) >= 0:
		l.moveTo(tree.Parent(i))
	}
}

func (l *View) activateCursor() {
	if i, ok := l.cursor(); ok {
		l.activate(l.model.ID(i))
	}
}

func (l *View) activate(id int64) {
	if l.OnActivate != nil {
		l.OnActivate(id)
	}
}

// openMenu opens the menu under the row that the keyboard is on.
func (l *View) openMenu() {
	i, ok := l.cursor()
	if !ok || l.OnMenu == nil {
		return
	}
	l.view.reveal(i)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(l)
	below := float32(i+1)*l.view.rowHeight() - l.view.scroll.Offset.Y
	l.OnMenu(at.AddXY(l.view.rowHeight(), below))
}

// TypedShortcut is called by the toolkit. Other shortcuts than Ctrl+A are for
// the window, which would not see them while the list has the focus.
func (l *View) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*fyne.ShortcutSelectAll); ok {
		l.SelectAll()
		return
	}
	if window, ok := l.canvas().(fyne.Shortcutable); ok {
		window.TypedShortcut(s)
	}
}

func (l *View) canvas() fyne.Canvas {
	return fyne.CurrentApp().Driver().CanvasForObject(l)
}
