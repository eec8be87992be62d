package uploader

import (
	"cmp"
	"slices"
)

// Filled returns chunks with the rows of the list, all of them full except the last one.
func (r Rows) Filled() []*RowChunk {
	var b chunkBuilder
	for _, row := range r.Rows() {
		b.add(row)
	}
	return b.chunks
}

// Sorted returns chunks with the rows of the list in the user's order. A chunk whose rows
// stay together is used again.
func (r Rows) Sorted(order BatchOrder) []*RowChunk {
	keys := make([]sortKey, 0, r.Len())
	for c, chunk := range r.chunks {
		for i := range chunk.Len() {
			row := Row{chunk, i}
			keys = append(keys, sortKey{order[row.Batch()], row.Rank(), row.ID(), int32(c), int32(i)}) //nolint:gosec // memory holds fewer than 2^31 rows
		}
	}
	slices.SortFunc(keys, sortKey.compare)
	var b chunkBuilder
	for k := 0; k < len(keys); {
		chunk := r.chunks[keys[k].chunk]
		if together(keys[k:], chunk) {
			b.chunks = append(b.chunks, chunk)
			k += chunk.Len()
			continue
		}
		b.add(Row{chunk, int(keys[k].row)})
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

// chunkBuilder makes chunks of rows.
type chunkBuilder struct{ chunks []*RowChunk }

func (b *chunkBuilder) add(r Row) {
	last := len(b.chunks) - 1
	if last < 0 || b.chunks[last].shared || b.chunks[last].Len() == ChunkRows {
		b.chunks = append(b.chunks, &RowChunk{})
		last++
	}
	b.chunks[last].appendRow(r)
}
