// Package table holds the transfers of a running engine: in the user's order, with
// totals, and with a record of which of them differ from what is saved.
//
// A [Table] is a data structure: it reads no clock, does no I/O, starts no goroutine
// and returns no errors. The cost of a change does not depend on the number of rows.
package table

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/paged"
)

// Table holds transfers. It is not safe for concurrent use, but the transfers and
// snapshots that it returns are immutable: a change puts a new value.
type Table struct {
	rows    []*uploader.RowChunk                       // in the user's order once sorted
	count   int                                        // of the rows
	index   paged.Map[uploader.TransferID, int32]      // the chunk of each row, from 1
	hidden  map[uploader.TransferID]*uploader.Transfer // removed by the user, kept until their batch is scanned
	dirty   map[uploader.TransferID]bool               // changed in a way that must be saved
	saved   map[uploader.TransferID]*uploader.Transfer // saved values of changed transfers; nil where they are not certain
	files   map[uploader.BatchID]int                   // transfers of each batch, hidden ones included
	emptied map[uploader.BatchID]bool                  // batches whose last transfer left
	begun   map[uploader.TransferID]bool               // transfers with an upload on the server that can be resumed
	unbegun map[uploader.TransferID]bool               // transfers that failed before an upload was created
	totals  Totals                                     // of the rows
	shown   uploader.Rows                              // the rows as of the last snapshot
	stale   bool                                       // the rows differ from shown
	order   uploader.BatchOrder
	mixed   bool // the rows are not in order
}

// New makes a table of transfers that are in the user's order.
func New(loaded uploader.Rows, batches []uploader.Batch) *Table {
	t := &Table{
		hidden:  map[uploader.TransferID]*uploader.Transfer{},
		dirty:   map[uploader.TransferID]bool{},
		saved:   map[uploader.TransferID]*uploader.Transfer{},
		files:   map[uploader.BatchID]int{},
		emptied: map[uploader.BatchID]bool{},
		begun:   map[uploader.TransferID]bool{},
		unbegun: map[uploader.TransferID]bool{},
		totals:  newTotals(),
		stale:   true,
		order:   uploader.BatchOrder{},
	}
	for i := range batches {
		t.order[batches[i].ID] = batches[i].Rank
	}
	t.load(loaded)
	return t
}

// load adds the transfers to an empty table, which shares their chunks.
func (t *Table) load(loaded uploader.Rows) {
	removed := func(row uploader.Row) bool { return row.Intent() == uploader.IntentRemove && row.Phase().Final() }
	shown := loaded.Filter(func(row uploader.Row) bool { return !removed(row) })
	if shown.Len() < loaded.Len() {
		for _, row := range loaded.Rows() {
			if removed(row) {
				t.insert(row.Transfer())
			}
		}
	}
	t.rows, t.count = shown.Chunks(), shown.Len()
	t.reindex()
	for _, row := range shown.Rows() {
		t.files[row.Batch()]++
		t.totals.addRow(row)
		if row.Begun() || row.Phase() == uploader.PhaseFailed {
			t.classify(row.Transfer())
		}
	}
}

// Join adds the transfers of a table with all of them, which must not be used any more. What t
// was made of, the transfers with IDs in own, stays as it is in t, also if it was removed.
func (t *Table) Join(all *Table, own map[uploader.TransferID]bool) {
	for id := range own {
		if now := t.Get(id); now != nil {
			all.Put(now)
		} else {
			all.delete(all.Get(id))
		}
	}
	all.dirty, all.saved, all.order = t.dirty, t.saved, t.order
	all.mixed = all.mixed || t.mixed
	maps.Copy(all.emptied, t.emptied)
	*t = *all
}

// Get returns a transfer, or nil. Two calls need not return the same pointer.
func (t *Table) Get(id uploader.TransferID) *uploader.Transfer {
	if c := t.index.Get(id); c > 0 {
		chunk := t.rows[c-1]
		return chunk.Transfer(chunk.Find(id))
	}
	return t.hidden[id]
}

