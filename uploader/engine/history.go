package engine

import (
	"cmp"
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
)

// history removes finished transfers beyond the user's limits. Only batches whose
// transfers are all finished count: until then a batch shows its progress and files.
// A transfer that the user has to decide about, as the earlier upload of another one,
// stays.
type history struct {
	surplus []uploader.TransferID // still to be removed, the oldest first
	checkAt time.Time             // when to compare with the limits again
	nextAt  time.Time             // when the next portion is removed; zero for none
}

// next returns when trim removes the next portion; zero when it has none, or waits
// for a bulk command.
func (h *history) next(s *state) time.Time {
	if s.bulk.unfinished() {
		return time.Time{}
	}
	return h.nextAt
}

// trim removes the next portion if it is time.
func (h *history) trim(s *state, limits uploader.History, now time.Time) {
	if s.bulk.unfinished() {
		return // what is finished now may be about to be retried
	}
	if len(h.surplus) == 0 && !now.Before(h.checkAt) {
		h.surplus, h.checkAt = surplus(s, limits, now), now.Add(historyInterval)
	}
	if len(h.surplus) == 0 || now.Before(h.nextAt) {
		return
	}
	portion := h.surplus[:min(len(h.surplus), historyPortion)]
	h.surplus, h.nextAt = h.surplus[len(portion):], now.Add(historyPause)
	if len(h.surplus) == 0 {
		h.surplus, h.nextAt = nil, time.Time{}
	}
	s.forget(slices.DeleteFunc(slices.Clone(portion), func(id uploader.TransferID) bool {
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

// surplus returns the finished transfers beyond the limits, the oldest first.
func surplus(s *state, limits uploader.History, now time.Time) []uploader.TransferID {
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
		return nil
	}
	past, undecided := make([]*uploader.Transfer, 0, all), map[uploader.TransferID]bool{}
	for t := range s.table.All() {
		if finished[t.Batch] && isFinished(t) {
			past = append(past, t)
		}
		if t.State() == uploader.StateNeedsDecision {
			undecided[t.EarlierUpload] = true
		}
	}
	past = slices.DeleteFunc(past, func(t *uploader.Transfer) bool { return undecided[t.ID] })
	return oldest(past, beyond(len(past)), limits.MaxAge, now)
}

// oldest returns the count oldest transfers and those beyond the age, the oldest
// first; an age of zero is no limit. It sorts past. A transfer that finished in the future was recorded under a clock
// that was set back since: it counts as older than all others, and as of unknown
// age.
func oldest(past []*uploader.Transfer, count int, age time.Duration, now time.Time) []uploader.TransferID {
	finished := func(t *uploader.Transfer) uploader.Timestamp {
		if t.Finished.After(now) {
			return 0
		}
		return t.Finished
	}
	slices.SortFunc(past, func(a, b *uploader.Transfer) int {
		return cmp.Or(cmp.Compare(finished(a), finished(b)), cmp.Compare(a.ID, b.ID))
	})
	var ids []uploader.TransferID
	for i, t := range past {
		known := finished(t) != 0
		if i < count || age > 0 && known && now.Sub(t.Finished.Time()) > age {
			ids = append(ids, t.ID)
		}
	}
	return ids
}
