package view_test

import (
	"testing"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
)

// TestAddedBatchesAreForgotten checks that nothing is left of a batch, whatever becomes of
// it.
func TestAddedBatchesAreForgotten(t *testing.T) {
	const id = 7
	snapshot := func(batches ...*uploader.Batch) *uploader.Snapshot {
		s := &uploader.Snapshot{Batches: map[uploader.BatchID]*uploader.Batch{}}
		for _, b := range batches {
			s.Batches[b.ID] = b
		}
		return s
	}
	scanning, scanned := &uploader.Batch{ID: id}, &uploader.Batch{ID: id, Scanned: true}
	for _, c := range []struct {
		name     string
		happens  func(n view.AddedBatches) (messages int)
		messages int
		left     int
	}{
		{"not received yet", func(n view.AddedBatches) int { return len(n.Messages(snapshot())) }, 0, 1},
		{"being scanned", func(n view.AddedBatches) int {
			n.Answered(id, snapshot(scanning))
			return len(n.Messages(snapshot(scanning)))
		}, 0, 1},
		{"scanned before the result of the command", func(n view.AddedBatches) int {
			messages := len(n.Messages(snapshot(scanned)))
			n.Answered(id, snapshot(scanned))
			return messages
		}, 1, 0},
		{"command failed", func(n view.AddedBatches) int {
			n.Answered(id, snapshot())
			return len(n.Messages(snapshot()))
		}, 0, 0},
		{"saved later than the command failed", func(n view.AddedBatches) int {
			n.Answered(id, snapshot(scanning))
			return len(n.Messages(snapshot(scanned)))
		}, 1, 0},
		{"removed during the scan", func(n view.AddedBatches) int {
			n.Answered(id, snapshot(scanning))
			return len(n.Messages(snapshot()))
		}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := view.AddedBatches{}
			n.Add(id, []string{"/raws"})
			if messages := c.happens(n); messages != c.messages || len(n) != c.left {
				t.Errorf("%d messages, %d batches left, want %d and %d", messages, len(n), c.messages, c.left)
			}
		})
	}
}
