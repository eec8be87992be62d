// Package table holds every transfer of a running engine in the user's order, their
// totals, and which of them differ from what is saved. It is a data structure: no
// clock, no I/O, no goroutines. The cost of a change does not depend on the number
// of rows.
package uploader

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"unsafe"

	"github.com/ferryapp/ferry/uploader/paged"
)

// table is not safe for concurrent use. The transfers it returns are never changed
// again: a change puts a new value.
type table struct {
	rows    []*Transfer                  // in the user's order once sorted; nil where one was removed
	holes   int                          // how many rows are nil
	index   paged.Map[TransferID, int32] // of the rows, from 1
	hidden  map[TransferID]*Transfer     // removed by the user, kept until their batch is scanned
	dirty   map[TransferID]bool          // changed in a way that must be saved
	saved   map[TransferID]*Transfer     // changed ones as they are saved; nil where that is not certain
	files   map[BatchID]int              // transfers of each batch, hidden ones included
	emptied map[BatchID]bool             // batches that had transfers and have none any more
	begun   map[TransferID]bool          // those of which a server may hold something, and which can be resumed
	unbegun map[TransferID]bool          // those that failed before a server had anything
	totals  totals                       // of the rows
	shown   []*Transfer                  // the rows as of the last snapshot
	stale   bool                         // the rows differ from shown
	order   batchOrder
	mixed   bool // the rows are not in order
}

// chunkRows is how many rows are allocated together, to fill 8 KiB.
const chunkRows = int(8192 / unsafe.Sizeof(Transfer{}))

// newTable makes a table of transfers that are in the user's order.
func newTable(loaded []Transfer, batches []Batch) *table {
	t := &table{
		rows:    make([]*Transfer, 0, len(loaded)),
		hidden:  map[TransferID]*Transfer{},
		dirty:   map[TransferID]bool{},
		saved:   map[TransferID]*Transfer{},
		files:   map[BatchID]int{},
		emptied: map[BatchID]bool{},
		begun:   map[TransferID]bool{},
		unbegun: map[TransferID]bool{},
		totals:  newTotals(),
		stale:   true,
		order:   batchOrder{},
	}
	for chunk := range slices.Chunk(loaded, chunkRows) {
		chunk = slices.Clone(chunk) // so that replaced rows can be freed before all of loaded is
		for i := range chunk {
			chunk[i].Source = chunk[i].Source.Compact()
			t.insert(&chunk[i])
		}
	}
	for i := range batches {
		t.order[batches[i].ID] = batches[i].Rank
	}
	t.mixed = false
	return t
}

// get returns a transfer, or nil.
func (t *table) get(id TransferID) *Transfer {
	if i := t.index.Get(id); i > 0 {
		return t.rows[i-1]
	}
	return t.hidden[id]
}

