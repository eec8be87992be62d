package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

const (
	// What is finished is looked through now and then, and what is too much of it
	// leaves in portions that no commit is long for.
	historyEvery   = time.Minute
	historyPortion = 256
	historyPause   = 50 * time.Millisecond
)

// history takes what is finished off the list when there is too much of it, or when it
// is too old. Only batches that are over are history: as long as one of its files
// is not across, a batch tells how far it is, and which of its files are. What
// somebody is asked about stays until that is answered.
type history struct {
	surplus []uploader.TransferID // still to leave, the oldest first
	at      time.Time             // when to look again
	next    time.Time             // when the next portion leaves; zero for none
}

// fade lets go of history beyond the user's limits, a little at a time.
func (l *loop) fade(now time.Time) {
	h := &l.history
	if len(l.sweeps) > 0 {
		return // what looks finished may have been tried again
	}
	if len(h.surplus) == 0 && !now.Before(h.at) {
		h.surplus, h.at = l.surplus(now), now.Add(historyEvery)
	}
	if len(h.surplus) == 0 || now.Before(h.next) {
		return
	}
	portion := h.surplus[:min(len(h.surplus), historyPortion)]
	h.surplus, h.next = h.surplus[len(portion):], now.Add(historyPause)
	if len(h.surplus) == 0 {
		h.surplus, h.next = nil, time.Time{}
	}
	isHistory := func(id uploader.TransferID) bool { // the user may have gone on with it meanwhile
		t := l.table.Get(id)
		return t != nil && finished(t) && l.over(t.Batch)
	}
	l.forget(slices.DeleteFunc(slices.Clone(portion), func(id uploader.TransferID) bool { return !isHistory(id) }))
}

// finished reports whether nothing is to be done about a transfer any more. What
// failed waits for the user.
func finished(t *uploader.Transfer) bool {
	return t.Phase == uploader.PhaseDone || t.Phase == uploader.PhaseCancelled
}

// over reports whether all of a batch is finished.
func (l *loop) over(id uploader.BatchID) bool {
	b, sum := l.batches[id], l.table.BatchTotals(id)
	return (b == nil || b.Expanded) && sum.Count[uploader.StateDone]+sum.Count[uploader.StateCancelled] == sum.Files
}

// surplus lists what is to leave, the oldest first.
func (l *loop) surplus(now time.Time) []uploader.TransferID {
	limits, all := l.settings.History, 0
	over := map[uploader.BatchID]bool{}
	for id, sum := range l.table.PerBatch() {
		if l.over(id) {
			over[id] = true
			all += sum.Files
		}
	}
	beyond := func(count int) int {
		if limits.Most == 0 {
			return 0
		}
		return max(0, count-limits.Most)
	}
	if all == 0 || beyond(all) == 0 && limits.Age <= 0 {
		return nil
	}
	past, asked := make([]*uploader.Transfer, 0, all), map[uploader.TransferID]bool{}
	for t := range l.table.All() {
		if over[t.Batch] && finished(t) {
			past = append(past, t)
		}
		if t.State() == uploader.StateAsking {
			asked[t.Prior] = true
		}
	}
	past = slices.DeleteFunc(past, func(t *uploader.Transfer) bool { return asked[t.ID] })
	return surplusOf(past, beyond(len(past)), limits.Age, now)
}

// surplusOf lists so many of the oldest, and what is beyond the age; zero is no
// age. What claims to have ended in the future ended under a clock that has been set back
// since, before everything that is told right; how old it is nobody knows.
func surplusOf(past []*uploader.Transfer, beyond int, age time.Duration, now time.Time) []uploader.TransferID {
	ended := func(t *uploader.Transfer) uploader.Moment {
		if t.Finished.After(now) {
			return 0
		}
		return t.Finished
	}
	slices.SortFunc(past, func(a, b *uploader.Transfer) int {
		return cmp.Or(cmp.Compare(ended(a), ended(b)), cmp.Compare(a.ID, b.ID))
	})
	var ids []uploader.TransferID
	for i, t := range past {
		known := ended(t) != 0
		if i < beyond || age > 0 && known && now.Sub(t.Finished.Time()) > age {
			ids = append(ids, t.ID)
		}
	}
	return ids
}
