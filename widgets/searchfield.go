package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// SearchField is a text field with a button that clears it.
type SearchField struct {
	widget.Entry

	// OnLeave is called when the user leaves the field: with Escape or the button,
	// which clear it, or with Enter or Down.
	OnLeave func()
	// OnCancel is called for Escape in an empty field, if it is not nil, instead of OnLeave.
	OnCancel func()
	// OnFocus is called when the field gains or loses the keyboard focus.
	OnFocus func(focused bool)

	clear *IconButton
}

// NewSearchField returns an empty field. The tooltip is that of the button.
func NewSearchField(placeholder string, tooltips *Tooltips, tooltip string, changed func(text string)) *SearchField {
	f := &SearchField{}
	f.PlaceHolder, f.Icon = placeholder, theme.Tinted(theme.IconSearch, theme.ColorMuted)
	f.clear = NewIconButton(theme.IconCancel, tooltips, tooltip, f.Clear)
	f.clear.Hide()
	f.ActionItem = f.clear
	f.OnChanged = func(text string) {
		draw.SetVisible(f.clear, text != "")
		changed(text)
	}
	f.ExtendBaseWidget(f)
	return f
}

// Clear clears the field and calls OnLeave.
func (f *SearchField) Clear() {
	f.SetText("")
	call(f.OnLeave)
}

// TypedKey implements [fyne.Focusable].
func (f *SearchField) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyEscape:
		if f.Text == "" && f.OnCancel != nil {
			f.OnCancel()
			return
		}
		f.Clear()
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyDown:
		call(f.OnLeave)
	default:
		f.Entry.TypedKey(e)
	}
}

// KeyDown implements [desktop.Keyable].
func (f *SearchField) KeyDown(e *fyne.KeyEvent) {
	draw.ForwardKeyDown(f, e)
	f.Entry.KeyDown(e)
}

// TypedShortcut implements [fyne.Shortcutable]. Shortcuts that do not edit text are
// passed to the window.
func (f *SearchField) TypedShortcut(s fyne.Shortcut) {
	switch s.(type) {
	case *fyne.ShortcutCut, *fyne.ShortcutCopy, *fyne.ShortcutPaste, *fyne.ShortcutSelectAll, *fyne.ShortcutUndo, *fyne.ShortcutRedo:
		f.Entry.TypedShortcut(s)
	default:
		draw.ForwardShortcut(f, s)
	}
}

// FocusGained implements [fyne.Focusable].
func (f *SearchField) FocusGained() {
	f.Entry.FocusGained()
	f.focusChanged(true)
}

// FocusLost implements [fyne.Focusable].
func (f *SearchField) FocusLost() {
	f.Entry.FocusLost()
	f.focusChanged(false)
}

func (f *SearchField) focusChanged(focused bool) {
	if f.OnFocus != nil {
		f.OnFocus(focused)
	}
}
