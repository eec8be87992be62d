package app

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
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

// questionWidth is how wide a question is, in steps of the grid.
const questionWidth = 115

// ask asks a question over the window. Escape is no answer and takes it away; the
// first answer has the keyboard.
func (f *ferry) ask(title, text string, answers ...answer) {
	f.pose(question{title: title, text: text, answers: answers})
}

// pose is ask for a question with more in it than words.
func (f *ferry) pose(q question) *dialog.Dialog {
	var box *dialog.Dialog
	leave := func() { box.Hide() }
	buttons := []fyne.CanvasObject{layout.NewSpacer()}
	for _, a := range q.answers {
		button := newChoice(a.label, func() {
			leave()
			if a.do != nil {
				a.do()
			}
		}, leave)
		button.Importance = a.importance
		buttons = append(buttons, button)
	}
	body := dialog.NewPage(dialog.NewParagraph(q.text))
	if q.more != nil {
		body.SetObjects(append(body.Objects(), flush(q.more))...)
	}
	box = dialog.New(f.window.window.Canvas(), q.title, body, buttons...)
	box.OnClosed = q.closed
	box.SetSize(fyne.NewSize(theme.Grid(questionWidth), 0))
	f.present(box)
	f.window.window.Canvas().Focus(buttons[1].(*choice))
	return box
}

// present shows a dialog that Escape takes away.
func (f *ferry) present(box *dialog.Dialog) {
	f.window.hints.Dismiss()
	f.boxes = append(slices.DeleteFunc(f.boxes, isHidden), box)
	box.Show()
}

func isHidden(box *dialog.Dialog) bool { return !box.Visible() }

// dismiss takes the dialog away that lies over everything else.
func (f *ferry) dismiss() {
	f.boxes = slices.DeleteFunc(f.boxes, isHidden)
	if last := len(f.boxes) - 1; last >= 0 {
		f.boxes[last].Hide()
	}
}

// fitDialogs keeps the dialogs to the window's size.
func (f *ferry) fitDialogs(window fyne.Size) {
	for _, box := range f.boxes {
		if box.Visible() {
			box.Fit(window)
		}
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
