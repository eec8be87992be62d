package engine

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

const (
	// Finished transfers are compared with the limits once in historyInterval.
	// Surplus ones are removed in portions, so that no commit takes long.
	historyInterval = time.Minute
	historyPortion  = 256
	historyPause    = 50 * time.Millisecond

	// maxListed is how many finished transfers stay in the list, which is in memory, if the
	// limits of the history allow more.
	maxListed = 10_000
)

// history applies the user's limits to the history: first it removes what is beyond them,
// and beyond maxListed, from the list, then from the history.
//
// From the list it removes finished transfers. Only batches whose transfers are all finished
// count: until then a batch shows its progress and files.
// The batch that finished last stays whole, so that the user sees what came of it. A
// transfer that the user has to decide about, as the earlier upload of another one,
// stays as well.
type history struct {
	surplus []uploader.TransferID // still to be removed, the oldest first
	last    uploader.BatchID      // the batch that had finished last when surplus was determined; 0 for none
	checkAt time.Time             // when to compare with the limits again
	nextAt  time.Time             // when the next portion is removed; zero for none

	entriesAt time.Time // when to compare the entries of the history with the limits
	more      bool      // there may be more of them beyond the limits
}

// next returns when trim removes the next portion; zero when it has none, or waits
// for a bulk command.
func (h *history) next(s *state) time.Time {
	switch {
	case s.bulk.unfinished():
		return time.Time{}
	case h.more && (h.nextAt.IsZero() || h.entriesAt.Before(h.nextAt)):
		return h.entriesAt
	default:
		return h.nextAt
	}
}

// postponeEntries makes trimEntries wait: nothing can be saved at the moment.
func (h *history) postponeEntries(now time.Time) {
	if !now.Before(h.entriesAt) {
		h.entriesAt = now.Add(historyInterval)
	}
}

// trimEntries removes the next portion of the oldest entries from the history, if it is
// time. The transfers that are done and in the list count as entries.
func (h *history) trimEntries(ctx context.Context, s *state, store uploader.Store, limits uploader.History, now time.Time) {
	if s.bulk.unfinished() || now.Before(h.entriesAt) {
		return
	}
	if len(s.changes.Forgotten) > 0 { // what is forgotten already would be found again
		h.entriesAt = now.Add(historyPause)
		return
	}
	h.entriesAt, h.more = now.Add(historyInterval), false
	if limits == (uploader.History{}) {
		return
	}
	keep, before := -1, uploader.Timestamp(0)
	if limits.MaxCount > 0 {
		totals := s.table.AllTotals()
		keep = max(0, limits.MaxCount-totals.Overall().Count[uploader.StateDone])
	}
	if limits.MaxAge > 0 {
		before = uploader.TimestampOf(now.Add(-limits.MaxAge))
	}
	surplus, err := store.HistorySurplus(ctx, keep, before, historyPortion)
	if err != nil {
		s.log.Warn("history not compared with its limits", "err", err)
		return
	}
	listed := func(id uploader.TransferID) bool { return s.table.Get(id) != nil } // it was restored, which is not saved yet
	s.forgetEntries(slices.DeleteFunc(slices.Clone(surplus), listed))
	if len(surplus) == historyPortion {
		h.entriesAt, h.more = now.Add(historyPause), true
	}
}

// trim removes the next portion if it is time.
func (h *history) trim(s *state, limits uploader.History, now time.Time) {
	if s.bulk.unfinished() {
		return // what is finished now may be about to be retried
	}
	if len(h.surplus) > 0 && h.last != 0 && (s.table.Count(h.last) == 0 || !batchFinished(s, h.last)) {
		*h = history{entriesAt: h.entriesAt, more: h.more} // another batch, which surplus may have transfers of, has finished last
	}
	if limits.MaxCount == 0 || limits.MaxCount > maxListed {
		limits.MaxCount = maxListed
	}
	if len(h.surplus) == 0 && !now.Before(h.checkAt) {
		h.surplus, h.last = surplus(s, limits, now)
		h.checkAt = now.Add(historyInterval)
	}
	if len(h.surplus) == 0 || now.Before(h.nextAt) {
		return
	}
	portion := h.surplus[:min(len(h.surplus), historyPortion)]
	h.surplus, h.nextAt = h.surplus[len(portion):], now.Add(historyPause)
	if len(h.surplus) == 0 {
		h.surplus, h.nextAt = nil, time.Time{}
	}
	s.removeFromList(slices.DeleteFunc(slices.Clone(portion), func(id uploader.TransferID) bool {
		t := s.table.Get(id) // the user may have retried it meanwhile
		return t == nil || !isFinished(t) || !batchFinished(s, t.Batch)
	}))
}

