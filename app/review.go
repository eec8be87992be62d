package app

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

// review is a dialog that lists the interrupted uploads with their state and actions, and
// is updated until the question is answered. It must be used on the UI goroutine.
type review struct {
	box     *dialog.Dialog
	summary *dialog.Paragraph
	rows    *list.View

	act         func(view.Action, view.Selection)
	resume      func(uploader.TransferID)
	interrupted *view.Interrupted
	snapshot    *uploader.Snapshot
	transfers   []*uploader.Transfer
}

func newReview(p *resumePrompt) *review {
	r := &review{interrupted: p.interrupted, act: p.act, resume: p.resumeOne, summary: dialog.NewParagraph("")}
	r.rows = list.New(r, func() fyne.CanvasObject {
		row := widgets.NewRow()
		row.Tooltips = p.window.tooltips
		return row
	})
	hide := func() { r.box.Hide() }
	later := form.NewDialogButton(words.Text("greeting.not-now"), p.notNow, hide)
	resume := form.NewDialogButton(words.Text("greeting.resume-all"), p.resumeAll, hide)
	resume.Importance = widget.HighImportance
	content := container.New(reviewLayout{r.summary}, r.summary, r.rows)
	r.box = dialog.New(p.dialogs.Canvas(), words.Text("review.title"), content, layout.NewSpacer(), later, resume)
	r.box.OnClosed = func() { p.review = nil }
	r.box.SetSize(fyne.NewSize(theme.Grid(190), theme.Grid(115)))
	return r
}

// reviewLayout places the list below the summary.
type reviewLayout struct{ summary *dialog.Paragraph }

// MinSize is part of fyne.Layout. The list scrolls, so its size does not count.
func (u reviewLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Grid(60), theme.Grid(40))
}

// Layout is part of fyne.Layout.
func (u reviewLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	height := u.summary.HeightAt(size.Width)
	form.Place(objects[0], 0, 0, size.Width, height)
	height += theme.Grid(3)
	form.Place(objects[1], 0, height, size.Width, size.Height-height)
}

// show shows a snapshot.
func (r *review) show(s *uploader.Snapshot) {
	r.snapshot, r.transfers = s, nil
	for _, row := range s.Transfers.Rows() {
		if r.interrupted.Has(row.ID()) {
			r.transfers = append(r.transfers, row.Transfer())
		}
	}
	if text := r.interrupted.Question(s); text != r.summary.Text() {
		r.summary.SetText(text)
	}
	r.rows.Refresh()
}

// Len is part of list.Model.
func (r *review) Len() int { return len(r.transfers) }

// ID is part of list.Model.
func (r *review) ID(i int) int64 { return int64(r.transfers[i].ID) }

// Bind is part of list.Model.
func (r *review) Bind(i int, object fyne.CanvasObject) {
	t := r.transfers[i]
	row := object.(*widgets.Row)
	row.OnAction = func(name string) { r.do(t.ID, name) }
	row.SetModel(view.ReviewRow(r.snapshot, t, time.Now()))
}

// do applies the action of a row's button.
func (r *review) do(id uploader.TransferID, name string) {
	if name == view.ActionResume.String() {
		r.resume(id)
		return
	}
	t := r.snapshot.Transfer(id)
	if a, known := view.ActionNamed(name); known && t != nil {
		r.act(a, view.SelectionOf(t))
	}
}
