package form

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// DialogButton is a button at the bottom of a dialog: Enter presses it, Escape calls
// OnEscape.
type DialogButton struct {
	widget.Button
	OnEscape func()
}

// NewDialogButton returns a button.
func NewDialogButton(label string, tapped, escape func()) *DialogButton {
	c := &DialogButton{OnEscape: escape}
	c.Text, c.OnTapped = label, tapped
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey is called by the toolkit.
func (c *DialogButton) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyEscape:
		c.OnEscape()
	case fyne.KeyReturn, fyne.KeyEnter:
		c.Tapped(nil)
	default:
		c.Button.TypedKey(event)
	}
}

// Field is a text field of one line in a dialog. Escape calls a function.
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

// TypedKey is called by the toolkit.
func (f *Field) TypedKey(event *fyne.KeyEvent) {
	if event.Name == fyne.KeyEscape {
		f.escape()
		return
	}
	f.Entry.TypedKey(event)
}
