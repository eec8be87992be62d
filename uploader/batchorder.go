package uploader

import "cmp"

// BatchOrder is the rank of each batch in the user's order. A batch that is not in it
// has rank 0.
type BatchOrder map[BatchID]int64

// Compare compares two transfers by the user's order: by their batches, by their rank
// within a batch, and by ID.
func (o BatchOrder) Compare(a, b *Transfer) int {
	batches := 0
	if a.Batch != b.Batch {
		batches = cmp.Compare(o[a.Batch], o[b.Batch])
	}
	return cmp.Or(batches, cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID))
}
