package uploader

import (
	"iter"
	"slices"
	"sort"
)

// Rows is a list of transfers in the user's order, as it was at one moment. It is
// immutable and may be read from any goroutine. Its memory is shared with the lists from
// which it differs little: they have most of their chunks in common.
//
// The zero value is an empty list.
type Rows struct {
	chunks []*RowChunk // none is empty
	ends   []int       // how many rows there are up to the end of each chunk
}

// RowsOf returns a list of transfers, which must not be changed any more. It is for few: it
// refers to them as they are, and RowsBuilder makes a list that takes less memory.
func RowsOf(transfers ...*Transfer) Rows {
	var chunks []*RowChunk
	for part := range slices.Chunk(transfers, ChunkRows) {
		c := &RowChunk{}
		for i, t := range part {
			c.grow(t.ID)
			c.setWhole(i, t)
		}
		chunks = append(chunks, c)
	}
	return RowsOfChunks(chunks)
}

// RowsOfChunks returns the list of the rows of the chunks, which are not changed any more.
// Empty ones are left out.
func RowsOfChunks(chunks []*RowChunk) Rows {
	r := Rows{chunks: make([]*RowChunk, 0, len(chunks)), ends: make([]int, 0, len(chunks))}
	end := 0
	for _, c := range chunks {
		if c.Len() > 0 {
			c.Share()
			end += c.Len()
			r.chunks, r.ends = append(r.chunks, c), append(r.ends, end)
		}
	}
	return r
}

// Len returns the number of transfers.
func (r Rows) Len() int {
	if len(r.ends) == 0 {
		return 0
	}
	return r.ends[len(r.ends)-1]
}

// Row returns the i-th row.
func (r Rows) Row(i int) Row {
	c := sort.SearchInts(r.ends, i+1)
	return Row{r.chunks[c], i - r.start(c)}
}

// Chunks returns the chunks of the list. The slice is the caller's.
func (r Rows) Chunks() []*RowChunk { return slices.Clone(r.chunks) }

// At returns the i-th transfer. Two calls need not return the same pointer.
func (r Rows) At(i int) *Transfer { return r.Row(i).Transfer() }

// start returns the index of the first row of a chunk.
func (r Rows) start(chunk int) int {
	if chunk == 0 {
		return 0
	}
	return r.ends[chunk-1]
}

// Rows visits all rows with their indexes. To look at a field of each costs much less than
// with All.
func (r Rows) Rows() iter.Seq2[int, Row] {
	return func(yield func(int, Row) bool) {
		i := 0
		for _, c := range r.chunks {
			for at := range c.Len() {
				if !yield(i, Row{c, at}) {
					return
				}
				i++
			}
		}
	}
}

// All visits all transfers with their indexes.
func (r Rows) All() iter.Seq2[int, *Transfer] {
	return func(yield func(int, *Transfer) bool) {
		for i, row := range r.Rows() {
			if !yield(i, row.Transfer()) {
				return
			}
		}
	}
}

// Values visits all transfers.
func (r Rows) Values() iter.Seq[*Transfer] {
	return func(yield func(*Transfer) bool) {
		for _, row := range r.Rows() {
			if !yield(row.Transfer()) {
				return
			}
		}
	}
}

// Find returns the transfer with that ID, or nil. It visits the chunks, and the rows of
// those that may have the ID.
func (r Rows) Find(id TransferID) *Transfer {
	for _, c := range r.chunks {
		if i := c.Find(id); i >= 0 {
			return c.Transfer(i)
		}
	}
	return nil
}

// Filter returns the list of the rows for which keep returns true. It shares the chunks of
// which all rows stay.
func (r Rows) Filter(keep func(Row) bool) Rows {
	var b RowsBuilder
	for _, c := range r.chunks {
		kept := make([]Row, 0, c.Len())
		for i := range c.Len() {
			if row := (Row{c, i}); keep(row) {
				kept = append(kept, row)
			}
		}
		if len(kept) == c.Len() {
			b.chunks = append(b.chunks, c)
			continue
		}
		for _, row := range kept {
			b.addRow(row)
		}
	}
	return b.Rows()
}

