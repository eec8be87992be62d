// Package transferlist implements the list of batches and transfers with its menu, its
// filters and its search.
package transferlist

import (
	"image"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

// List is the list of batches and transfers of a snapshot, a [list.Tree]. The ID of a
// batch's row is negative, that of a transfer's row positive. It must be used on the UI
// goroutine.
type List struct {
	Rows    *list.View
	actions ListActions

	Snapshot       *uploader.Snapshot
	outline        *view.Outline
	positions      map[uploader.TransferID]int
	unacknowledged map[uploader.BatchID]int64 // bytes sent and not acknowledged
	high           view.HighWater
	batchHigh      view.BatchHighWater
	marked         map[int64]time.Time // when the marks of rows end
	now            func() time.Time
}

// markTime is how long rows stay marked.
const markTime = 3 * time.Second

// ListActions are the actions of the list.
type ListActions struct {
	Act              func(view.Action, view.Selection)
	ShowDetails      func(uploader.TransferID)
	SelectionChanged func()                   // after the selection has changed
	Unblock          func(*uploader.Transfer) // asks for what the transfer's server requires
	Interrupted      func() *view.Interrupted // what the user is asked about; nil for nothing
	Notify           func(text string)        // shows a message
	Move             func([]uploader.Move)    // sends commands that move rows

	// Thumbnail returns a small picture of a file; nil for none, and while it is made.
	Thumbnail func(source.File) image.Image
}

// NewList returns an empty list.
func NewList(tooltips *widgets.Tooltips, actions ListActions) *List {
	l := &List{actions: actions, Snapshot: &uploader.Snapshot{}, outline: view.NewOutline(), high: view.HighWater{}, batchHigh: view.BatchHighWater{}, marked: map[int64]time.Time{}, now: time.Now}
	l.Rows = list.New(l, func() fyne.CanvasObject {
		row := widgets.NewRow()
		row.Tooltips = tooltips
		return row
	})
	l.Rows.OnActivate = l.Activate
	l.Rows.OnMenu = l.OpenMenu
	l.Rows.OnDrag = l.startDrag
	l.Rows.OnSelect = actions.SelectionChanged
	l.Rows.OnLeave = func() { l.Show(l.Snapshot) } // the next snapshot ends the marks
	return l
}

// CopyState copies the content of another list.
func (l *List) CopyState(other *List) {
	l.Snapshot, l.outline, l.high, l.batchHigh, l.marked = other.Snapshot, other.outline, other.high, other.batchHigh, other.marked
}

// Show shows a snapshot. It returns the time after which the snapshot must be shown again,
// because a mark ends; 0 for never.
func (l *List) Show(s *uploader.Snapshot) (again time.Duration) {
	l.Snapshot = s
	again = l.endMarks()
	l.outline.SetInterrupted(l.actions.Interrupted())
	l.outline.Hold(l.Rows.HeldIndex())
	l.outline.Update(s)
	l.high.Keep(s.Transfers)
	l.batchHigh.Keep(s.Batches)
	l.positions, l.unacknowledged = words.QueuePositions(s), l.outline.Unacknowledged(s)
	l.Rows.Refresh()
	return again
}

// Mark marks rows for a moment.
func (l *List) Mark(ids ...int64) {
	for _, id := range ids {
		l.marked[id] = l.now().Add(markTime)
	}
	l.Rows.Refresh()
}

// endMarks removes the marks whose time is over, and returns when the next one ends; 0 for never.
func (l *List) endMarks() (next time.Duration) {
	for id, end := range l.marked {
		left := end.Sub(l.now())
		switch {
		case left <= 0:
			delete(l.marked, id)
		case next == 0 || left < next:
			next = left
		}
	}
	return next
}

// OpenBatches opens batches.
func (l *List) OpenBatches(batches []uploader.BatchID) {
	l.outline.Open(batches...)
	l.Rows.Refresh()
}

// RowOf returns the ID of the row of a batch, which may be hidden by the filter: that of
// its only file, if it has no row of its own. It reports false while it has no files.
func (l *List) RowOf(batch uploader.BatchID) (id int64, ok bool) {
	members := l.outline.Members(batch)
	if len(members) == 0 {
		return 0, false
	}
	if l.outline.HasRow(batch) {
		return -int64(batch), true
	}
	return int64(members[0].ID), true
}

// RowsOf returns the IDs of the rows of batches and transfers, in the order of the list. For
// transfers without a row it has the rows of their batches among batches.
func (l *List) RowsOf(batches []uploader.BatchID, transfers []uploader.TransferID) []int64 {
	wanted := make(map[int64]bool, len(transfers))
	for _, id := range transfers {
		wanted[int64(id)] = true
	}
	inside := map[uploader.BatchID]bool{} // batches whose files are among the rows
	var ids []int64
	for i := range l.Len() {
		if t := l.outline.TransferAt(i); t != nil && wanted[int64(t.ID)] {
			ids, inside[t.Batch] = append(ids, int64(t.ID)), true
		}
	}
	clear(wanted)
	for _, id := range ids {
		wanted[id] = true
	}
	for _, batch := range batches {
		if id, ok := l.RowOf(batch); ok && !inside[batch] {
			wanted[id] = true
		}
	}
	ids = ids[:0]
	for i := range l.Len() {
		if id := l.ID(i); wanted[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// Open returns the batches that the user opened, in no order.
func (l *List) Open() []uploader.BatchID { return l.outline.OpenBatches() }

// SetFilter shows the transfers that match a filter, from the top.
func (l *List) SetFilter(chosen view.Filter) {
	l.outline.SetFilter(chosen)
	l.Rows.ClearSelection()
	l.Rows.ScrollToTop()
}

// SetSort changes the order of the rows, and shows them from the top.
func (l *List) SetSort(order view.Sort) {
	l.outline.SetSort(order, l.Snapshot)
	l.Rows.ScrollToTop()
	l.Rows.Refresh()
}

// Sort returns the order of the rows.
func (l *List) Sort() view.Sort { return l.outline.Sort() }

// Tabs returns the tabs of the filters.
func (l *List) Tabs() []widgets.Tab { return l.outline.Tabs() }

// SetSearch shows the transfers that match a search, from the top.
func (l *List) SetSearch(wanted view.Search) {
	l.outline.SetSearch(wanted)
	l.Rows.ScrollToTop()
}

// Len is part of list.Model.
func (l *List) Len() int { return l.outline.Len() }

// ID is part of list.Model.
func (l *List) ID(i int) int64 { return l.outline.ID(i) }

// Opens is part of list.Tree.
func (l *List) Opens(i int) (opens, open bool) {
	g := l.outline.GroupAt(i)
	return g != nil && !g.Empty(), g != nil && l.outline.IsOpen(g)
}

// SetOpen is part of list.Tree.
func (l *List) SetOpen(i int, open bool) { l.outline.SetOpen(i, open) }

// Parent is part of list.Tree.
func (l *List) Parent(i int) int { return l.outline.Parent(i) }

// Bind is part of list.Model.
func (l *List) Bind(i int, object fyne.CanvasObject) {
	row, id := object.(*widgets.Row), l.ID(i)
	row.SetModel(l.Row(i))
	row.OnAction = l.Offer(i) // after SetModel, which keeps the actions of a button that changes
	row.OnToggle = func() { l.Rows.Toggle(id) }
}

// Row returns the content of row i.
func (l *List) Row(i int) widgets.RowModel {
	row := l.row(i)
	_, row.Marked = l.marked[l.ID(i)]
	return row
}

func (l *List) row(i int) widgets.RowModel {
	if g := l.outline.GroupAt(i); g != nil {
		return l.batchRow(i, g)
	}
	t := l.outline.TransferAt(i)
	row := view.TransferRow(l.Snapshot, t, l.positions[t.ID], l.high.Raise(t, view.ShownBytes(l.Snapshot, t)), time.Now())
	if t.State() == uploader.StateWaiting {
		l.showBlocked(&row, t)
	}
	if !theme.IsCompact() {
		row.Picture = l.actions.Thumbnail(t.Source)
	}
	if l.outline.Parent(i) < 0 {
		return row
	}
	return view.RowInBatch(l.Snapshot, row, t, l.Snapshot.Batches[t.Batch])
}

// showBlocked changes the row of a waiting transfer that cannot start before the user
// acts. If its server requires a sign-in, the row is like that of the transfer for which
// the server refused the request.
func (l *List) showBlocked(row *widgets.RowModel, t *uploader.Transfer) {
	if l.actions.Interrupted().Contains(t) {
		row.Status = words.Text("state.awaits-you")
		return
	}
	blocked := l.Snapshot.Blocked[t.Server]
	if blocked == nil {
		return
	}
	row.StatusIcon, row.Tone = theme.IconError, theme.Warning
	if blocked.Kind == fault.Auth {
		row.StatusIcon, row.Tone = view.StateIcon(uploader.StateSignIn)
		signIn := widgets.Action{ID: view.ActionSignIn.String(), Icon: view.ActionSignIn.Icon(), Label: words.Text("action.sign-in"), Prominent: true}
		row.Actions = append(slices.Clone(row.Actions), signIn)
	}
	row.BarTone = row.Tone
}

func (l *List) batchRow(i int, g *view.Group) widgets.RowModel {
	b, sum := l.batch(g.Batch), l.Snapshot.BatchTotals[g.Batch]
	row := view.BatchRow(l.Snapshot, b, sum, l.unacknowledged[b.ID], l.batchHigh.Raise(b.ID, sum), l.outline.NextRetry)
	if opens, open := l.Opens(i); open {
		row.Fold = widgets.FoldOpen
	} else if opens {
		row.Fold = widgets.FoldClosed
	}
	return row
}

// batch returns a batch of the snapshot. One that the snapshot lacks has been scanned
// completely.
func (l *List) batch(id uploader.BatchID) *uploader.Batch {
	if b := l.Snapshot.Batches[id]; b != nil {
		return b
	}
	return &uploader.Batch{ID: id, Scanned: true}
}

// Offer returns what the buttons of row i do. It remembers what the row shows: if the row
// has changed when a button is tapped, so that the button would do something else, a message
// is shown instead.
func (l *List) Offer(i int) func(name string) {
	if g := l.outline.GroupAt(i); g != nil {
		b, sum := l.batch(g.Batch), l.Snapshot.BatchTotals[g.Batch]
		return func(name string) { l.doInBatch(b, sum, name) }
	}
	t := l.outline.TransferAt(i)
	return func(name string) { l.do(t, name) }
}

// do applies the action of a button of a transfer's row, which was offered for t.
func (l *List) do(t *uploader.Transfer, name string) {
	if name == view.ActionSignIn.String() {
		l.actions.Unblock(t)
		return
	}
	if a, known := view.ActionNamed(name); known {
		l.actions.Act(a, view.SelectionOf(t))
	}
}

// doInBatch applies the action of a button of a batch's row, which was offered for b and sum.
func (l *List) doInBatch(b *uploader.Batch, sum uploader.BatchTotals, name string) {
	a, known := view.ActionNamed(name)
	if !known {
		return
	}
	row := l.Selection(map[int64]bool{-int64(b.ID): true})
	switch {
	case row.Empty() || !view.SameBatchAction(a, b, l.batch(b.ID), sum, l.Snapshot.BatchTotals[b.ID]):
		l.actions.Notify(view.PastText(view.Selection{Batches: []uploader.BatchID{b.ID}}, l.Snapshot))
	default:
		l.actions.Act(a, row)
	}
}

// Activate opens or closes a batch, or shows the details of a transfer, or of a batch without
// files.
func (l *List) Activate(id int64) {
	if id < 0 {
		if _, hasFiles := l.RowOf(uploader.BatchID(-id)); hasFiles {
			l.Rows.Toggle(id)
		} else {
			l.actions.Act(view.ActionDetails, l.Selection(map[int64]bool{id: true}))
		}
		return
	}
	l.actions.ShowDetails(uploader.TransferID(id))
}

// Selected returns the selection, in the order of the list.
func (l *List) Selected() view.Selection {
	ids := l.Rows.Selected()
	selected := make(map[int64]bool, len(ids))
	for _, id := range ids {
		selected[id] = true
	}
	return l.Selection(selected)
}

// Selection returns the rows with these IDs. Transfers of a batch that is among them are
// not included again.
func (l *List) Selection(ids map[int64]bool) view.Selection {
	var s view.Selection
	for i := range l.Len() {
		if id := l.ID(i); !ids[id] {
			continue
		}
		if g := l.outline.GroupAt(i); g != nil {
			s.Batches = append(s.Batches, g.Batch)
			s.All = append(s.All, l.outline.Members(g.Batch)...)
			s.Scanning = s.Scanning || !l.batch(g.Batch).Scanned
			continue
		}
		if parent := l.outline.Parent(i); parent < 0 || !ids[l.ID(parent)] {
			t := l.outline.TransferAt(i)
			s.Transfers, s.All = append(s.Transfers, t), append(s.All, t)
		}
	}
	return s
}
