package form

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// DialogButton is a button of a dialog. Enter presses it, Escape calls OnEscape.
type DialogButton struct {
	widget.Button
	OnEscape func()
}

// NewDialogButton returns a button.
func NewDialogButton(label string, tapped, escape func()) *DialogButton {
	b := &DialogButton{OnEscape: escape}
	b.Text, b.OnTapped = label, tapped
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *DialogButton) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyEscape:
		b.OnEscape()
	case fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	default:
		b.Button.TypedKey(event)
	}
}

// Field is a text field of one line in a dialog. Unlike an [Entry], it does not scroll the
// dialog when it gets the focus.
type Field struct {
	widget.Entry
	escape func()
}

// NewField returns an empty field.
func NewField(escape func()) *Field {
	f := &Field{escape: escape}
	f.ExtendBaseWidget(f)
	return f
}

// TypedKey implements fyne.Focusable.
func (f *Field) TypedKey(event *fyne.KeyEvent) {
	if event.Name == fyne.KeyEscape {
		f.escape()
		return
	}
	f.Entry.TypedKey(event)
}