// Read sets value to a transfer, like [uploader.RowChunk.Read]. It reports false if there is no
// such transfer.
func (t *Table) Read(id uploader.TransferID, value *uploader.Transfer) bool {
	if c := t.index.Get(id); c > 0 {
		chunk := t.rows[c-1]
		chunk.Read(chunk.Find(id), value)
		return true
	}
	row := t.hidden[id]
	if row != nil {
		*value = *row
	}
	return row != nil
}

// All visits every transfer, in the user's order and then the hidden ones. Transfers may
// be put or removed meanwhile: what is visited later is visited as it is then. One that was
// visited and is hidden meanwhile is visited again.
func (t *Table) All() iter.Seq[*uploader.Transfer] {
	return func(yield func(*uploader.Transfer) bool) {
		for row := range t.current() {
			if !yield(row) {
				return
			}
		}
		for _, row := range t.hidden {
			if !yield(row) {
				return
			}
		}
	}
}

// Rows visits what All visits. To look at a field of each transfer costs much less than with
// All. The table must not be changed meanwhile.
func (t *Table) Rows() iter.Seq[uploader.Row] {
	return func(yield func(uploader.Row) bool) {
		for _, chunk := range t.rows {
			for i := range chunk.Len() {
				if !yield(chunk.Row(i)) {
					return
				}
			}
		}
		hidden := uploader.RowsOf(slices.Collect(maps.Values(t.hidden))...)
		for _, row := range hidden.Rows() {
			if !yield(row) {
				return
			}
		}
	}
}

// InPhase returns the transfers in one of the phases, in the order of Rows.
func (t *Table) InPhase(phases ...uploader.Phase) []uploader.TransferID {
	var ids []uploader.TransferID
	for row := range t.Rows() {
		if slices.Contains(phases, row.Phase()) {
			ids = append(ids, row.ID())
		}
	}
	return ids
}

// current visits the rows that the table has when it is called, as they are when they are
// visited.
func (t *Table) current() iter.Seq[*uploader.Transfer] {
	return func(yield func(*uploader.Transfer) bool) {
		for c, chunk := range slices.Clone(t.rows) {
			chunk.Share() // a change makes another chunk
			for i := range chunk.Len() {
				unchanged := c < len(t.rows) && t.rows[c] == chunk
				if !unchanged && t.index.Get(chunk.ID(i)) == 0 {
					continue // removed or hidden
				}
				row := chunk.Transfer(i)
				if !unchanged {
					row = t.Get(row.ID)
				}
				if !yield(row) {
					return
				}
			}
		}
	}
}

// Hidden visits the transfers of a batch that the user removed and that are kept
// until it is scanned.
func (t *Table) Hidden(batch uploader.BatchID) iter.Seq[*uploader.Transfer] {
	return func(yield func(*uploader.Transfer) bool) {
		for _, row := range t.hidden {
			if row.Batch == batch && !yield(row) {
				return
			}
		}
	}
}

// Resumable visits the transfers with an upload on the server that can be resumed, in
// no order.
func (t *Table) Resumable() iter.Seq[*uploader.Transfer] { return t.visit(t.begun) }

// NeverBegun visits the transfers that failed before an upload was created, in no
// order.
func (t *Table) NeverBegun() iter.Seq[*uploader.Transfer] { return t.visit(t.unbegun) }

func (t *Table) visit(set map[uploader.TransferID]bool) iter.Seq[*uploader.Transfer] {
	return func(yield func(*uploader.Transfer) bool) {
		for _, id := range slices.Sorted(maps.Keys(set)) {
			if !yield(t.Get(id)) {
				return
			}
		}
	}
}

// Len returns the number of transfers, hidden ones included.
func (t *Table) Len() int { return t.count + len(t.hidden) }

// Count returns how many transfers a batch has, hidden ones included.
func (t *Table) Count(batch uploader.BatchID) int { return t.files[batch] }

