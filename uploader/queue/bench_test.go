package queue_test

import (
	"testing"

	"github.com/ferryapp/ferry/uploader/queue"
)

// BenchmarkMillion adds a million items in a thousand batches and takes them all,
// with a changed batch rank every thousand items.
func BenchmarkMillion(b *testing.B) {
	for b.Loop() {
		q := queue.New(queue.Limits{Large: 3, Small: 16})
		const items = 1_000_000
		for id := range int64(items) {
			q.Push(queue.Item{ID: id, Server: id % 5, Batch: id / 1000, Rank: id, Small: id%10 > 0})
		}
		for q.Waiting() > 0 {
			item, _ := q.Admit(unlimited)
			q.Release(item.ID)
			if item.ID%1000 == 0 {
				q.SetBatchRank(item.Batch+1, -item.ID)
			}
		}
	}
}