// Differing visits, in order, the indexes at which the list may have another value than the
// one before, also those at which only one of them has a value. It skips the chunks that
// both have at the same place.
func (r Rows) Differing(before Rows) iter.Seq[int] {
	return func(yield func(int) bool) {
		for c, chunk := range r.chunks {
			first := r.start(c)
			if c < len(before.chunks) && before.start(c) == first && before.ends[c] == r.ends[c] {
				if was := before.chunks[c]; was != chunk && !differing(chunk, was, first, yield) {
					return
				}
				continue
			}
			for i := first; i < r.ends[c]; i++ {
				if (i >= before.Len() || !(Row{chunk, i - first}).Same(before.Row(i))) && !yield(i) {
					return
				}
			}
		}
		for i := r.Len(); i < before.Len(); i++ {
			if !yield(i) {
				return
			}
		}
	}
}

// differing visits, from first, the indexes at which two chunks of the same length have
// different values. It reports whether yield always returned true.
func differing(chunk, was *RowChunk, first int, yield func(int) bool) bool {
	for i := range chunk.Len() {
		if !(Row{chunk, i}).Same(Row{was, i}) && !yield(first+i) {
			return false
		}
	}
	return true
}

// Changes visits what differs from the list before, whatever its place: each changed
// transfer with its earlier value, which is nil for a new one, in the order of the list, and
// then each that is only in the list before, with nil, in the order of that. A few transfers
// may be visited although their values are equal. It skips the chunks that both have.
func (r Rows) Changes(before Rows) iter.Seq2[*Transfer, *Transfer] {
	return func(yield func(before, after *Transfer) bool) {
		for was, is := range r.ChangedRows(before) {
			if !yield(was.orNil(), is.orNil()) {
				return
			}
		}
	}
}

// ChangedRows visits what Changes visits, with [Row.None] in place of nil. To look at a field
// of each costs much less than with Changes.
func (r Rows) ChangedRows(before Rows) iter.Seq2[Row, Row] {
	return func(yield func(before, after Row) bool) {
		common := commonChunks(before, r)
		// After a command for very many transfers most chunks have the same transfers as those
		// at their places before: only those of the others are looked up.
		inPlace := func(c int) bool {
			return c < len(r.chunks) && c < len(before.chunks) && !common[r.chunks[c]] && !common[before.chunks[c]] && sameIDs(r.chunks[c], before.chunks[c])
		}
		old := map[TransferID]Row{}
		for c, chunk := range before.chunks {
			if !common[chunk] && !inPlace(c) {
				for i := range chunk.Len() {
					old[chunk.ID(i)] = Row{chunk, i}
				}
			}
		}
		for c, chunk := range r.chunks {
			if common[chunk] {
				continue
			}
			placed := inPlace(c)
			for i := range chunk.Len() {
				row := Row{chunk, i}
				was := old[row.ID()]
				if placed {
					was = Row{before.chunks[c], i}
				} else {
					delete(old, row.ID())
				}
				if (was.None() || !row.Same(was)) && !yield(was, row) {
					return
				}
			}
		}
		if len(old) == 0 {
			return
		}
		for _, chunk := range before.chunks {
			for i := range chunk.Len() {
				if was, gone := old[chunk.ID(i)]; gone && !yield(was, Row{}) {
					return
				}
			}
		}
	}
}

// sameIDs reports whether two chunks have the same transfers in the same order.
func sameIDs(a, b *RowChunk) bool {
	return slices.EqualFunc(a.rows, b.rows, func(x, y packedRow) bool { return x.id == y.id })
}

// commonChunks returns the chunks that two lists have in common.
func commonChunks(a, b Rows) map[*RowChunk]bool {
	if len(a.chunks) == 0 || len(b.chunks) == 0 {
		return nil
	}
	inA := make(map[*RowChunk]bool, len(a.chunks))
	for _, c := range a.chunks {
		inA[c] = true
	}
	common := make(map[*RowChunk]bool, len(a.chunks))
	for _, c := range b.chunks {
		if inA[c] {
			common[c] = true
		}
	}
	return common
}
