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
	batches, transfers := s.moved(m.Targets)
	s.moveWithinBatches(transfers, m)
	s.moveBatches(batches, m)
}

// moved divides the targets of a Move into whole batches, and transfers by their batches.
func (s *state) moved(targets []uploader.Target) (map[uploader.BatchID]bool, map[uploader.BatchID]map[uploader.TransferID]bool) {
	batches, transfers := map[uploader.BatchID]bool{}, map[uploader.BatchID]map[uploader.TransferID]bool{}
	for _, target := range targets {
		for _, id := range target.IDs {
			if t := s.table.Get(id); t != nil && !t.Removed() {
				if transfers[t.Batch] == nil {
					transfers[t.Batch] = map[uploader.TransferID]bool{}
				}
				transfers[t.Batch][id] = true
			}
		}
		if s.batches[target.Batch] != nil {
			batches[target.Batch] = true
		}
	}
	for id, of := range transfers {
		if s.batches[id] != nil && len(of) == s.table.Count(id) {
			batches[id] = true
		}
		if batches[id] {
			delete(transfers, id)
		}
	}
	return batches, transfers
}

func (s *state) moveBatches(chosen map[uploader.BatchID]bool, m uploader.Move) {
	if len(chosen) == 0 {
		return
	}
	step := m.To == uploader.MoveUp || m.To == uploader.MoveDown
	among := make(map[uploader.BatchID]bool, len(m.Among))
	for _, id := range m.Among {
		among[id] = true
	}
	list := make([]table.Ranked, 0, len(s.batches))
	for id, b := range s.batches {
		if !step || m.Among == nil || among[id] || chosen[id] {
			list = append(list, table.Ranked{ID: int64(id), Rank: b.Rank, Chosen: chosen[id]})
		}
	}
	slices.SortFunc(list, func(a, b table.Ranked) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID)) })
	for _, r := range table.Reorder(list, m.To, int64(m.Beside.Batch)) {
		b := *s.batches[uploader.BatchID(r.ID)]
		b.Rank = r.Rank
		s.keepBatch(b)
	}
}

// moveWithinBatches moves transfers within their batches. It visits all rows once,
// however many batches there are.
func (s *state) moveWithinBatches(chosen map[uploader.BatchID]map[uploader.TransferID]bool, m uploader.Move) {
	if len(chosen) == 0 {
		return
	}
	beside := int64(0)
	if len(m.Beside.IDs) > 0 {
		beside = int64(m.Beside.IDs[0])
	}
	lists := map[uploader.BatchID][]table.Ranked{}
	for row := range s.table.Rows() {
		batch, removed := row.Batch(), row.Intent() == uploader.IntentRemove && row.Phase().Final()
		if of := chosen[batch]; of != nil && !removed {
			lists[batch] = append(lists[batch], table.Ranked{ID: int64(row.ID()), Rank: row.Rank(), Chosen: of[row.ID()]})
		}
	}
	for _, list := range lists {
		for _, r := range table.Reorder(list, m.To, beside) {
			id := uploader.TransferID(r.ID)
			s.apply(id, lifecycle.RankChanged{Rank: r.Rank})
			if s.queue.Contains(r.ID) {
				s.queue.Push(queueItem(s.table.Get(id)))
			}
			s.nextRank = max(s.nextRank, r.Rank+1)
		}
	}
}
