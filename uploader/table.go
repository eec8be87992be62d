package uploader

import (
	"cmp"
	"iter"
	"slices"
	"unsafe"
)

// table holds every transfer in the user's order, and what they sum up to. Only
// the loop touches it; what leaves it are pointers to values that are never
// changed again. What a change costs does not depend on how many rows there are.
type table struct {
	rows   []*Transfer              // in the user's order once they are arranged; nil where one was removed
	holes  int                      // how many are nil
	index  places                   // of the rows
	hidden map[TransferID]*Transfer // removed by the user, and known for the sake of a walk alone
	dirty  map[TransferID]bool      // changed in a way that must survive
	kept   map[TransferID]*Transfer // those that changed in any way, as they are saved; nil where that is not certain
	batch  map[BatchID]int          // how many transfers a batch has, hidden ones included
	bare   map[BatchID]bool         // batches that had transfers and have none any more
	begun  map[TransferID]bool      // those of which a server may hold something, and which can be continued
	unmade map[TransferID]bool      // those that failed before any server had something
	ledger ledger                   // of the rows
	shown  []*Transfer              // the rows as they were last copied
	fresh  bool                     // they differ from that
	ranks  ranks                    // of the batches
	mixed  bool                     // the rows are not in order
}

// chunkRows is how many rows are allocated together: so many fill 8 KiB.
const chunkRows = int(8192 / unsafe.Sizeof(Transfer{}))

func newTable(saved []Transfer) *table {
	t := &table{
		rows:   make([]*Transfer, 0, len(saved)),
		index:  newPlaces(),
		hidden: map[TransferID]*Transfer{},
		dirty:  map[TransferID]bool{},
		kept:   map[TransferID]*Transfer{},
		batch:  map[BatchID]int{},
		bare:   map[BatchID]bool{},
		begun:  map[TransferID]bool{},
		unmade: map[TransferID]bool{},
		ledger: newLedger(),
		fresh:  true,
		ranks:  ranks{},
	}
	for chunk := range slices.Chunk(saved, chunkRows) {
		chunk = slices.Clone(chunk) // so that what is replaced can be freed before all is
		for i := range chunk {
			chunk[i].Source = chunk[i].Source.Compact()
			t.enter(&chunk[i])
		}
	}
	return t
}

func (t *table) get(id TransferID) *Transfer {
	if i, ok := t.index.of(id); ok {
		return t.rows[i]
	}
	return t.hidden[id]
}

