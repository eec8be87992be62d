package table

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

// TestJoinKeepsChanges makes a table of some transfers, changes it, and adds the others.
func TestJoinKeepsChanges(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		batches := []uploader.Batch{{ID: 1, Rank: 3}, {ID: 2, Rank: 1}, {ID: 3, Rank: 2}}
		order := uploader.BatchOrder{1: 3, 2: 1, 3: 2}
		var all, some []*uploader.Transfer
		own, model := map[uploader.TransferID]bool{}, map[uploader.TransferID]*uploader.Transfer{}
		for id := range uploader.TransferID(rapid.IntRange(0, 30).Draw(r, "transfers")) {
			row := anyRow(r, id+1)
			all, model[row.ID] = append(all, row), row
			if rapid.Bool().Draw(r, "own") {
				some, own[row.ID] = append(some, row), true
			}
		}
		slices.SortFunc(all, order.Compare)
		slices.SortFunc(some, order.Compare)
		table := New(uploader.RowsOf(some...), batches)
		dirty := map[uploader.TransferID]bool{}
		for id := range own {
			switch rapid.IntRange(0, 2).Draw(r, "change") {
			case 0:
				table.Remove([]uploader.TransferID{id})
				delete(model, id)
			case 1:
				next := anyRow(r, id)
				dirty[id] = Durable(model[id]) != Durable(next)
				model[id] = next
				table.Put(next)
			}
		}
		table.Join(New(uploader.RowsOf(all...), batches), own)
		checkTable(r, table, slices.Collect(maps.Values(model)))
		for id := range model {
			if table.dirty[id] != dirty[id] {
				r.Errorf("transfer %d is to be saved: %v, want %v", id, table.dirty[id], dirty[id])
			}
		}
		for _, id := range table.EmptiedBatches() {
			table.ClearEmptied(id)
		}
		for _, row := range all {
			table.Remove([]uploader.TransferID{row.ID})
		}
		if left := table.Count(1) + table.Count(2) + table.Count(3); left > 0 || table.Unsaved() {
			r.Errorf("%d transfers are left, %v", left, table.dirty)
		}
	})
}
