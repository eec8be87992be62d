package list

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/ferryapp/ferry/widgets/draw"
)

var _ desktop.Keyable = (*View)(nil)

// FocusGained implements [fyne.Focusable].
func (l *View) FocusGained() {
	l.focused, l.keyboard = true, true
	l.view.updateStates()
}

// FocusLost implements [fyne.Focusable].
func (l *View) FocusLost() {
	l.focused, l.modifiers = false, 0
	l.view.updateStates()
}

// KeyDown implements [desktop.Keyable].
func (l *View) KeyDown(e *fyne.KeyEvent) {
	if isShift(e.Name) {
		l.modifiers |= fyne.KeyModifierShift
	}
}

// KeyUp implements [desktop.Keyable].
func (l *View) KeyUp(e *fyne.KeyEvent) {
	if isShift(e.Name) {
		l.modifiers &^= fyne.KeyModifierShift
	}
}

func isShift(key fyne.KeyName) bool {
	return key == desktop.KeyShiftLeft || key == desktop.KeyShiftRight
}

// TypedRune implements [fyne.Focusable]. It does nothing.
func (l *View) TypedRune(rune) {}

// TypedKey implements [fyne.Focusable]. Keys that the list does not use are passed
// to the window.
func (l *View) TypedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeyReturn, e.Name == fyne.KeyEnter:
		l.activateCursor()
	case e.Name == desktop.KeyMenu, e.Name == fyne.KeyF10 && l.modifiers == fyne.KeyModifierShift:
		l.openMenu()
	case e.Name == fyne.KeyRight:
		l.openOrEnter()
	case e.Name == fyne.KeyLeft:
		l.closeOrLeave()
	default:
		if to, ok := l.target(e.Name); ok {
			l.moveTo(to)
		} else {
			draw.ForwardKey(l, e)
		}
	}
}

// target returns the index that a key moves the cursor to. It can be out of range.
func (l *View) target(key fyne.KeyName) (int, bool) {
	last := l.model.Len() - 1
	at, ok := l.cursor()
	switch key {
	case fyne.KeyHome:
		return 0, true
	case fyne.KeyEnd:
		return last, true
	case fyne.KeyUp, fyne.KeyPageUp:
		if !ok {
			return last, true
		}
		return at - l.step(key), true
	case fyne.KeyDown, fyne.KeyPageDown:
		if !ok {
			return l.firstWhole(), true
		}
		return at + l.step(key), true
	default:
		return 0, false
	}
}

// step returns the number of rows that a key moves by.
func (l *View) step(key fyne.KeyName) int {
	if key == fyne.KeyPageUp || key == fyne.KeyPageDown {
		return max(l.view.pageSize()-1, 1)
	}
	return 1
}

// cursor returns the index of the cursor.
func (l *View) cursor() (int, bool) {
	if !l.selection.hasCursor {
		return 0, false
	}
	return indexOf(l.model, l.selection.cursor, l.view.first())
}

// moveTo selects row i, or extends the selection to it if Shift is pressed.
func (l *View) moveTo(i int) {
	if l.model.Len() == 0 {
		return
	}
	i = min(max(i, 0), l.model.Len()-1)
	l.keyboard = true
	if l.modifiers&fyne.KeyModifierShift != 0 {
		l.selection.extend(l.model, i)
	} else {
		l.selection.selectOnly(l.model.ID(i))
	}
	l.view.reveal(i)
	l.changed()
}

// openOrEnter opens the cursor's row, or moves to the first row in it if it is open.
func (l *View) openOrEnter() {
	tree, i, ok := l.treeCursor()
	if !ok {
		return
	}
	switch opens, open := tree.Opens(i); {
	case opens && open:
		l.moveTo(i + 1)
	case opens:
		l.keyboard = true
		l.setOpen(tree, i, true)
	}
}

// closeOrLeave closes the cursor's row, or moves to the row that contains it.
func (l *View) closeOrLeave() {
	tree, i, ok := l.treeCursor()
	if !ok {
		return
	}
	if opens, open := tree.Opens(i); opens && open {
		l.keyboard = true
		l.setOpen(tree, i, false)
	} else if parent := tree.Parent(i); parent >= 0 {
		l.moveTo(parent)
	}
}

// treeCursor returns the model as a Tree and the index of the cursor.
func (l *View) treeCursor() (tree Tree, i int, ok bool) {
	tree, isTree := l.model.(Tree)
	i, hasCursor := l.cursor()
	return tree, i, isTree && hasCursor
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

// openMenu opens the menu below the cursor.
func (l *View) openMenu() {
	i, ok := l.cursor()
	if !ok || l.OnMenu == nil {
		return
	}
	l.view.reveal(i)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(l)
	bottom := float32(i+1)*l.view.rowHeight() - l.view.scroll.Offset.Y
	l.OnMenu(at.AddXY(l.view.rowHeight(), bottom))
}

// TypedShortcut implements [fyne.Shortcutable]. Shortcuts that the list does not
// use are passed to the window.
func (l *View) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*fyne.ShortcutSelectAll); ok {
		l.SelectAll()
		return
	}
	draw.ForwardShortcut(l, s)
}
