// Package form implements the controls and layouts that the dialogs share, and shows dialogs
// and questions over the window. Its types may only be used on the UI goroutine.
package form

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/theme"
)

// Host is the scrolled dialog that contains a control. Close is called when Escape is
// pressed, Reveal scrolls to a control that gets the focus.
type Host struct {
	Close  func()
	Reveal func(fyne.CanvasObject)
}

// Checkbox is a checkbox in a dialog.
type Checkbox struct {
	widget.Check
	Host
}

// NewCheckbox returns an unchecked checkbox.
func NewCheckbox(host Host, changed func(bool)) *Checkbox {
	c := &Checkbox{Host: host}
	c.OnChanged = changed
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey implements fyne.Focusable.
func (c *Checkbox) TypedKey(event *fyne.KeyEvent) {
	if event.Name == fyne.KeyEscape {
		c.Close()
		return
	}
	c.Check.TypedKey(event)
}

// FocusGained implements fyne.Focusable.
func (c *Checkbox) FocusGained() {
	c.Reveal(c)
	c.Check.FocusGained()
}

// Entry is a text field of one or several lines in a scrolled dialog. Tab moves the focus.
type Entry struct {
	widget.Entry
	Host
	width float32 // minimum, in grid steps
}

// NewEntry returns a text field of one line. Width is its minimum width in grid steps.
func NewEntry(host Host, width float32, changed func(string)) *Entry {
	e := &Entry{Host: host, width: width}
	e.Wrapping, e.Scroll = fyne.TextWrapOff, fyne.ScrollNone
	e.OnChanged = changed
	e.ExtendBaseWidget(e)
	return e
}

// NewMultilineEntry returns a text field with several lines.
func NewMultilineEntry(host Host, rows int, changed func(string)) *Entry {
	e := NewEntry(host, 0, changed)
	e.MultiLine, e.Scroll = true, fyne.ScrollBoth
	e.SetMinRowsVisible(rows)
	return e
}

// ShowText sets the text without calling the callback, unless it is the same.
func (e *Entry) ShowText(text string) {
	if e.Text == text {
		return
	}
	changed := e.OnChanged
	e.OnChanged = nil
	e.SetText(text)
	e.OnChanged = changed
}

// AcceptsTab implements fyne.Tabbable.
func (e *Entry) AcceptsTab() bool { return false }

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(event *fyne.KeyEvent) {
	if event.Name == fyne.KeyEscape {
		e.Close()
		return
	}
	e.Entry.TypedKey(event)
}

// FocusGained implements fyne.Focusable.
func (e *Entry) FocusGained() {
	e.Reveal(e)
	e.Entry.FocusGained()
}

// MinSize is at least the width passed to NewEntry.
func (e *Entry) MinSize() fyne.Size {
	return e.Entry.MinSize().Max(fyne.NewSize(theme.Grid(e.width), 0))
}

// Button is a button in a scrolled dialog.
type Button struct {
	DialogButton
	Host
}

// NewButton returns a button with a label, an icon, or both.
func NewButton(host Host, label string, icon fyne.Resource, tapped func()) *Button {
	b := &Button{Host: host}
	b.OnEscape = host.Close
	b.Text, b.Icon, b.OnTapped = label, icon, tapped
	b.ExtendBaseWidget(b)
	return b
}

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() {
	b.Reveal(b)
	b.DialogButton.FocusGained()
}
