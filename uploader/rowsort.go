package uploader

import (
	"cmp"
	"slices"
)

// Filled returns chunks with the rows of the list, all of them full except the last one.
func (r Rows) Filled() []*RowChunk {
	var b RowsBuilder
	for _, row := range r.Rows() {
		b.addRow(row)
	}
	return b.chunks
}

// Sorted returns chunks with the rows of the list in the user's order. A chunk whose rows
// stay together is used again.
func (r Rows) Sorted(order BatchOrder) []*RowChunk {
	if r.sorted(order) {
		return r.Chunks()
	}
	keys := make([]sortKey, 0, r.Len())
	for c, chunk := range r.chunks {
		for i := range chunk.Len() {
			key := keyOf(Row{chunk, i}, order)
			key.chunk, key.row = int32(c), int32(i)
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, sortKey.compare)
	var b RowsBuilder
	for k := 0; k < len(keys); {
		chunk := r.chunks[keys[k].chunk]
		if together(keys[k:], chunk) {
			b.chunks = append(b.chunks, chunk)
			k += chunk.Len()
			continue
		}
		b.addRow(Row{chunk, int(keys[k].row)})
		k++
	}
	return b.chunks
}

// sortKey is what determines the place of a row in the user's order, and where the row is.
type sortKey struct {
	batchRank, rank int64
	id              TransferID
	chunk, row      int32
}

func keyOf(r Row, order BatchOrder) sortKey {
	return sortKey{batchRank: order[r.Batch()], rank: r.Rank(), id: r.ID()}
}

// sorted reports whether the list is in the user's order.
func (r Rows) sorted(order BatchOrder) bool {
	var last sortKey
	for i, row := range r.Rows() {
		key := keyOf(row, order)
		if i > 0 && last.compare(key) > 0 {
			return false
		}
		last = key
	}
	return true
}

// compare is BatchOrder.Compare.
func (k sortKey) compare(other sortKey) int {
	return cmp.Or(cmp.Compare(k.batchRank, other.batchRank), cmp.Compare(k.rank, other.rank), cmp.Compare(k.id, other.id))
}

// together reports whether the keys start with all rows of a chunk, in their order.
func together(keys []sortKey, chunk *RowChunk) bool {
	if len(keys) < chunk.Len() {
		return false
	}
	for i := range chunk.Len() {
		if keys[i].chunk != keys[0].chunk || int(keys[i].row) != i {
			return false
		}
	}
	return true
}

// RowsBuilder makes a list of very many transfers. The zero value is ready to use.
type RowsBuilder struct{ chunks []*RowChunk }

// Add adds a transfer at the end.
func (b *RowsBuilder) Add(t Transfer) {
	c := b.last()
	c.grow(t.ID)
	c.SetValue(c.Len()-1, &t)
	if c.Len() == ChunkRows {
		c.trim()
	}
}

// addRow adds a row of another list at the end.
func (b *RowsBuilder) addRow(r Row) { b.last().appendRow(r) }

// last returns a chunk with room for another row.
func (b *RowsBuilder) last() *RowChunk {
	last := len(b.chunks) - 1
	if last < 0 || b.chunks[last].shared || b.chunks[last].Len() == ChunkRows {
		b.chunks = append(b.chunks, &RowChunk{})
		last++
	}
	return b.chunks[last]
}

// Rows returns the list.
func (b *RowsBuilder) Rows() Rows { return RowsOfChunks(b.chunks) }