// BatchTotals returns the totals of a batch's rows.
func (t *Table) BatchTotals(batch uploader.BatchID) uploader.BatchTotals {
	return t.totals.batches[batch]
}

// PerBatch returns the totals of all batches. It must not be changed.
func (t *Table) PerBatch() map[uploader.BatchID]uploader.BatchTotals { return t.totals.batches }

// AllTotals returns a copy of the totals, to which live progress can be added.
func (t *Table) AllTotals() Totals {
	return t.totals.clone()
}

// EmptiedBatches returns the batches whose last transfer left, until ClearEmptied.
func (t *Table) EmptiedBatches() []uploader.BatchID { return slices.Sorted(maps.Keys(t.emptied)) }

// ClearEmptied removes a batch from EmptiedBatches.
func (t *Table) ClearEmptied(batch uploader.BatchID) { delete(t.emptied, batch) }

// SetRank sets the place of a batch in the user's order.
func (t *Table) SetRank(batch uploader.BatchID, rank int64) {
	if t.order[batch] != rank {
		t.order[batch] = rank
		t.mixed = t.mixed || t.files[batch] > 0
	}
}

// RemoveRank removes the place of a batch that no longer exists.
func (t *Table) RemoveRank(batch uploader.BatchID) { delete(t.order, batch) }

// Put stores a new value of a transfer. A new transfer goes last until the rows are
// sorted.
func (t *Table) Put(next *uploader.Transfer) {
	now := t.Get(next.ID)
	if now == nil || Durable(now) != Durable(next) {
		t.dirty[next.ID] = true
	}
	if _, changed := t.saved[next.ID]; !changed {
		t.saved[next.ID] = now
	}
	c := t.index.Get(next.ID)
	if c == 0 || next.Removed() {
		t.delete(now)
		t.insert(next)
		return
	}
	t.mixed = t.mixed || now.Batch != next.Batch || now.Rank != next.Rank
	t.uncount(now)
	chunk := t.writable(int(c) - 1)
	chunk.Set(chunk.Find(next.ID), next)
	t.files[next.Batch]++
	t.totals.add(next)
	t.classify(next)
}

// classify updates begun and unbegun.
func (t *Table) classify(row *uploader.Transfer) {
	include(t.begun, row.ID, row.Session.Begun() && row.Resumable())
	include(t.unbegun, row.ID, row.FailedBeforeStart())
}

func include(set map[uploader.TransferID]bool, id uploader.TransferID, in bool) {
	if in {
		set[id] = true
	} else if len(set) > 0 {
		delete(set, id)
	}
}

// insert adds a transfer that is not in the table.
func (t *Table) insert(row *uploader.Transfer) {
	t.files[row.Batch]++
	t.classify(row)
	if row.Removed() {
		t.hidden[row.ID] = row
		return
	}
	last := len(t.rows) - 1
	if !t.mixed && t.count > 0 {
		t.mixed = t.rows[last].Len() == 0 || t.order.Compare(t.rows[last].Transfer(t.rows[last].Len()-1), row) > 0
	}
	if last < 0 || t.rows[last].Len() == uploader.ChunkRows {
		t.rows = append(t.rows, &uploader.RowChunk{})
		last++
	}
	t.writable(last).Append(row)
	t.setIndex(row.ID, last)
	t.count++
	t.totals.add(row)
}

// writable returns a chunk that can be changed.
func (t *Table) writable(chunk int) *uploader.RowChunk {
	t.rows[chunk] = t.rows[chunk].Writable()
	t.stale = true
	return t.rows[chunk]
}

func (t *Table) setIndex(id uploader.TransferID, chunk int) {
	t.index.Set(id, int32(chunk)+1) //nolint:gosec // memory holds fewer than 2^31 chunks
}

