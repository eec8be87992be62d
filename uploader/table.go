package uploader

import (
	"slices"
	"time"
)

// table holds every transfer in the user's order. Only the loop touches it; what
// leaves it are pointers to values that are never changed again.
type table struct {
	rows  []*Transfer
	index map[TransferID]int
	dirty map[TransferID]bool // changed in a way that must survive
	fresh bool                // rows differ from the last snapshot's
	batch map[BatchID]int     // how many rows a batch has
}

func newTable(saved []Transfer) *table {
	t := &table{index: make(map[TransferID]int, len(saved)), dirty: map[TransferID]bool{}, fresh: true, batch: map[BatchID]int{}}
	for i := range saved {
		t.index[saved[i].ID] = len(t.rows)
		t.rows = append(t.rows, &saved[i])
		t.batch[saved[i].Batch]++
	}
	return t
}

func (t *table) get(id TransferID) *Transfer {
	if i, ok := t.index[id]; ok {
		return t.rows[i]
	}
	return nil
}

// put keeps a new value of a transfer; a new transfer goes last.
func (t *table) put(next *Transfer) {
	t.fresh = true
	i, known := t.index[next.ID]
	if !known {
		t.index[next.ID] = len(t.rows)
		t.rows = append(t.rows, next)
		t.dirty[next.ID] = true
		t.batch[next.Batch]++
		return
	}
	if durable(t.rows[i]) != durable(next) {
		t.dirty[next.ID] = true
	}
	t.leave(t.rows[i].Batch)
	t.batch[next.Batch]++
	t.rows[i] = next
}

// leave counts a row out of its batch.
func (t *table) leave(batch BatchID) {
	if t.batch[batch]--; t.batch[batch] == 0 {
		delete(t.batch, batch)
	}
}

// remove takes transfers off the table.
func (t *table) remove(ids []TransferID) {
	if len(ids) == 0 {
		return
	}
	gone := make(map[TransferID]bool, len(ids))
	for _, id := range ids {
		gone[id] = true
		if row := t.get(id); row != nil {
			t.leave(row.Batch)
		}
		delete(t.index, id)
		delete(t.dirty, id)
	}
	t.rows = slices.DeleteFunc(t.rows, func(row *Transfer) bool { return gone[row.ID] })
	for i, row := range t.rows {
		t.index[row.ID] = i
	}
	t.fresh = true
}

// changed returns the transfers that differ from what is saved.
func (t *table) changed() []*Transfer {
	rows := make([]*Transfer, 0, len(t.dirty))
	for id := range t.dirty {
		rows = append(rows, t.get(id))
	}
	slices.SortFunc(rows, func(a, b *Transfer) int { return int(a.ID - b.ID) })
	return rows
}

func (t *table) saved() { clear(t.dirty) }

// durable is the part of a transfer that a restart must find again. While a
// worker is busy its phase is not: whatever it was, the next run starts it from
// the queue.
func durable(t *Transfer) Transfer {
	d := *t
	if !d.Session.Begun() && !d.Phase.Final() {
		d.Started = time.Time{} // told again with the first thing that matters
	}
	if !d.Phase.Final() {
		d.Phase = PhaseQueued
		d.NextTry = time.Time{}
		d.Fault = nil
	}
	return d
}
