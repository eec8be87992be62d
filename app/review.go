package app

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// review shows each upload that an earlier run left, with how it stands and what
// can be done about that one. It lives on the UI's goroutine, over the window, and
// follows the snapshots until the question is answered.
type review struct {
	box     *widgets.Dialog
	summary *widgets.Paragraph
	rows    *widgets.SelectList

	act    func(action, subjects)
	resume func(uploader.TransferID)
	left   *leftover
	s      *uploader.Snapshot
	shown  []*uploader.Transfer
}

func newReview(p *resumePrompt) *review {
	r := &review{left: p.left, act: p.act, resume: p.resumeOne, summary: widgets.NewParagraph("")}
	r.rows = widgets.NewSelectList(r, func() fyne.CanvasObject {
		row := widgets.NewRow()
		row.Hints = p.window.hints
		return row
	})
	leave := func() { r.box.Hide() }
	later := newChoice(words.Say("greeting.not-now"), p.notNow, leave)
	resume := newChoice(words.Say("greeting.resume-all"), p.resumeAll, leave)
	resume.Importance = widget.HighImportance
	content := container.New(under{r.summary}, r.summary, r.rows)
	r.box = widgets.NewDialog(p.dialogs.Canvas(), words.Say("review.title"), content, layout.NewSpacer(), later, resume)
	r.box.OnClosed = func() { p.review = nil }
	r.box.SetSize(fyne.NewSize(theme.Grid(190), theme.Grid(115)))
	return r
}

// under lays a list out under what is said about it.
type under struct{ said *widgets.Paragraph }

// MinSize is part of fyne.Layout: the list scrolls.
func (u under) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Grid(60), theme.Grid(40))
}

// Layout is part of fyne.Layout.
func (u under) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	height := u.said.HeightAt(size.Width)
	put(objects[0], 0, 0, size.Width, height)
	height += theme.Grid(3)
	put(objects[1], 0, height, size.Width, size.Height-height)
}

// show brings it to the state of the snapshot.
func (r *review) show(s *uploader.Snapshot) {
	r.s, r.shown = s, nil
	for _, t := range s.Transfers {
		if r.left.transfers[t.ID] {
			r.shown = append(r.shown, t)
		}
	}
	if text := r.left.question(s); text != r.summary.Text() {
		r.summary.SetText(text)
	}
	r.rows.Refresh()
}

// Len is part of widgets.Model.
func (r *review) Len() int { return len(r.shown) }

// ID is part of widgets.Model.
func (r *review) ID(i int) int64 { return int64(r.shown[i].ID) }

// Bind is part of widgets.Model.
func (r *review) Bind(i int, object fyne.CanvasObject) {
	t := r.shown[i]
	row := object.(*widgets.Row)
	row.OnAction = func(name string) { r.choose(t.ID, name) }
	row.SetModel(reviewOf(r.s, t, time.Now()))
}

// choose does what a row's button says.
func (r *review) choose(id uploader.TransferID, name string) {
	if name == actResume.String() {
		r.resume(id)
		return
	}
	t := r.s.Transfer(id)
	for a := range actions {
		if t != nil && a.String() == name {
			r.act(a, these(t))
		}
	}
}
