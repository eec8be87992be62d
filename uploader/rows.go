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

// RowsOf returns a list of transfers. They must not be changed any more.
func RowsOf(transfers ...*Transfer) Rows {
	var chunks []*RowChunk
	for part := range slices.Chunk(transfers, ChunkRows) {
		c := &RowChunk{}
		for _, t := range part {
			c.Append(t)
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
			c.shared = true
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

// Differing visits, in order, the indexes at which the list may have another value than the
// one before, also those at which only one of them has a value. It skips the chunks that
// both have at the same place.
func (r Rows) Differing(before Rows) iter.Seq[int] {
	return func(yield func(int) bool) {
		for c, chunk := range r.chunks {
			if c < len(before.chunks) && chunk == before.chunks[c] && r.ends[c] == before.ends[c] {
				continue
			}
			for i := r.start(c); i < r.ends[c]; i++ {
				if (i >= before.Len() || !r.Row(i).Same(before.Row(i))) && !yield(i) {
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

// Changes visits what differs from the list before, whatever its place: each changed
// transfer with its earlier value, which is nil for a new one, in the order of the list, and
// then each that is only in the list before, with nil, in the order of that. A few transfers
// may be visited although their values are equal. It skips the chunks that both have.
func (r Rows) Changes(before Rows) iter.Seq2[*Transfer, *Transfer] {
	return func(yield func(before, after *Transfer) bool) {
		common := commonChunks(before, r)
		old := map[TransferID]Row{}
		for _, c := range before.chunks {
			if !common[c] {
				for i := range c.Len() {
					old[c.ID(i)] = Row{c, i}
				}
			}
		}
		for _, c := range r.chunks {
			if common[c] {
				continue
			}
			for i := range c.Len() {
				row := Row{c, i}
				was, known := old[row.ID()]
				delete(old, row.ID())
				switch {
				case !known:
					if !yield(nil, row.Transfer()) {
						return
					}
				case !row.Same(was):
					if !yield(was.Transfer(), row.Transfer()) {
						return
					}
				}
			}
		}
		if len(old) == 0 {
			return
		}
		for _, c := range before.chunks {
			if common[c] {
				continue
			}
			for i := range c.Len() {
				if _, gone := old[c.ID(i)]; gone && !yield(c.Transfer(i), nil) {
					return
				}
			}
		}
	}
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

// Row is one transfer of Rows, of which single fields are read without the cost of the
// whole value. Rows are compared with Same.
type Row struct {
	chunk *RowChunk
	i     int
}

// Transfer returns the whole value. Two calls need not return the same pointer.
func (r Row) Transfer() *Transfer { return r.chunk.Transfer(r.i) }

// ID returns Transfer.ID.
func (r Row) ID() TransferID { return r.chunk.ID(r.i) }

// Batch returns Transfer.Batch.
func (r Row) Batch() BatchID { return r.Transfer().Batch }

// Server returns Transfer.Server.
func (r Row) Server() ServerID { return r.Transfer().Server }

// Rank returns Transfer.Rank.
func (r Row) Rank() int64 { return r.Transfer().Rank }

// State returns Transfer.State.
func (r Row) State() State { return r.Transfer().State() }

// Same reports whether two rows have the same value. It may report false for equal values.
func (r Row) Same(other Row) bool {
	return r == other || r.Transfer() == other.Transfer()
}