// all visits every transfer, in the user's order and then the hidden ones. The
// visited one may be put meanwhile; if that hides it, it is visited again.
func (t *table) all() iter.Seq[*Transfer] {
	return func(yield func(*Transfer) bool) {
		for _, row := range t.rows { // the slice as it is now: hiding a row may replace t.rows
			if row != nil && !yield(row) {
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

// hiddenOf visits the transfers of a batch that the user removed and that are kept
// until it is scanned.
func (t *table) hiddenOf(batch BatchID) iter.Seq[*Transfer] {
	return func(yield func(*Transfer) bool) {
		for _, row := range t.hidden {
			if row.Batch == batch && !yield(row) {
				return
			}
		}
	}
}

// resumable visits the transfers of which a server may hold something and that can
// be resumed, in no order.
func (t *table) resumable() iter.Seq[*Transfer] { return t.visit(t.begun) }

// neverBegun visits the transfers that failed before a server had anything of them,
// in no order.
func (t *table) neverBegun() iter.Seq[*Transfer] { return t.visit(t.unbegun) }

func (t *table) visit(set map[TransferID]bool) iter.Seq[*Transfer] {
	return func(yield func(*Transfer) bool) {
		for id := range set {
			if !yield(t.get(id)) {
				return
			}
		}
	}
}

// count returns how many transfers a batch has, hidden ones included.
func (t *table) count(batch BatchID) int { return t.files[batch] }

// batchTotals returns the totals of a batch's rows.
func (t *table) batchTotals(batch BatchID) Sum { return t.totals.batches[batch] }

// perBatch returns the totals of all batches. It must not be changed.
func (t *table) perBatch() map[BatchID]Sum { return t.totals.batches }

// allTotals returns a copy of the totals, to which live progress can be added.
func (t *table) allTotals() totals {
	return t.totals.clone()
}

// emptiedBatches returns the batches whose last transfer left, until clearEmptied.
func (t *table) emptiedBatches() []BatchID { return slices.Sorted(maps.Keys(t.emptied)) }

func (t *table) clearEmptied(batch BatchID) { delete(t.emptied, batch) }

// setRank sets the place of a batch in the user's order.
func (t *table) setRank(batch BatchID, rank int64) {
	if t.order[batch] != rank {
		t.order[batch] = rank
		t.mixed = t.mixed || t.files[batch] > 0
	}
}

func (t *table) forgetRank(batch BatchID) { delete(t.order, batch) }

// put stores a new value of a transfer. A new transfer goes last until the rows are
// sorted.
func (t *table) put(next *Transfer) {
	now := t.get(next.ID)
	if now == nil || durable(now) != durable(next) {
		t.dirty[next.ID] = true
	}
	if _, changed := t.saved[next.ID]; !changed {
		t.saved[next.ID] = now
	}
	i := t.index.Get(next.ID)
	if i == 0 || next.Removed() {
		t.delete(now)
		t.insert(next)
		return
	}
	t.mixed = t.mixed || now.Batch != next.Batch || now.Rank != next.Rank
	t.uncount(now)
	t.rows[i-1], t.stale = next, true
	t.files[next.Batch]++
	t.totals.add(next)
	t.classify(next)
}

// classify updates begun and unbegun.
func (t *table) classify(row *Transfer) {
	include(t.begun, row.ID, row.Session.Begun() && row.Continuable())
	include(t.unbegun, row.ID, row.FailedBeforeStart())
}

func include(set map[TransferID]bool, id TransferID, in bool) {
	if in {
		set[id] = true
	} else if len(set) > 0 {
		delete(set, id)
	}
}

// insert adds a transfer that is not in the table.
func (t *table) insert(row *Transfer) {
	t.files[row.Batch]++
	t.classify(row)
	if row.Removed() {
		t.hidden[row.ID] = row
		return
	}
	if last := len(t.rows) - 1; last >= 0 {
		t.mixed = t.mixed || t.rows[last] == nil || t.order.compare(t.rows[last], row) > 0
	}
	t.rows = append(t.rows, row)
	t.setIndex(row.ID, len(t.rows))
	t.totals.add(row)
	t.stale = true
}

func (t *table) setIndex(id TransferID, place int) {
	t.index.Set(id, int32(place)) //nolint:gosec // memory holds fewer than two thousand million rows
}

// delete takes a transfer out; nil is ignored. Its row stays empty until half of the
// rows are, so that compacting costs two steps for each deleted row.
func (t *table) delete(row *Transfer) {
	if row == nil {
		return
	}
	t.uncount(row)
	delete(t.begun, row.ID)
	delete(t.unbegun, row.ID)
	i := t.index.Delete(row.ID)
	if i == 0 {
		delete(t.hidden, row.ID)
		return
	}
	t.rows[i-1], t.stale = nil, true
	if t.holes++; t.holes > len(t.rows)/2 {
		t.compact()
	}
}

// uncount takes a transfer out of the totals.
func (t *table) uncount(row *Transfer) {
	if t.index.Get(row.ID) > 0 {
		t.totals.remove(row)
	}
	if t.files[row.Batch]--; t.files[row.Batch] == 0 {
		delete(t.files, row.Batch)
		t.emptied[row.Batch] = true
	}
}

// compact removes the empty rows.
func (t *table) compact() {
	rows := make([]*Transfer, 0, len(t.rows)-t.holes)
	for _, row := range t.rows {
		if row != nil {
			rows = append(rows, row)
		}
	}
	t.rows, t.holes = rows, 0
	t.reindex()
}

func (t *table) reindex() {
	for i, row := range t.rows {
		t.setIndex(row.ID, i+1)
	}
}

// sort puts the rows in the user's order.
func (t *table) sort() {
	if !t.mixed {
		return
	}
	t.compact()
	slices.SortStableFunc(t.rows, t.order.compare)
	t.reindex()
	t.stale, t.mixed = true, false
}

// remove takes transfers out of the table and out of what is to be saved.
func (t *table) remove(ids []TransferID) {
	for _, id := range ids {
		t.delete(t.get(id))
		delete(t.dirty, id)
		delete(t.saved, id)
	}
}

// snapshot returns the rows in the user's order, as a slice that is never changed.
// Without changes it returns the same slice again.
func (t *table) snapshot() []*Transfer {
	t.sort()
	if !t.stale {
		return t.shown
	}
	t.stale = false
	t.shown = make([]*Transfer, 0, len(t.rows)-t.holes)
	if t.holes == 0 {
		t.shown = append(t.shown, t.rows...)
		return t.shown
	}
	for _, row := range t.rows {
		if row != nil {
			t.shown = append(t.shown, row)
		}
	}
	return t.shown
}

// unsaved reports whether a transfer differs from what is saved.
func (t *table) unsaved() bool { return len(t.dirty) > 0 }

// changed returns the transfers that differ from what is saved, by ID.
func (t *table) changed() []*Transfer {
	rows := make([]*Transfer, 0, len(t.dirty))
	for id := range t.dirty {
		rows = append(rows, t.get(id))
	}
	slices.SortFunc(rows, func(a, b *Transfer) int { return cmp.Compare(a.ID, b.ID) })
	return rows
}

// before returns the saved values of rows, where they are certain.
func (t *table) before(rows []*Transfer) map[TransferID]*Transfer {
	before := make(map[TransferID]*Transfer, len(rows))
	for _, row := range rows {
		if saved := t.saved[row.ID]; saved != nil {
			before[row.ID] = saved
		}
	}
	return before
}

// markSaved records that all changes are saved.
func (t *table) markSaved() {
	for id := range t.dirty {
		delete(t.saved, id)
	}
	clear(t.dirty)
}

// markOneSaved records that one transfer needs no saving, without knowing what is
// saved of it.
func (t *table) markOneSaved(id TransferID) {
	delete(t.dirty, id)
	t.saved[id] = nil
}

// markUncertain records that it is not known whether the changes are saved.
func (t *table) markUncertain() {
	for id := range t.dirty {
		t.saved[id] = nil
	}
}

// durable is the part of a transfer that must survive a restart. The phase of one
// with a worker is not: the next run starts it from the queue.
func durable(t *Transfer) Transfer {
	d := *t
	if !d.Session.Begun() && !d.Phase.Final() {
		d.Started = 0 // saved with the session or the final phase
	}
	if !d.Phase.Final() {
		d.Phase = PhaseQueued
		d.NextTry = 0
		d.Fault = nil
	}
	return d
}
