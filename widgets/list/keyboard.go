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
	l.cursor.find()
	l.view.updateStates()
}

// FocusLost implements [fyne.Focusable].
func (l *View) FocusLost() {
	l.focused, l.modifiers = false, 0
	l.view.updateStates()
}

// KeyDown implements [desktop.Keyable].
func (l *View) KeyDown(e *fyne.KeyEvent) {
	draw.ForwardKeyDown(l, e)
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
	l.KeyUsed()
	switch {
	case e.Name == fyne.KeyEscape && l.dragging.active():
		l.dragging.cancel()
	case e.Name == fyne.KeyReturn, e.Name == fyne.KeyEnter:
		l.activateCursor()
	case e.Name == desktop.KeyMenu, e.Name == fyne.KeyF10 && l.modifiers == fyne.KeyModifierShift:
		l.openMenu()
	case (e.Name == fyne.KeyDelete || e.Name == fyne.KeyBackspace) && l.OnDelete != nil:
		l.OnDelete()
	case e.Name == fyne.KeyRight:
		l.openOrEnter()
	case e.Name == fyne.KeyLeft:
		l.closeOrLeave()
	default:
		if to, ok := l.cursor.target(e.Name); ok {
			l.moveTo(to)
		} else {
			draw.ForwardKey(l, e)
		}
	}
}

// moveTo selects row i, or extends the selection to it if Shift is pressed.
func (l *View) moveTo(i int) {
	if l.model.Len() == 0 {
		return
	}
	l.keyboard = true
	l.cursor.moveTo(i, l.modifiers&fyne.KeyModifierShift != 0)
	l.changed()
}

// openOrEnter opens the cursor's row, or moves to the first row in it if it is open.
func (l *View) openOrEnter() {
	tree, i, ok := l.cursor.inTree()
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

// revealInside scrolls as many of the rows that row i contains into view as fit below it.
func (l *View) revealInside(tree Tree, i int) {
	last := i
	for last+1 < tree.Len() && last-i < l.view.pageSize()-1 && tree.Parent(last+1) == i {
		last++
	}
	l.view.reveal(last)
	l.view.reveal(i)
}

// closeOrLeave closes the cursor's row, or moves to the row that contains it.
func (l *View) closeOrLeave() {
	tree, i, ok := l.cursor.inTree()
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

// activateCursor activates the cursor, or opens its menu. Without one, that is the row that the focus is shown
// at, and it is selected.
func (l *View) activateCursor() {
	i, ok := l.cursor.index()
	if !ok && l.model.Len() > 0 {
		i, ok = l.cursor.firstWhole(), true
		l.moveTo(i)
	}
	switch {
	case !ok:
	case l.OnActivate == nil:
		l.openMenu()
	default:
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
	i, ok := l.cursor.index()
	if !ok || l.OnMenu == nil {
		return
	}
	l.view.reveal(i)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(l)
	bottom := float32(i+1)*l.view.rowHeight() - l.view.top()
	l.OnMenu(at.AddXY(l.view.rowHeight(), bottom))
}

// findShortcut is Ctrl+F, for which the toolkit has no type.
var findShortcut = &desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: fyne.KeyModifierShortcutDefault}

// TypedShortcut implements [fyne.Shortcutable]. Shortcuts that the list does not
// use are passed to the window.
func (l *View) TypedShortcut(s fyne.Shortcut) {
	l.KeyUsed()
	if _, ok := s.(*fyne.ShortcutSelectAll); ok {
		l.SelectAll()
		return
	}
	if _, ok := s.(*fyne.ShortcutCopy); ok && l.OnCopy != nil {
		l.OnCopy()
		return
	}
	if s.ShortcutName() == findShortcut.ShortcutName() && l.OnFind != nil {
		l.OnFind()
		return
	}
	draw.ForwardShortcut(l, s)
}
