package engine

import (
	"cmp"
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/table"
)

// move carries out a Move. Transfers that are all of their batch move with it.
func (s *state) move(m uploader.Move) {
	s.table.Sort()
	chosen := map[uploader.BatchID]map[uploader.TransferID]bool{}
	for _, id := range m.Target.IDs {
		if t := s.table.Get(id); t != nil && !t.Removed() {
			if chosen[t.Batch] == nil {
				chosen[t.Batch] = map[uploader.TransferID]bool{}
			}
			chosen[t.Batch][id] = true
		}
	}
	batches := map[uploader.BatchID]bool{}
	if s.batches[m.Target.Batch] != nil {
		batches[m.Target.Batch] = true
		delete(chosen, m.Target.Batch)
	}
	for id, of := range chosen {
		if s.batches[id] != nil && len(of) == s.table.Count(id) {
			batches[id] = true
			delete(chosen, id)
		}
	}
	s.moveWithinBatches(chosen, m.To)
	s.moveBatches(batches, m.To)
}

func (s *state) moveBatches(chosen map[uploader.BatchID]bool, to uploader.MoveTo) {
	list := make([]table.Ranked, 0, len(s.batches))
	for id, b := range s.batches {
		list = append(list, table.Ranked{ID: int64(id), Rank: b.Rank, Chosen: chosen[id]})
	}
	slices.SortFunc(list, func(a, b table.Ranked) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID)) })
	for _, r := range table.Reorder(list, to) {
		b := *s.batches[uploader.BatchID(r.ID)]
		b.Rank = r.Rank
		s.keepBatch(b)
	}
}

// moveWithinBatches moves transfers within their batches. It visits all rows once,
// however many batches there are.
func (s *state) moveWithinBatches(chosen map[uploader.BatchID]map[uploader.TransferID]bool, to uploader.MoveTo) {
	if len(chosen) == 0 {
		return
	}
	lists := map[uploader.BatchID][]table.Ranked{}
	for row := range s.table.Rows() {
		batch, removed := row.Batch(), row.Intent() == uploader.IntentRemove && row.Phase().Final()
		if of := chosen[batch]; of != nil && !removed {
			lists[batch] = append(lists[batch], table.Ranked{ID: int64(row.ID()), Rank: row.Rank(), Chosen: of[row.ID()]})
		}
	}
	for _, list := range lists {
		for _, r := range table.Reorder(list, to) {
			id := uploader.TransferID(r.ID)
			s.apply(id, lifecycle.RankChanged{Rank: r.Rank})
			if s.queue.Contains(r.ID) {
				s.queue.Push(queueItem(s.table.Get(id)))
			}
			s.nextRank = max(s.nextRank, r.Rank+1)
		}
	}
}
