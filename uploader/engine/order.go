package engine

import (
	"cmp"
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/table"
)

// This file is the user's order: batches by their rank, the transfers of each by
// theirs, and what has the same rank by ID.

// Rank takes a batch's place to all who go by it.
func (l *loop) rank(b *uploader.Batch) {
	l.table.SetRank(b.ID, b.Rank)
	l.queue.SetRank(int64(b.ID), b.Rank)
	l.nextPlace = max(l.nextPlace, b.Rank+1)
}

// rearrange carries out a Move. Transfers that are all there is of their batch
// move with it.
func (l *loop) rearrange(m uploader.Move) {
	l.table.Sort()
	chosen := map[uploader.BatchID]map[uploader.TransferID]bool{}
	for _, id := range m.Target.IDs {
		if t := l.table.Get(id); t != nil && !t.Removed() {
			if chosen[t.Batch] == nil {
				chosen[t.Batch] = map[uploader.TransferID]bool{}
			}
			chosen[t.Batch][id] = true
		}
	}
	batches := map[uploader.BatchID]bool{}
	if l.batches[m.Target.Batch] != nil {
		batches[m.Target.Batch] = true
		delete(chosen, m.Target.Batch)
	}
	for id, of := range chosen {
		if l.batches[id] != nil && len(of) == l.table.Count(id) {
			batches[id] = true
			delete(chosen, id)
		}
	}
	l.moveWithin(chosen, m.To)
	l.moveBatches(batches, m.To)
}

func (l *loop) moveBatches(chosen map[uploader.BatchID]bool, to uploader.Place) {
	list := make([]table.Ranked, 0, len(l.batches))
	for id, b := range l.batches {
		list = append(list, table.Ranked{ID: int64(id), Rank: b.Rank, Chosen: chosen[id]})
	}
	slices.SortFunc(list, func(a, b table.Ranked) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID)) })
	for _, r := range table.Reorder(list, to) {
		b := *l.batches[uploader.BatchID(r.ID)]
		b.Rank = r.Rank
		l.keep(b)
	}
}

// moveWithin moves transfers within their batches. All rows are looked at once,
// however many batches there are.
func (l *loop) moveWithin(chosen map[uploader.BatchID]map[uploader.TransferID]bool, to uploader.Place) {
	if len(chosen) == 0 {
		return
	}
	lists := map[uploader.BatchID][]table.Ranked{}
	for t := range l.table.All() {
		if of := chosen[t.Batch]; of != nil && !t.Removed() {
			lists[t.Batch] = append(lists[t.Batch], table.Ranked{ID: int64(t.ID), Rank: t.Rank, Chosen: of[t.ID]})
		}
	}
	for _, list := range lists {
		for _, r := range table.Reorder(list, to) {
			l.feed(uploader.TransferID(r.ID), lifecycle.RankChanged{Rank: r.Rank})
			if l.queue.Holds(r.ID) {
				l.queue.Push(itemOf(l.table.Get(uploader.TransferID(r.ID))))
			}
			l.nextRank = max(l.nextRank, r.Rank+1)
		}
	}
}
