package engine

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/journal"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/queue"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/table"
	"github.com/ferryapp/ferry/uploader/timing"
	"github.com/ferryapp/ferry/uploader/worker"
)

// state holds the transfers and batches, and their changes that are not saved yet. It
// belongs to the loop's goroutine.
type state struct {
	log       *slog.Logger
	table     *table.Table
	queue     *queue.Queue
	batches   map[uploader.BatchID]*uploader.Batch
	journal   journal.Journal
	alarms    timing.Alarms
	bulk      bulk
	outdated  outdated
	running   map[uploader.TransferID]*runningWorker
	checks    map[uploader.TransferID]bool // queued or running checks
	continued map[uploader.TransferID]bool // the user decided that the file is the one that was sent
	dropped   []uploader.TransferID        // removed by the user, and final now

	// finishedSince has the transfers that finished after a batch was added. It is for
	// the unscanned batches of this run that upload files again: what finished after
	// the batch was added is not repeated.
	finishedSince map[uploader.BatchID]map[uploader.TransferID]bool

	changes     uploader.Changes             // not saved yet; transfers and events excluded
	afterCommit []func(work context.Context) // run once everything above is saved
	enqueued    bool                         // something in the queue is not saved yet

	partial       bool               // the table has not all transfers yet
	lastCommand   uploader.CommandID // the last saved command
	nextID        uploader.TransferID
	nextRank      int64
	nextBatchRank int64

	unpublished bool // there is something to publish
	publishNow  bool // publish it at once

	// deleteUpload deletes what a server has of an abandoned session.
	deleteUpload func(uploader.TransferID, uploader.ServerID, uploader.Session)

	batchDeleted func(uploader.BatchID) // called for each batch that is deleted
}

func newState(saved *uploader.Saved, log *slog.Logger) *state {
	s := &state{
		log:           log,
		table:         table.New(saved.Transfers, saved.Batches),
		queue:         queue.New(queue.Limits{}),
		batches:       make(map[uploader.BatchID]*uploader.Batch, len(saved.Batches)),
		journal:       journal.New(),
		running:       map[uploader.TransferID]*runningWorker{},
		checks:        map[uploader.TransferID]bool{},
		continued:     map[uploader.TransferID]bool{},
		finishedSince: map[uploader.BatchID]map[uploader.TransferID]bool{},
		bulk:          bulk{portion: savedPortion},
		partial:       saved.Partial,
		lastCommand:   saved.LastCommand,
		nextID:        saved.NextID,
		nextRank:      saved.NextRank,
		nextBatchRank: 1,
	}
	for i := range saved.Batches {
		s.batches[saved.Batches[i].ID] = &saved.Batches[i]
		s.setBatchRank(&saved.Batches[i])
	}
	s.batchDeleted = func(uploader.BatchID) {}
	s.restoreCommands(saved, nil)
	return s
}

// apply steps a transfer and carries out the effects that need not wait for a
// commit.
func (s *state) apply(id uploader.TransferID, in lifecycle.Input) {
	if t := s.current(id); t != nil {
		s.applyTo(t, in)
	}
}

// applyTo is apply for the current value of a transfer.
func (s *state) applyTo(t *uploader.Transfer, in lifecycle.Input) {
	now := time.Now().Round(0)
	result, effects := lifecycle.Step(*t, in, now)
	if result.Phase == uploader.PhaseDone && t.Phase != uploader.PhaseDone {
		result.Finished = s.afterAdds(result.Finished)
	}
	next := t
	if result != *t {
		changed := result // only a change is allocated
		next = &changed
		s.put(t, next, now)
	}
	s.carryOut(next, in, effects)
	if next.Removed() {
		s.drop(next)
	}
}

// carryOut carries out the effects of a step. t is the transfer after it.
func (s *state) carryOut(t *uploader.Transfer, in lifecycle.Input, effects lifecycle.Effects) {
	s.updateCheck(t.ID, in, effects)
	if effects.Dequeue {
		s.queue.Remove(int64(t.ID))
	}
	if effects.Enqueue {
		s.enqueue(t)
	}
	if w := s.running[t.ID]; effects.StopWorker && w != nil {
		w.stop(stopCause(t))
	}
	if effects.ScheduleRetry {
		s.alarms.Set(t.NextTry.Time(), t.ID)
	}
	if effects.Delete.Begun() {
		s.deleteUpload(t.ID, t.Server, effects.Delete)
	}
}

