package app

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

// listing is the list of batches and transfers: the newest snapshot as a
// widgets.Tree. A batch's row has its ID below zero, a transfer's above. It lives
// on the UI's goroutine.
type listing struct {
	rows    *list.View
	act     func(action, subjects)
	details func(uploader.TransferID)
	unblock func(*uploader.Transfer) // does what its server waits for
	left    func() *leftover         // what waits for an answer; nil for nothing

	s       *uploader.Snapshot
	outline *outline
	places  map[uploader.TransferID]int
	flying  map[uploader.BatchID]int64 // bytes on their way that the servers have not acknowledged
	high    highWater
	heights batchHighWater
}

func newListing(f *ferry, hints *widgets.Hints) *listing {
	l := &listing{act: f.act, details: f.openDetails, unblock: f.unblock, left: func() *leftover { return f.left }, s: &uploader.Snapshot{}, outline: newOutline(), high: highWater{}, heights: batchHighWater{}}
	l.rows = list.New(l, func() fyne.CanvasObject {
		row := widgets.NewRow()
		row.Hints = hints
		return row
	})
	l.rows.OnActivate = l.activate
	l.rows.OnMenu = l.openMenu
	l.rows.OnSelect = f.detailsFollow
	return l
}

// show brings the list to the state of the snapshot.
func (l *listing) show(s *uploader.Snapshot) {
	l.s = s
	l.outline.follow(s)
	l.heights.keep(s.Batches)
	l.places, l.flying = placesOf(s), l.outline.flying(s)
	l.rows.Refresh()
}

// filter shows some of the transfers from now on, from the top.
func (l *listing) filter(chosen filter) {
	l.outline.filter(chosen)
	l.rows.ClearSelection()
	l.rows.ScrollToTop()
}

// seek shows what a search finds from now on, from the top.
func (l *listing) seek(wanted search) {
	l.outline.seek(wanted)
	l.rows.ScrollToTop()
}

// Len is part of widgets.Model.
func (l *listing) Len() int { return len(l.outline.lines) }

// ID is part of widgets.Model.
func (l *listing) ID(i int) int64 {
	if g := l.outline.groupAt(i); g != nil {
		return -int64(g.batch)
	}
	return int64(l.outline.transferAt(i).ID)
}

// Opens is part of widgets.Tree.
func (l *listing) Opens(i int) (opens, open bool) {
	g := l.outline.groupAt(i)
	return g != nil && g.from < g.to, g != nil && l.outline.isOpen(g)
}

// SetOpen is part of widgets.Tree.
func (l *listing) SetOpen(i int, open bool) { l.outline.fold(i, open) }

// Parent is part of widgets.Tree.
func (l *listing) Parent(i int) int { return l.outline.parent(i) }

// Bind is part of widgets.Model.
func (l *listing) Bind(i int, object fyne.CanvasObject) {
	row, id := object.(*widgets.Row), l.ID(i)
	row.OnAction = func(name string) { l.choose(id, name) }
	row.OnFold = func() { l.rows.Toggle(id) }
	row.SetModel(l.model(i))
}

func (l *listing) model(i int) widgets.RowModel {
	if g := l.outline.groupAt(i); g != nil {
		return l.batchModel(i, g)
	}
	t := l.outline.transferAt(i)
	row := rowOf(l.s, t, l.places[t.ID], l.high.rise(t, l.s.Sent(t)), time.Now())
	if t.State() == uploader.StateWaiting {
		l.explainWait(&row, t)
	}
	if l.outline.parent(i) < 0 {
		return row
	}
	return inside(row, t, l.s.Batches[t.Batch])
}

// explainWait has the row of what waits say so where it waits for a person. What
// waits at a server that asks for a sign-in looks like what was refused there.
func (l *listing) explainWait(row *widgets.RowModel, t *uploader.Transfer) {
	if l.left().holds(t) {
		row.Detail = words.Say("state.awaits-you")
		return
	}
	blocked := l.s.Blocked[t.Server]
	if blocked == nil {
		return
	}
	row.Glyph, row.Tone = theme.IconError, theme.Warning
	if blocked.Kind == fault.Auth {
		row.Glyph, row.Tone = signOf(uploader.StateSignIn)
		signIn := widgets.Action{ID: actSignIn.String(), Icon: actSignIn.icon(), Label: words.Say("action.sign-in"), Prominent: true}
		row.Actions = append(slices.Clone(row.Actions), signIn)
	}
	row.BarTone = row.Tone
}

func (l *listing) batchModel(i int, g *group) widgets.RowModel {
	b, sum := l.batch(g.batch), l.s.Sums[g.batch]
	row := batchRowOf(l.s, b, sum, l.flying[b.ID], l.heights.rise(b.ID, sum))
	if opens, open := l.Opens(i); open {
		row.Fold = widgets.FoldOpen
	} else if opens {
		row.Fold = widgets.FoldClosed
	}
	return row
}

// batch is a batch as the snapshot knows it. One that it does not know is whole.
func (l *listing) batch(id uploader.BatchID) *uploader.Batch {
	if b := l.s.Batches[id]; b != nil {
		return b
	}
	return &uploader.Batch{ID: id, Expanded: true}
}

// choose does what a row's button says to what the row is about now.
func (l *listing) choose(id int64, name string) {
	about := l.subjects(map[int64]bool{id: true})
	if name == actSignIn.String() && len(about.singles) > 0 {
		l.unblock(about.singles[0])
		return
	}
	for a, known := range actionNames {
		if known == name {
			l.act(action(a), about)
		}
	}
}

// activate opens a batch, or closes it, and shows the details of a file.
func (l *listing) activate(id int64) {
	if id < 0 {
		l.rows.Toggle(id)
		return
	}
	l.details(uploader.TransferID(id))
}

// selected is what is selected, in the user's order.
func (l *listing) selected() subjects {
	ids := l.rows.Selected()
	wanted := make(map[int64]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	return l.subjects(wanted)
}

// subjects are the rows of these IDs. What is inside of a batch of them is not
// named again.
func (l *listing) subjects(ids map[int64]bool) subjects {
	var s subjects
	for i := range l.Len() {
		if id := l.ID(i); !ids[id] {
			continue
		}
		if g := l.outline.groupAt(i); g != nil {
			s.batches = append(s.batches, g.batch)
			s.all = append(s.all, l.outline.members(g.batch)...)
			s.looking = s.looking || !l.batch(g.batch).Expanded
			continue
		}
		if parent := l.outline.parent(i); parent < 0 || !ids[l.ID(parent)] {
			t := l.outline.transferAt(i)
			s.singles, s.all = append(s.singles, t), append(s.all, t)
		}
	}
	return s
}

// movable is what the engine is told to move: a row on the outer level as its
// batch, and rows inside of one together.
func (l *listing) movable(s subjects) []uploader.Target {
	var targets []uploader.Target
	for _, batch := range s.batches {
		targets = append(targets, uploader.Target{Batch: batch})
	}
	inside := map[uploader.BatchID]int{} // the target of those inside of a batch
	for _, t := range s.singles {
		alone := !l.outline.folds(t.Batch)
		at, known := inside[t.Batch]
		switch {
		case alone && t.Batch != 0:
			targets = append(targets, uploader.Target{Batch: t.Batch})
		case known:
			targets[at].IDs = append(targets[at].IDs, t.ID)
		default:
			inside[t.Batch] = len(targets)
			targets = append(targets, uploader.These(t.ID))
		}
	}
	return targets
}
