package engine

import (
	"context"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// addToHistory adds a transfer that is done to the history, with the next commit.
func (s *state) addToHistory(t *uploader.Transfer) {
	s.changes.Forgotten = without(s.changes.Forgotten, t.ID)
	s.changes.History = append(s.changes.History, t)
}

// forgetEntries removes transfers that are done from the history, and from the list unless
// their batch is being scanned: the scan would add their files again.
func (s *state) forgetEntries(ids []uploader.TransferID) {
	if len(ids) == 0 {
		return
	}
	forgotten := make(map[uploader.TransferID]bool, len(ids))
	var listed []uploader.TransferID
	for _, id := range ids {
		forgotten[id] = true
		t := s.current(id)
		if t == nil || t.Phase != uploader.PhaseDone {
			continue
		}
		if b := s.batches[t.Batch]; b == nil || b.Scanned {
			listed = append(listed, id)
		}
	}
	s.changes.History = slices.DeleteFunc(s.changes.History, func(t *uploader.Transfer) bool { return forgotten[t.ID] })
	s.changes.Forgotten = append(s.changes.Forgotten, ids...)
	if len(listed) > 0 {
		s.unlist(listed)
	}
}

// restoration is [uploader.Restore] with the entries of the history, which the loop does not
// wait for.
type restoration struct {
	uploader.Restore
	entries []uploader.Transfer
}

// prepareRestore reads the entries. What was unfinished may have been done before its worker
// ended; it returns from the history, and does not start over. It runs on the caller's
// goroutine.
func (e *Engine) prepareRestore(ctx context.Context, c uploader.Restore) (restoration, error) {
	r := restoration{Restore: c}
	removed := slices.Clone(c.Finished)
	for _, t := range c.Unfinished {
		removed = append(removed, t.ID)
	}
	for ids := range slices.Chunk(removed, uploader.MaxHistoryPage) {
		entries, err := e.config.Store.FindHistory(ctx, uploader.HistoryQuery{IDs: ids, Removed: true})
		if err != nil {
			return restoration{}, err
		}
		r.entries = append(r.entries, entries...)
	}
	done := make(map[uploader.TransferID]bool, len(r.entries))
	for i := range r.entries {
		done[r.entries[i].ID] = true
	}
	r.Unfinished = slices.DeleteFunc(slices.Clone(c.Unfinished), func(t *uploader.Transfer) bool { return done[t.ID] })
	return r, nil
}

// restore puts transfers back into the list.
func (s *state) restore(r restoration) {
	for _, b := range r.Batches {
		if s.batches[b.ID] == nil {
			b.Scanned = true // its files are in r
			s.changes.RemovedBatches = without(s.changes.RemovedBatches, b.ID)
			s.keepBatch(b)
		}
	}
	for _, t := range r.entries {
		if s.table.Get(t.ID) == nil {
			s.changes.Forgotten = append(s.changes.Forgotten, t.ID)
			s.changes.RemovedTransfers = without(s.changes.RemovedTransfers, t.ID)
			s.table.Put(&t)
		}
	}
	now := time.Now().Round(0)
	for _, id := range r.Finished {
		s.keepDone(id, now)
	}
	for _, old := range r.Unfinished {
		if s.keepDone(old.ID, now) {
			continue
		}
		t := s.startOver(old)
		s.put(&uploader.Transfer{}, t, now)
		if t.Phase == uploader.PhaseQueued && t.Intent == uploader.IntentRun {
			s.enqueue(t)
		}
	}
	for _, b := range r.Batches {
		s.deleteIfEmpty(b.ID)
	}
	s.unpublished = true
}

// keepDone reports whether a transfer is done and in the table. One that the user removed is
// in the list again. It was not in the history yet, since its batch is being scanned.
func (s *state) keepDone(id uploader.TransferID, now time.Time) bool {
	t := s.current(id)
	if t == nil || t.Phase != uploader.PhaseDone {
		return false
	}
	if t.Removed() {
		kept := *t
		kept.Intent = uploader.IntentRun
		s.put(t, &kept, now)
		s.dropped = without(s.dropped, id)
	}
	return true
}

// startOver returns a new transfer of a removed one, whose upload was deleted. One that had
// failed or was cancelled still waits for the user.
func (s *state) startOver(old *uploader.Transfer) *uploader.Transfer {
	t := &uploader.Transfer{
		ID: s.nextID, Batch: old.Batch, Server: old.Server, Source: old.Source, Fingerprint: old.Fingerprint, Rank: old.Rank,
		Intent: old.Intent, AsIs: old.AsIs, Added: old.Added, Exists: old.Exists, NameNumber: old.NameNumber,
	}
	s.nextID++
	if old.Phase == uploader.PhaseFailed || old.Phase == uploader.PhaseCancelled {
		t.Phase, t.Fault, t.Finished, t.EarlierUpload = old.Phase, old.Fault, old.Finished, old.EarlierUpload
	}
	if t.Intent.Cancels() && t.Phase != uploader.PhaseCancelled {
		t.Intent = uploader.IntentRun
	}
	return t
}

// without returns a list without a value.
func without[T comparable](list []T, value T) []T {
	return slices.DeleteFunc(list, func(v T) bool { return v == value })
}
