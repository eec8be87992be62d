package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
)

// answer is one of the buttons under a question.
type answer struct {
	label      string
	importance widget.Importance
	do         func() // after the question is gone; may be nil
}

// question is what is asked over the window.
type question struct {
	title, text string
	more        fyne.CanvasObject // stands under the text; nil for nothing
	closed      func()            // however it ends, before what the answer does; may be nil
	answers     []answer
}

// ask asks a question over the window. Escape is no answer and takes it away; the
// first answer has the keyboard. Closed, which may be nil, is called however it
// ends, before what the answer does.
func (f *ferry) ask(title, text string, closed func(), answers ...answer) {
	f.pose(question{title: title, text: text, closed: closed, answers: answers})
}

// pose is ask for a question with more in it than words.
func (f *ferry) pose(q question) *dialog.CustomDialog {
	var box *dialog.CustomDialog
	buttons := container.NewHBox(layout.NewSpacer())
	for _, a := range q.answers {
		button := newChoice(a.label, func() {
			box.Hide()
			if a.do != nil {
				a.do()
			}
		}, func() { box.Hide() })
		button.Importance = a.importance
		buttons.Add(button)
	}
	content := container.NewVBox(widget.NewLabel(q.text))
	if q.more != nil {
		content.Add(q.more)
	}
	content.Add(buttons)
	box = dialog.NewCustomWithoutButtons(q.title, content, f.window.window)
	if q.closed != nil {
		box.SetOnClosed(q.closed)
	}
	f.present(box)
	f.window.window.Canvas().Focus(buttons.Objects[1].(*choice))
	return box
}

// present shows a dialog that Escape takes away.
func (f *ferry) present(box dialog.Dialog) {
	f.window.hints.Dismiss()
	f.box = box
	box.Show()
}

// dismiss takes the dialog away that lies over the window.
func (f *ferry) dismiss() {
	if f.box != nil {
		f.box.Hide()
		f.box = nil
	}
}

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