// each visits every transfer, in the user's order and then the hidden ones. The one
// that is visited may be given a new value, and be hidden by it; it is visited again
// then.
func (t *table) each() iter.Seq[*Transfer] {
	return func(yield func(*Transfer) bool) {
		for _, row := range t.rows { // as they are now: hiding one may put others in its place
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

// arrange puts the rows in order.
func (t *table) arrange() {
	if t.mixed {
		t.sort(t.ranks.compare)
	}
}

// rank says where a batch stands.
func (t *table) rank(batch BatchID, rank int64) {
	if t.ranks[batch] != rank {
		t.ranks[batch] = rank
		t.mixed = t.mixed || t.batch[batch] > 0
	}
}

// put keeps a new value of a transfer. A new one goes last until the rows are
// arranged.
func (t *table) put(next *Transfer) {
	now := t.get(next.ID)
	if now == nil || durable(now) != durable(next) {
		t.dirty[next.ID] = true
	}
	if _, changed := t.kept[next.ID]; !changed {
		t.kept[next.ID] = now
	}
	i, shown := t.index.of(next.ID)
	if !shown || next.Removed() {
		t.leave(now)
		t.enter(next)
		return
	}
	t.mixed = t.mixed || now.Batch != next.Batch || now.Rank != next.Rank
	t.uncount(now)
	t.rows[i], t.fresh = next, true
	t.batch[next.Batch]++
	t.ledger.add(next)
	t.notice(next)
}

// notice keeps account of what can be continued, and of what failed before it began.
func (t *table) notice(row *Transfer) {
	keep(t.begun, row.ID, row.Session.Begun() && row.Continuable())
	keep(t.unmade, row.ID, unmade(row))
}

func keep(set map[TransferID]bool, id TransferID, in bool) {
	if in {
		set[id] = true
	} else if len(set) > 0 {
		delete(set, id)
	}
}

// unmade reports whether a transfer failed before any server had something of it,
// and asks nothing.
func unmade(t *Transfer) bool {
	return t.Phase == PhaseFailed && !t.Session.Begun() && !t.Intent.GivenUp() && t.State() != StateAsking
}

// enter takes in a transfer that is not in the table.
func (t *table) enter(row *Transfer) {
	t.batch[row.Batch]++
	t.notice(row)
	if row.Removed() {
		t.hidden[row.ID] = row
		return
	}
	if last := len(t.rows) - 1; last >= 0 {
		t.mixed = t.mixed || t.rows[last] == nil || t.ranks.compare(t.rows[last], row) > 0
	}
	t.index.set(row.ID, len(t.rows))
	t.rows = append(t.rows, row)
	t.ledger.add(row)
	t.fresh = true
}

// leave takes a transfer out. Its place stays empty until half of the places are:
// then closing the ranks costs each of those that left two steps.
func (t *table) leave(row *Transfer) {
	if row == nil {
		return
	}
	t.uncount(row)
	delete(t.begun, row.ID)
	delete(t.unmade, row.ID)
	i, shown := t.index.of(row.ID)
	if !shown {
		delete(t.hidden, row.ID)
		return
	}
	t.rows[i], t.fresh = nil, true
	t.index.delete(row.ID)
	if t.holes++; t.holes > len(t.rows)/2 {
		t.close()
	}
}

// uncount takes a transfer out of the sums.
func (t *table) uncount(row *Transfer) {
	if _, shown := t.index.of(row.ID); shown {
		t.ledger.remove(row)
	}
	if t.batch[row.Batch]--; t.batch[row.Batch] == 0 {
		delete(t.batch, row.Batch)
		t.bare[row.Batch] = true
	}
}

// close gives every row its place anew, without holes.
func (t *table) close() {
	rows := make([]*Transfer, 0, len(t.rows)-t.holes)
	for _, row := range t.rows {
		if row != nil {
			rows = append(rows, row)
		}
	}
	t.rows = rows
	t.holes = 0
	for i, row := range t.rows {
		t.index.set(row.ID, i)
	}
}

// sort brings the rows into an order.
func (t *table) sort(compare func(a, b *Transfer) int) {
	t.close()
	slices.SortStableFunc(t.rows, compare)
	for i, row := range t.rows {
		t.index.set(row.ID, i)
	}
	t.fresh, t.mixed = true, false
}

// remove takes transfers off the table.
func (t *table) remove(ids []TransferID) {
	for _, id := range ids {
		t.leave(t.get(id))
		delete(t.dirty, id)
		delete(t.kept, id)
	}
}

// snapshot is the rows as a slice that nobody changes any more; unchanged rows are
// not copied again.
func (t *table) snapshot() []*Transfer {
	t.arrange()
	if !t.fresh {
		return t.shown
	}
	t.fresh = false
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

// changed returns the transfers that differ from what is saved.
func (t *table) changed() []*Transfer {
	rows := make([]*Transfer, 0, len(t.dirty))
	for id := range t.dirty {
		rows = append(rows, t.get(id))
	}
	slices.SortFunc(rows, func(a, b *Transfer) int { return cmp.Compare(a.ID, b.ID) })
	return rows
}

// before returns how transfers are saved, as far as that is certain.
func (t *table) before(rows []*Transfer) map[TransferID]*Transfer {
	before := make(map[TransferID]*Transfer, len(rows))
	for _, row := range rows {
		if kept := t.kept[row.ID]; kept != nil {
			before[row.ID] = kept
		}
	}
	return before
}

// saved takes note that all that must survive does.
func (t *table) saved() {
	for id := range t.dirty {
		delete(t.kept, id)
	}
	clear(t.dirty)
}

// doubt takes note that nobody knows whether what was to be saved is.
func (t *table) doubt() {
	for id := range t.dirty {
		t.kept[id] = nil
	}
}

// durable is the part of a transfer that a restart must find again. While a
// worker is busy its phase is not: whatever it was, the next run starts it from
// the queue.
func durable(t *Transfer) Transfer {
	d := *t
	if !d.Session.Begun() && !d.Phase.Final() {
		d.Started = 0 // told again with the first thing that matters
	}
	if !d.Phase.Final() {
		d.Phase = PhaseQueued
		d.NextTry = 0
		d.Fault = nil
	}
	return d
}