// stopCause returns why a transfer's worker is stopped. With ErrCancelled it does not
// query the offset once more.
func stopCause(t *uploader.Transfer) error {
	if t.Intent.Cancels() {
		return worker.ErrCancelled
	}
	return worker.ErrStopped
}

// updateCheck ends the check of a transfer that is queued for sending or leaves the
// queue.
func (s *state) updateCheck(id uploader.TransferID, in lifecycle.Input, effects lifecycle.Effects) {
	switch in.(type) {
	case lifecycle.ResumedByUser, lifecycle.AddedAgain:
		delete(s.checks, id)
	}
	if effects.Enqueue || effects.Dequeue {
		delete(s.checks, id)
	}
}

// put stores a new value of a transfer, and records the event that the change is.
func (s *state) put(before, after *uploader.Transfer, now time.Time) {
	s.journal.Record(before, after, now)
	if s.outdated.remove(after.ID) {
		s.table.MarkUnsaved(after.ID)
	}
	s.table.Put(after)
	s.unpublished = true
	if after.Phase == uploader.PhaseDone && before.Phase != uploader.PhaseDone {
		for _, finished := range s.finishedSince {
			finished[after.ID] = true
		}
	}
}

// afterAdds returns a time at which a transfer finished, after those at which the
// batches were added that upload files again and are not scanned. Without that, one
// that finishes in the same millisecond would be uploaded again after a restart.
func (s *state) afterAdds(finished uploader.Timestamp) uploader.Timestamp {
	for batch := range s.finishedSince {
		finished = max(finished, uploader.TimestampOf(s.batches[batch].Added)+1)
	}
	return finished
}

// finishedAfterAdd reports whether a finished transfer finished after a batch was
// added. Times decide only if the batch was added by an earlier run or is scanned
// again: the clock may have been set since.
func (s *state) finishedAfterAdd(t *uploader.Transfer, batch uploader.BatchID) bool {
	if finished, added := s.finishedSince[batch]; added {
		return finished[t.ID]
	}
	return t.Finished.After(s.batches[batch].Added)
}

// settleTime returns how long the file of a transfer must be unchanged before it is sent.
func (s *state) settleTime(t *uploader.Transfer, settings uploader.Settings) time.Duration {
	b := s.batches[t.Batch]
	switch {
	case t.AsIs:
		return 0
	case b == nil:
		return settings.SettleTime
	default:
		return b.Options.SettleTimeOr(settings.SettleTime)
	}
}

func (s *state) enqueue(t *uploader.Transfer) {
	s.queue.Push(queueItem(t))
	s.enqueued = true
}

func queueItem(t *uploader.Transfer) queue.Item {
	return queue.Item{
		ID:     int64(t.ID),
		Server: int64(t.Server),
		Batch:  int64(t.Batch),
		Rank:   t.Rank,
		Small:  uploader.IsSmall(t.Source),
	}
}

// current returns a transfer to which every command given so far is applied, or nil.
// It is for decisions that depend on another transfer.
func (s *state) current(id uploader.TransferID) *uploader.Transfer {
	s.catchUp(id)
	return s.table.Get(id)
}

// keepBatch stores a new value of a batch and saves it with the next commit.
func (s *state) keepBatch(b uploader.Batch) {
	s.batches[b.ID] = &b
	s.setBatchRank(&b)
	s.changes.Batches = append(s.changes.Batches, b)
	s.unpublished = true
}

func (s *state) setBatchRank(b *uploader.Batch) {
	s.table.SetRank(b.ID, b.Rank)
	s.queue.SetBatchRank(int64(b.ID), b.Rank)
	s.nextBatchRank = max(s.nextBatchRank, b.Rank+1)
}

// drop removes a final transfer. While its batch is scanned it is kept, or the scan
// would add its file again.
func (s *state) drop(t *uploader.Transfer) {
	if b := s.batches[t.Batch]; b == nil || b.Scanned {
		s.dropped = append(s.dropped, t.ID)
	}
}

// removeDropped removes the transfers from the list that were dropped.
func (s *state) removeDropped() {
	if dropped := s.dropped; len(dropped) > 0 {
		s.dropped = nil
		s.removeFromList(dropped)
	}
}

// removeFromList removes transfers from the list. The history gets those that are done. One that
// failed while its worker runs is removed when the worker has ended.
func (s *state) removeFromList(ids []uploader.TransferID) {
	isRunning := func(id uploader.TransferID) bool { return s.running[id] != nil }
	if slices.ContainsFunc(ids, isRunning) {
		for _, id := range ids {
			if isRunning(id) {
				s.dropped = append(s.dropped, id)
			}
		}
		ids = slices.DeleteFunc(slices.Clone(ids), isRunning)
	}
	if len(ids) == 0 {
		return
	}
	for _, id := range ids {
		if t := s.table.Get(id); t != nil && t.Phase == uploader.PhaseDone {
			s.addToHistory(t)
		}
	}
	s.unlist(ids)
}

