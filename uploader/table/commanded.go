package table

import "github.com/ferryapp/ferry/uploader"

// Commands for very many transfers are saved as such: their effect on each transfer is
// saved by the caller, later.

// Replace stores a new value of a transfer that has a SavedValue and is not removed, like
// Put, but does not record that it is to be saved. before is the value that it has. The table
// refers to neither afterwards.
func (t *Table) Replace(before, next *uploader.Transfer) {
	chunk := t.writable(int(t.index.Get(next.ID)) - 1)
	i := chunk.Find(next.ID)
	t.totals.removeRow(chunk.Row(i))
	chunk.Change(i, before, next)
	t.totals.add(next)
	t.classify(next)
	delete(t.saved, next.ID)
}

// SavedValue returns the saved value of a row that is shown and need not be saved; nil if
// it must be saved, or if its saved value is not certain.
func (t *Table) SavedValue(row *uploader.Transfer) *uploader.Transfer {
	if t.dirty[row.ID] || t.index.Get(row.ID) == 0 {
		return nil
	}
	if saved, changed := t.saved[row.ID]; changed {
		return saved
	}
	return row
}

// MarkUnsaved records that a transfer must be saved, as a whole.
func (t *Table) MarkUnsaved(id uploader.TransferID) {
	t.dirty[id] = true
	t.saved[id] = nil
}
