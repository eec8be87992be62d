package app

import (
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
)

// reveal marks the row of a batch that was added, and scrolls it into view. A filter or search
// that hides it is cleared. If another program added it while the list keeps a row at its place,
// because the pointer is over it or it is the cursor of the keyboard, a button offers that
// instead. It reports false while the batch has no row.
func (w *window) reveal(batch uploader.BatchID, from origin) bool {
	id, ok := w.list.RowOf(batch)
	switch {
	case !ok:
		return false
	case w.list.Rows.RowVisible(id):
		w.mark(id)
	case from == fromProgram && w.list.Rows.Held():
		w.newRows.add(batch)
		w.showNewRows()
	default:
		w.scrollTo(id)
		w.mark(id)
	}
	return true
}

// mark marks rows for a moment.
func (w *window) mark(ids ...int64) {
	w.list.Mark(ids...)
	w.refresh() // which shows the end of the mark in time
}

// revealRestored marks the rows of batches and transfers that are in the list again, and
// scrolls them into view, as far as the first of them stays visible. It reports false while
// there are no rows.
func (w *window) revealRestored(batches []uploader.BatchID, transfers []uploader.TransferID) bool {
	ids := w.list.RowsOf(batches, transfers)
	if len(ids) == 0 {
		return false
	}
	w.list.Rows.ScrollTo(ids[len(ids)-1])
	w.list.Rows.ScrollTo(ids[0])
	w.mark(ids...)
	return true
}

// scrollTo scrolls a row into view. A filter or search that hides it is cleared.
func (w *window) scrollTo(id int64) {
	if !w.list.Rows.Has(id) {
		w.filter.Field.Clear()
		w.setFilter(view.FilterAll)
		w.list.Rows.Refresh()
	}
	w.list.Rows.ScrollTo(id)
}

// revealNew scrolls to the first row that the button offers.
func (w *window) revealNew() {
	for _, batch := range w.newRows.take() {
		if id, ok := w.list.RowOf(batch); ok {
			w.scrollTo(id)
			w.mark(id)
			return
		}
	}
}

// showNewRows updates the button for rows that were added and are not visible yet.
func (w *window) showNewRows() {
	if len(w.newRows.batches) == 0 {
		return
	}
	unseen := func(batch uploader.BatchID) bool {
		id, ok := w.list.RowOf(batch)
		return ok && !w.list.Rows.RowVisible(id)
	}
	place := newRowsBelow
	switch id, ok := w.list.RowOf(w.newRows.batches[0]); {
	case ok && !w.list.Rows.Has(id):
		place = newRowsHidden
	case ok && !w.list.Rows.Below(id):
		place = newRowsAbove
	}
	w.newRows.show(unseen, place)
}