// unlist removes transfers, without a worker, from the list.
func (s *state) unlist(ids []uploader.TransferID) {
	for _, id := range ids {
		s.outdated.remove(id)
	}
	s.changes.RemovedTransfers = append(s.changes.RemovedTransfers, ids...)
	s.takeOut(ids)
}

// takeOut takes transfers out of the table.
func (s *state) takeOut(ids []uploader.TransferID) {
	for _, id := range ids {
		delete(s.continued, id)
		s.journal.Remove(id)
	}
	s.table.Remove(ids)
	s.deleteEmptyBatches()
	s.unpublished = true
}

// deleteEmptyBatches deletes the batches whose last transfer left, once all are loaded.
func (s *state) deleteEmptyBatches() {
	if s.partial {
		return
	}
	for _, id := range s.table.EmptiedBatches() {
		if b := s.batches[id]; b != nil && !b.Scanned {
			continue // more of it may be found
		}
		s.deleteIfEmpty(id)
		s.table.ClearEmptied(id)
	}
}

// deleteIfEmpty deletes a scanned batch without transfers.
func (s *state) deleteIfEmpty(id uploader.BatchID) {
	b := s.batches[id]
	if b == nil || !b.Scanned || s.table.Count(id) > 0 {
		return
	}
	delete(s.batches, id)
	s.table.RemoveRank(id)
	s.queue.ForgetBatch(int64(id))
	s.batchDeleted(id)
	s.changes.RemovedBatches = append(s.changes.RemovedBatches, id)
	s.unpublished = true
}

// deleteIfEmptyIn deletes the batches of a target that have no transfers.
func (s *state) deleteIfEmptyIn(target uploader.Target) {
	for id := range s.batches {
		if target.All || target.Batch == id {
			s.deleteIfEmpty(id)
		}
	}
}

// orderedBatches returns the batches in the user's order.
func (s *state) orderedBatches() []*uploader.Batch {
	return slices.SortedFunc(maps.Values(s.batches), func(a, b *uploader.Batch) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID))
	})
}

// setIntent sets the intent of the files that are still to be found.
func (s *state) setIntent(target uploader.Target, intent uploader.Intent) {
	for id, b := range s.batches {
		if !b.Scanned && target.CoversBatch(id) && b.Intent != intent {
			next := *b
			next.Intent = intent
			s.keepBatch(next)
		}
	}
}

// targets returns the transfers of a command, in the user's order. While an earlier
// bulk command is unfinished, a target of final transfers includes those that may
// become final by it.
func (s *state) targets(target uploader.Target) []uploader.TransferID {
	var ids []uploader.TransferID
	if target.All && !target.Final {
		ids = make([]uploader.TransferID, 0, s.table.Len()+len(target.IDs))
	}
	add := func(id uploader.TransferID, phase uploader.Phase) {
		if !target.Final || phase.Final() || s.bulk.unfinished() {
			ids = append(ids, id)
		}
	}
	for _, id := range target.IDs {
		if t := s.table.Get(id); t != nil {
			add(id, t.Phase)
		}
	}
	if target.All || target.Batch != 0 {
		for row := range s.table.Rows() {
			if target.All || row.Batch() == target.Batch {
				add(row.ID(), row.Phase())
			}
		}
	}
	return ids
}

// applyAll applies an input to the transfers of a target.
func (s *state) applyAll(target uploader.Target, in lifecycle.Input) {
	s.forEach(target, func(ids []uploader.TransferID) {
		for _, id := range ids {
			s.apply(id, in)
		}
	})
}

// saveProof adds blocks to the proofs that the next commit saves.
func (s *state) saveProof(id uploader.TransferID, in lifecycle.BlocksHashed) {
	if s.changes.Proofs == nil {
		s.changes.Proofs = map[uploader.TransferID]source.Proof{}
	}
	s.changes.Proofs[id] = s.changes.Proofs[id].Then(in.Blocks)
}

// saveParts adds parts to those that the next commit saves.
func (s *state) saveParts(id uploader.TransferID, parts ...uploader.Part) {
	if s.changes.Parts == nil {
		s.changes.Parts = map[uploader.TransferID][]uploader.Part{}
	}
	s.changes.Parts[id] = append(s.changes.Parts[id], parts...)
}