// delete takes a transfer out; nil is ignored. Its chunk gets shorter. The chunks are
// filled again when they are less than half full, so that this costs two steps for each
// deleted row.
func (t *Table) delete(row *uploader.Transfer) {
	if row == nil {
		return
	}
	t.uncount(row)
	delete(t.begun, row.ID)
	delete(t.unbegun, row.ID)
	c := t.index.Delete(row.ID)
	if c == 0 {
		delete(t.hidden, row.ID)
		return
	}
	chunk := t.writable(int(c) - 1)
	chunk.Delete(chunk.Find(row.ID))
	if t.count--; len(t.rows) > 1 && t.count < len(t.rows)*uploader.ChunkRows/2 {
		t.rows = uploader.RowsOfChunks(t.rows).Filled()
		t.reindex()
	}
}

// uncount takes a transfer out of the totals.
func (t *Table) uncount(row *uploader.Transfer) {
	if t.index.Get(row.ID) > 0 {
		t.totals.remove(row)
	}
	if t.files[row.Batch]--; t.files[row.Batch] == 0 {
		delete(t.files, row.Batch)
		t.emptied[row.Batch] = true
	}
}

func (t *Table) reindex() {
	for c, chunk := range t.rows {
		for i := range chunk.Len() {
			t.setIndex(chunk.ID(i), c)
		}
	}
}

// Sort puts the rows in the user's order.
func (t *Table) Sort() {
	if !t.mixed {
		return
	}
	t.rows = uploader.RowsOfChunks(t.rows).Sorted(t.order)
	t.reindex()
	t.stale, t.mixed = true, false
}

// Remove takes transfers out of the table and out of what is to be saved.
func (t *Table) Remove(ids []uploader.TransferID) {
	for _, id := range ids {
		t.delete(t.Get(id))
		delete(t.dirty, id)
		delete(t.saved, id)
	}
}

// Snapshot returns the rows in the user's order. Unchanged chunks are the same as in the
// snapshot before.
func (t *Table) Snapshot() uploader.Rows {
	t.Sort()
	if t.stale {
		t.stale, t.shown = false, uploader.RowsOfChunks(t.rows)
	}
	return t.shown
}

// Unsaved reports whether any transfer differs from what is saved.
func (t *Table) Unsaved() bool { return len(t.dirty) > 0 }

// Changed returns the transfers that differ from what is saved, by ID.
func (t *Table) Changed() []*uploader.Transfer {
	rows := make([]*uploader.Transfer, 0, len(t.dirty))
	for id := range t.dirty {
		rows = append(rows, t.Get(id))
	}
	slices.SortFunc(rows, func(a, b *uploader.Transfer) int { return cmp.Compare(a.ID, b.ID) })
	return rows
}

// SavedValues returns the saved values of rows, where they are certain.
func (t *Table) SavedValues(rows []*uploader.Transfer) map[uploader.TransferID]*uploader.Transfer {
	before := make(map[uploader.TransferID]*uploader.Transfer, len(rows))
	for _, row := range rows {
		if saved := t.saved[row.ID]; saved != nil {
			before[row.ID] = saved
		}
	}
	return before
}

// MarkSaved records that all changes are saved.
func (t *Table) MarkSaved() {
	for id := range t.dirty {
		delete(t.saved, id)
	}
	clear(t.dirty)
}

// MarkOneSaved records that one transfer needs no saving, without knowing what is
// saved of it.
func (t *Table) MarkOneSaved(id uploader.TransferID) {
	delete(t.dirty, id)
	t.saved[id] = nil
}

// MarkUncertain records that it is not known whether the changes are saved.
func (t *Table) MarkUncertain() {
	for id := range t.dirty {
		t.saved[id] = nil
	}
}

// Durable returns the part of a transfer that must be saved. The phase of a transfer
// that is not final is not part of it: the next run starts it from the queue.
func Durable(t *uploader.Transfer) uploader.Transfer {
	d := *t
	if !d.Session.Begun() && !d.Phase.Final() {
		d.Started = 0 // saved with the session or the final phase
	}
	if !d.Phase.Final() {
		d.Phase = uploader.PhaseQueued
		d.NextTry = 0
		d.Fault = nil
	}
	return d
}
