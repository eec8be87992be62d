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
	Focus       fyne.Focusable    // in More; nil for the highlighted answer, or the first one
	Closed      func()            // called when the dialog is closed, before the answer's Do; may be nil
	Answers     []Answer
}

// QuestionWidth is the width of a question in grid steps.
const QuestionWidth = 115

// Dialogs shows dialogs over a window.
type Dialogs struct {
	// Changed is called after a dialog was shown or closed; may be nil.
	Changed func()

	canvas       fyne.Canvas
	dismissHints func()
	open         []presented // the last one is on top; may contain closed dialogs
}

// presented is a dialog that was shown.
type presented struct {
	box   *dialog.Dialog
	drops Drops
}

// Drops is what becomes of files and folders that arrive while a dialog is on top.
type Drops struct {
	// Take adds the paths; nil if they wait until no dialog is open. Refused is the number of
	// items that were rejected.
	Take func(paths []string, refused int)

	// Notice is the translation key of the sentence about the items that wait, with their
	// number and the present destination; "" for the general one.
	Notice string
}

// NewDialogs returns the dialogs of a canvas. DismissHints hides the tooltip, if one is
// shown.
func NewDialogs(canvas fyne.Canvas, dismissHints func()) *Dialogs {
	return &Dialogs{canvas: canvas, dismissHints: dismissHints}
}

// Canvas returns the canvas on which the dialogs are shown.
func (d *Dialogs) Canvas() fyne.Canvas { return d.canvas }

// Ask shows a question, with the focus on the answer that is highlighted, so that Enter does
// what it says, or on the first one if none is, or on q.Focus. Escape closes it without an answer.
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
		body.SetObjects(append(body.Objects(), q.More)...)
	}
	box = dialog.New(d.canvas, q.Title, body, buttons...)
	box.OnClosed = q.Closed
	box.SetSize(fyne.NewSize(theme.Grid(QuestionWidth), 0))
	d.Present(box)
	if q.Focus != nil {
		d.canvas.Focus(q.Focus)
	} else {
		d.canvas.Focus(focused)
	}
	return box
}

// Present shows a dialog above those that are open. What arrives meanwhile waits until no
// dialog is open.
func (d *Dialogs) Present(box *dialog.Dialog) { d.PresentWith(box, Drops{}) }

// PresentWith is Present for a dialog with its own rule for what arrives.
func (d *Dialogs) PresentWith(box *dialog.Dialog, drops Drops) {
	d.dismissHints()
	box.AfterClosed(func() { d.closed(box) })
	d.open = append(slices.DeleteFunc(d.open, isHidden), presented{box, drops})
	box.Show()
	d.changed()
}

// closed closes the dialogs above one that was closed, which the toolkit has removed with it.
func (d *Dialogs) closed(box *dialog.Dialog) {
	i := slices.IndexFunc(d.open, func(p presented) bool { return p.box == box })
	if i >= 0 {
		above := slices.Clone(d.open[i+1:])
		for _, p := range above {
			if p.box.Visible() {
				p.box.Hide()
			}
		}
	}
	d.changed()
}

func (d *Dialogs) changed() {
	if d.Changed != nil {
		d.Changed()
	}
}

func isHidden(p presented) bool { return !p.box.Visible() }

// Top returns the rule of the topmost dialog for what arrives. It reports false if no dialog
// is open.
func (d *Dialogs) Top() (Drops, bool) {
	d.open = slices.DeleteFunc(d.open, isHidden)
	if len(d.open) == 0 {
		return Drops{}, false
	}
	return d.open[len(d.open)-1].drops, true
}

// SetNotice shows a sentence in the topmost dialog, and in no other.
func (d *Dialogs) SetNotice(text string) {
	d.open = slices.DeleteFunc(d.open, isHidden)
	for i, p := range d.open {
		if i == len(d.open)-1 {
			p.box.SetNotice(text)
		} else {
			p.box.SetNotice("")
		}
	}
}

// CloseTop closes the topmost dialog, if there is one.
func (d *Dialogs) CloseTop() {
	d.open = slices.DeleteFunc(d.open, isHidden)
	if last := len(d.open) - 1; last >= 0 {
		d.open[last].box.Hide()
	}
}

// LayOut lays out everything in the open dialogs, see [draw.LayOut], and closes the menu that is
// open.
func (d *Dialogs) LayOut() {
	d.open = slices.DeleteFunc(d.open, isHidden)
	overlays := d.canvas.Overlays()
	if list := overlays.List(); len(list) > len(d.open) {
		overlays.Remove(list[len(d.open)]) // menus are above all dialogs
	}
	for _, p := range d.open {
		p.box.LayOut()
	}
}

// Fit limits the open dialogs to the size of the window.
func (d *Dialogs) Fit(window fyne.Size) {
	for _, p := range d.open {
		if p.box.Visible() {
			p.box.Fit(window)
		}
	}
}