// isFinished reports whether nothing is left to do for a transfer. A failed one
// waits for the user.
func isFinished(t *uploader.Transfer) bool {
	return t.Phase == uploader.PhaseDone || t.Phase == uploader.PhaseCancelled
}

func batchFinished(s *state, id uploader.BatchID) bool {
	b, totals := s.batches[id], s.table.BatchTotals(id)
	return (b == nil || b.Scanned) && totals.Count[uploader.StateDone]+totals.Count[uploader.StateCancelled] == totals.Files
}

// surplus returns the finished transfers beyond the limits, the oldest first, and the
// batch that finished last, which has none of them but counts.
func surplus(s *state, limits uploader.History, now time.Time) (ids []uploader.TransferID, last uploader.BatchID) {
	all := 0
	finished := map[uploader.BatchID]bool{}
	for id, totals := range s.table.PerBatch() {
		if batchFinished(s, id) {
			finished[id] = true
			all += totals.Files
		}
	}
	beyond := func(count int) int {
		if limits.MaxCount == 0 {
			return 0
		}
		return max(0, count-limits.MaxCount)
	}
	if all == 0 || beyond(all) == 0 && limits.MaxAge <= 0 {
		return nil, 0
	}
	past, undecided := make([]*uploader.Transfer, 0, all), map[uploader.TransferID]bool{}
	for row := range s.table.Rows() {
		if finished[row.Batch()] && (row.Phase() == uploader.PhaseDone || row.Phase() == uploader.PhaseCancelled) {
			past = append(past, row.Transfer())
		}
		if row.State() == uploader.StateNeedsDecision {
			undecided[row.Transfer().EarlierUpload] = true
		}
	}
	past = slices.DeleteFunc(past, func(t *uploader.Transfer) bool { return undecided[t.ID] })
	count := beyond(len(past))
	if last = lastFinished(past, now); last != 0 {
		past = slices.DeleteFunc(past, func(t *uploader.Transfer) bool { return t.Batch == last })
	}
	return oldest(past, count, limits.MaxAge, now), last
}

// lastFinished returns the batch of the transfer that finished last; 0 if there is none.
func lastFinished(past []*uploader.Transfer, now time.Time) uploader.BatchID {
	var last *uploader.Transfer
	for _, t := range past {
		if last == nil || compareFinished(t, last, now) > 0 {
			last = t
		}
	}
	if last == nil {
		return 0
	}
	return last.Batch
}

// finishedBy returns when a transfer finished. One that finished in the future was
// recorded under a clock that was set back since: it counts as older than all others,
// and as of unknown age, which is zero.
func finishedBy(t *uploader.Transfer, now time.Time) uploader.Timestamp {
	if t.Finished.After(now) {
		return 0
	}
	return t.Finished
}

func compareFinished(a, b *uploader.Transfer, now time.Time) int {
	return cmp.Or(cmp.Compare(finishedBy(a, now), finishedBy(b, now)), cmp.Compare(a.ID, b.ID))
}

// oldest returns the count oldest transfers and those beyond the age, the oldest
// first; an age of zero is no limit. It sorts past.
func oldest(past []*uploader.Transfer, count int, age time.Duration, now time.Time) []uploader.TransferID {
	slices.SortFunc(past, func(a, b *uploader.Transfer) int { return compareFinished(a, b, now) })
	var ids []uploader.TransferID
	for i, t := range past {
		known := finishedBy(t, now) != 0
		if i < count || age > 0 && known && now.Sub(t.Finished.Time()) > age {
			ids = append(ids, t.ID)
		}
	}
	return ids
}
