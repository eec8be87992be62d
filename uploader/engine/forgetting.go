package engine

import (
	"slices"

	"github.com/ferryapp/ferry/uploader"
)

// drop takes a final transfer off the list. As long as its batch is being walked
// it stays known, or the walk would find its file anew.
func (l *loop) drop(t *uploader.Transfer) {
	if b := l.batches[t.Batch]; b == nil || b.Expanded {
		l.dropped = append(l.dropped, t.ID)
	}
}

// forgetDropped takes the transfers off the list that the user removed while
// they were not final yet.
func (l *loop) forgetDropped() {
	if dropped := l.dropped; len(dropped) > 0 {
		l.dropped = nil
		l.forget(dropped)
	}
}

// Forget takes transfers out of everything. One that still has a worker, because it
// failed under its hands, goes when that is gone.
func (l *loop) forget(ids []uploader.TransferID) {
	flies := func(id uploader.TransferID) bool { return l.flights[id] != nil }
	if slices.ContainsFunc(ids, flies) {
		for _, id := range ids {
			if flies(id) {
				l.dropped = append(l.dropped, id)
			}
		}
		ids = slices.DeleteFunc(slices.Clone(ids), flies)
	}
	if len(ids) == 0 {
		return
	}
	for _, id := range ids {
		delete(l.attested, id)
		l.journal.Forget(id)
	}
	l.table.Remove(ids)
	l.pending.RemovedTransfers = append(l.pending.RemovedTransfers, ids...)
	l.forgetEmptyBatches()
	l.stale = true
}

// forgetEmptyBatches removes the batches of which nothing is left to show.
func (l *loop) forgetEmptyBatches() {
	for _, id := range l.table.EmptiedBatches() {
		if b := l.batches[id]; b != nil && !b.Expanded {
			continue // more of it may be found
		}
		l.forgetEmpty(id)
		l.table.ClearEmptied(id)
	}
}

// forgetEmpty removes a batch if nothing is left of it.
func (l *loop) forgetEmpty(id uploader.BatchID) {
	if b := l.batches[id]; b != nil && b.Expanded && l.table.Count(id) == 0 {
		delete(l.batches, id)
		delete(l.limits, id)
		l.table.ForgetRank(id)
		l.queue.Forget(int64(id))
		l.pending.RemovedBatches = append(l.pending.RemovedBatches, id)
		l.stale = true
	}
}
