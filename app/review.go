package app

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

// review shows each upload that an earlier run left, with how it stands and what
// can be done about that one. It lives on the UI's goroutine, over the window, and
// follows the snapshots until the question is answered.
type review struct {
	box     *dialog.Dialog
	summary *dialog.Paragraph
	rows    *list.View

	act    func(action, subjects)
	resume func(uploader.TransferID)
	left   *leftover
	s      *uploader.Snapshot
	shown  []*uploader.Transfer
}

// review opens it.
func (f *ferry) review() {
	if f.left == nil || f.reviewing != nil {
		return
	}
	r := newReview(f)
	f.reviewing = r
	r.show(f.removal.without(f.snapshot()))
	f.present(r.box)
}

func newReview(f *ferry) *review {
	r := &review{left: f.left, act: f.act, resume: f.resumeOne, summary: dialog.NewParagraph("")}
	r.rows = list.New(r, func() fyne.CanvasObject {
		row := widgets.NewRow()
		row.Hints = f.window.hints
		return row
	})
	leave := func() { r.box.Hide() }
	later := newChoice(words.Say("greeting.not-now"), f.notNow, leave)
	resume := newChoice(words.Say("greeting.resume-all"), f.resumeLeft, leave)
	resume.Importance = widget.HighImportance
	content := container.New(under{r.summary}, r.summary, r.rows)
	r.box = dialog.New(f.window.window.Canvas(), words.Say("review.title"), content, layout.NewSpacer(), later, resume)
	r.box.OnClosed = func() { f.reviewing = nil }
	r.box.SetSize(fyne.NewSize(theme.Grid(190), theme.Grid(115)))
	return r
}

// under lays a list out under what is said about it.
type under struct{ said *dialog.Paragraph }

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

// reviewOf is what the review shows of an upload. What is stuck looks as it does
// in the list; the rest waits for the answer, and says what is known of it.
func reviewOf(s *uploader.Snapshot, t *uploader.Transfer, now time.Time) widgets.RowModel {
	model := rowOf(s, t, 0, s.Sent(t), now)
	if needsPerson(t.State()) {
		slices.SortStableFunc(model.Actions, func(a, b widgets.Action) int { return toEdge(a) - toEdge(b) })
		return model
	}
	server, _ := s.Server(t.Server)
	switch {
	case t.Phase == uploader.PhaseChecking:
		model.Detail = words.Join(words.Say("state.checking"), words.Server(server))
	case t.Fault != nil:
		model.Glyph, model.Tone = theme.IconOffline, theme.Warning
		model.Detail = words.Join(words.Fault(t.Fault, words.Subject{}).Short, words.Server(server))
	case t.Session.Offset == 0:
		model.Glyph, model.Tone = theme.IconCheck, theme.Success
		model.Detail = words.Join(words.Say("review.ready.fresh"), words.Server(server))
	default:
		model.Glyph, model.Tone = theme.IconCheck, theme.Success
		of := words.Data{"SizeOf": words.SizeOf(t.Session.Offset, t.Source.Size)}
		model.Detail = words.Join(words.Say("review.ready", of), words.Server(server))
	}
	model.Actions = []widgets.Action{
		{ID: actPause.String(), Icon: theme.IconPause, Label: words.Say("review.later")},
		{ID: actCancel.String(), Icon: theme.IconCancel, Label: words.Say("action.cancel")},
		{ID: actResume.String(), Icon: theme.IconResume, Label: words.Say("action.resume"), Prominent: true},
	}
	return model
}

// toEdge puts the way out at the edge, where the others have theirs.
func toEdge(a widgets.Action) int {
	if a.Prominent {
		return 1
	}
	return 0
}
