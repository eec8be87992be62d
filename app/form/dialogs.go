package form

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Answer is one of the buttons under a question.
type Answer struct {
	Label      string
	Importance widget.Importance
	Do         func() // called after the question was closed; may be nil
}

// Question is the content of a dialog with a question.
type Question struct {
	Title, Text string
	More        fyne.CanvasObject // below the text; nil for nothing
	Closed      func()            // called when the dialog is closed, before the answer's Do; may be nil
	Answers     []Answer
}

// QuestionWidth is the width of a question in grid steps.
const QuestionWidth = 115

// Dialogs shows dialogs over a window.
type Dialogs struct {
	canvas       fyne.Canvas
	dismissHints func()
	open         []*dialog.Dialog // the last one is on top; may contain closed dialogs
}

// NewDialogs returns the dialogs of a canvas. DismissHints hides the tooltip, if one is
// shown.
func NewDialogs(canvas fyne.Canvas, dismissHints func()) *Dialogs {
	return &Dialogs{canvas: canvas, dismissHints: dismissHints}
}

// Canvas returns the canvas on which the dialogs are shown.
func (d *Dialogs) Canvas() fyne.Canvas { return d.canvas }

// Ask shows a question, with the focus on the answer that is highlighted, so that Enter does
// what it says, or on the first one if none is. Escape closes it without an answer.
func (d *Dialogs) Ask(q Question) *dialog.Dialog {
	var box *dialog.Dialog
	hide := func() { box.Hide() }
	buttons := []fyne.CanvasObject{layout.NewSpacer()}
	var focused *DialogButton
	for _, a := range q.Answers {
		button := NewDialogButton(a.Label, func() {
			hide()
			if a.Do != nil {
				a.Do()
			}
		}, hide)
		button.Importance = a.Importance
		if focused == nil || a.Importance == widget.HighImportance && focused.Importance != widget.HighImportance {
			focused = button
		}
		buttons = append(buttons, button)
	}
	body := dialog.NewPage(dialog.NewParagraph(q.Text))
	if q.More != nil {
		body.SetObjects(append(body.Objects(), outdent(q.More))...)
	}
	box = dialog.New(d.canvas, q.Title, body, buttons...)
	box.OnClosed = q.Closed
	box.SetSize(fyne.NewSize(theme.Grid(QuestionWidth), 0))
	d.Present(box)
	d.canvas.Focus(focused)
	return box
}

// Present shows a dialog above those that are open.
func (d *Dialogs) Present(box *dialog.Dialog) {
	d.dismissHints()
	d.open = append(slices.DeleteFunc(d.open, isHidden), box)
	box.Show()
}

func isHidden(box *dialog.Dialog) bool { return !box.Visible() }

// CloseTop closes the topmost dialog, if there is one.
func (d *Dialogs) CloseTop() {
	d.open = slices.DeleteFunc(d.open, isHidden)
	if last := len(d.open) - 1; last >= 0 {
		d.open[last].Hide()
	}
}

// Fit limits the open dialogs to the size of the window.
func (d *Dialogs) Fit(window fyne.Size) {
	for _, box := range d.open {
		if box.Visible() {
			box.Fit(window)
		}
	}
}
