package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// SearchField is a line in which the user types what to look for. Escape empties
// it; Enter and Down leave it for what was found.
type SearchField struct {
	widget.Entry

	// OnLeave is called when the user has typed enough.
	OnLeave func()
	// OnFocus is told whether the field has the keyboard.
	OnFocus func(focused bool)

	clear *IconButton
}

// NewSearchField makes an empty field. The hint says what its button does, which
// empties it.
func NewSearchField(placeholder string, hints *Hints, hint string, changed func(text string)) *SearchField {
	f := &SearchField{}
	f.PlaceHolder, f.Icon = placeholder, theme.Tinted(theme.IconSearch, theme.ColorMuted)
	f.clear = NewIconButton(theme.IconCancel, hints, hint, f.Clear)
	f.clear.Hide()
	f.ActionItem = f.clear
	f.OnChanged = func(text string) {
		draw.SetVisible(f.clear, text != "")
		changed(text)
	}
	f.ExtendBaseWidget(f)
	return f
}

// Clear empties the field and leaves it.
func (f *SearchField) Clear() {
	f.SetText("")
	call(f.OnLeave)
}

// TypedKey is called by the toolkit.
func (f *SearchField) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyEscape:
		f.Clear()
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyDown:
		call(f.OnLeave)
	default:
		f.Entry.TypedKey(e)
	}
}

// TypedShortcut is called by the toolkit. What means nothing to a text is for the
// window, which would not see it otherwise.
func (f *SearchField) TypedShortcut(s fyne.Shortcut) {
	switch s.(type) {
	case *fyne.ShortcutCut, *fyne.ShortcutCopy, *fyne.ShortcutPaste, *fyne.ShortcutSelectAll, *fyne.ShortcutUndo, *fyne.ShortcutRedo:
		f.Entry.TypedShortcut(s)
	default:
		if window, ok := fyne.CurrentApp().Driver().CanvasForObject(f).(fyne.Shortcutable); ok {
			window.TypedShortcut(s)
		}
	}
}

// FocusGained is called by the toolkit.
func (f *SearchField) FocusGained() {
	f.Entry.FocusGained()
	f.tell(true)
}

// FocusLost is called by the toolkit.
func (f *SearchField) FocusLost() {
	f.Entry.FocusLost()
	f.tell(false)
}

func (f *SearchField) tell(focused bool) {
	if f.OnFocus != nil {
		f.OnFocus(focused)
	}
}
