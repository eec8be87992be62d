package transferlist

import (
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/list"
)

// drag moves rows within the queue: rows of the outer level among these, or files of one batch
// within it.
type drag struct {
	list   *List
	rows   map[int64]bool // the rows that move
	inside uploader.BatchID
	label  string // of the rows
	refuse string // why nothing can be dropped anywhere; "" if it can
}

var _ list.Drag = (*drag)(nil)

// startDrag returns what a drag of a row moves: the row, and if it is selected, the other
// selected rows of the same kind.
func (l *List) startDrag(id int64) list.Drag {
	pressed := -1
	for i := range l.Len() {
		if l.ID(i) == id {
			pressed = i
			break
		}
	}
	if pressed < 0 {
		return nil
	}
	d := &drag{list: l, rows: map[int64]bool{id: true}}
	if l.outline.Parent(pressed) >= 0 {
		d.inside = l.outline.BatchAt(pressed)
	}
	switch {
	case l.Sort() != view.SortQueue:
		d.refuse = words.Text("drag.sort")
	case !d.movable(pressed):
		d.refuse = words.Text("drag.not-queued")
	default:
		d.addSelected()
	}
	d.label = l.Row(pressed).Name
	if len(d.rows) > 1 {
		d.label = words.Count("drag.rows", len(d.rows))
	}
	return d
}

// addSelected adds the selected rows that move with the one that is dragged.
func (d *drag) addSelected() {
	selected := d.list.Rows.Selected() // in the order of the list
	for i := 0; len(selected) > 0 && i < d.list.Len(); i++ {
		id := d.list.ID(i)
		if id != selected[0] {
			continue
		}
		selected = selected[1:]
		if d.sameLevel(i) && d.movable(i) {
			d.rows[id] = true
		}
	}
}

// sameLevel reports whether a row is of the level in which the rows move.
func (d *drag) sameLevel(i int) bool {
	inner := d.list.outline.Parent(i) >= 0
	return inner == (d.inside != 0) && (!inner || d.list.outline.BatchAt(i) == d.inside)
}

// movable reports whether a row can move: it is of a batch in the queue, and not done itself.
func (d *drag) movable(i int) bool {
	row, ok := d.list.outline.RowAt(i)
	return d.list.outline.BatchAt(i) != 0 && d.list.outline.Section(i) == view.SectionQueue && (!ok || !row.Phase().Final())
}

// Place is part of [list.Drag]. Rows of the outer level go above or below the files of an open
// batch, not between them.
func (d *drag) Place(gap int) (to int, ok bool) {
	if d.refuse != "" {
		return gap, false
	}
	if d.inside == 0 {
		gap = d.outsideBatches(gap)
	}
	return gap, d.beside(gap) || d.beside(gap-1)
}

// beside reports whether the rows can go beside row i.
func (d *drag) beside(i int) bool {
	return i >= 0 && i < d.list.Len() && d.list.outline.Section(i) == view.SectionQueue && (d.inside == 0 || d.sameLevel(i))
}

// outsideBatches returns the nearest gap that is not between the rows of a batch.
func (d *drag) outsideBatches(gap int) int {
	if gap >= d.list.Len() {
		return gap
	}
	parent := d.list.outline.Parent(gap)
	if parent < 0 {
		return gap
	}
	end := gap
	for end < d.list.Len() && d.list.outline.Parent(end) == parent {
		end++
	}
	if gap-parent <= end-gap {
		return parent
	}
	return end
}

// Label is part of [list.Drag].
func (d *drag) Label(ok bool) string {
	switch {
	case ok:
		return d.label
	case d.refuse != "":
		return d.refuse
	case d.inside != 0:
		return words.Text("drag.in-folder")
	default:
		return words.Text("drag.in-queue")
	}
}

// Drop is part of [list.Drag].
func (d *drag) Drop(gap int) {
	move := uploader.Move{Targets: d.list.targets(d.rows, view.SectionQueue)}
	next, previous := d.neighbour(gap, 1), d.neighbour(gap-1, -1)
	switch {
	case len(move.Targets) == 0:
		return
	case next >= 0:
		move.To, move.Beside = uploader.MoveBefore, d.target(next)
	case previous >= 0:
		move.To, move.Beside = uploader.MoveAfter, d.target(previous)
	default:
		return
	}
	d.list.actions.Move([]uploader.Move{move})
}

// neighbour returns the index of the first row, from row i on by steps, among which the rows
// move and which does not move itself; -1 for none.
func (d *drag) neighbour(i, step int) int {
	for ; i >= 0 && i < d.list.Len() && d.list.outline.Section(i) == view.SectionQueue; i += step {
		if d.sameLevel(i) && !d.rows[d.list.ID(i)] && d.list.outline.BatchAt(i) != 0 {
			return i
		}
		if d.inside != 0 && !d.sameLevel(i) {
			return -1
		}
	}
	return -1
}

// target returns the target of a Move beside row i.
func (d *drag) target(i int) uploader.Target {
	if d.inside != 0 {
		return uploader.TargetTransfers(d.list.outline.TransferAt(i).ID)
	}
	return uploader.Target{Batch: d.list.outline.BatchAt(i)}
}
