package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// choice is a button of a dialog: Enter presses it, Escape leaves the dialog.
type choice struct {
	widget.Button
	escape func()
}

func newChoice(label string, tapped, escape func()) *choice {
	c := &choice{escape: escape}
	c.Text, c.OnTapped = label, tapped
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey is called by the toolkit.
func (c *choice) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyEscape:
		c.escape()
	case fyne.KeyReturn, fyne.KeyEnter:
		c.Tapped(nil)
	default:
		c.Button.TypedKey(event)
	}
}

// field is a line to type in, in a dialog that Escape leaves.
type field struct {
	widget.Entry
	escape func()
}

func newField(escape func()) *field {
	f := &field{escape: escape}
	f.ExtendBaseWidget(f)
	return f
}

// TypedKey is called by the toolkit.
func (f *field) TypedKey(event *fyne.KeyEvent) {
	if event.Name == fyne.KeyEscape {
		f.escape()
		return
	}
	f.Entry.TypedKey(event)
}
