package uploader

import "cmp"

// BatchOrder compares transfers; it is the BatchOrder of the batches. A transfer whose batch
// is not known stands where one of rank 0 would.
type BatchOrder map[BatchID]int64

func (o BatchOrder) Compare(a, b *Transfer) int {
	batches := 0
	if a.Batch != b.Batch {
		batches = cmp.Compare(o[a.Batch], o[b.Batch])
	}
	return cmp.Or(batches, cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID))
}
