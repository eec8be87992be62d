package uploader

import "cmp"

// batchOrder compares transfers; it is the batchOrder of the batches. A transfer whose batch
// is not known stands where one of rank 0 would.
type batchOrder map[BatchID]int64

func (o batchOrder) compare(a, b *Transfer) int {
	batches := 0
	if a.Batch != b.Batch {
		batches = cmp.Compare(o[a.Batch], o[b.Batch])
	}
	return cmp.Or(batches, cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID))
}
