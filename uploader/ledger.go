package uploader

import "maps"

// ledger sums up transfers as they come and go, so that nobody has to go through
// all of them to know. What moves at the moment is not in it: that is added to a
// copy (move).
type ledger struct {
	batches map[BatchID]Sum
	count   [states]int
	pending int   // neither final nor paused
	bytes   int64 // of the pending ones
	left    int64 // of those, how many have not crossed
}

func newLedger() ledger { return ledger{batches: map[BatchID]Sum{}} }

func (l *ledger) copy() ledger {
	c := *l
	c.batches = maps.Clone(l.batches)
	return c
}

func (l *ledger) add(t *Transfer) { l.enter(t, 1) }

// remove takes out what was added with the same value.
func (l *ledger) remove(t *Transfer) {
	l.enter(t, -1)
	if l.batches[t.Batch].Files == 0 {
		delete(l.batches, t.Batch)
	}
}

func (l *ledger) enter(t *Transfer, sign int) {
	state, size, sent := t.State(), max(t.Source.Size, 0), t.Sent()
	sum := l.batches[t.Batch]
	sum.Count[state] += sign
	sum.Files += sign
	sum.Bytes += int64(sign) * size
	sum.Sent += int64(sign) * sent
	l.batches[t.Batch] = sum
	l.count[state] += sign
	if pending(t, state) {
		l.pending += sign
		l.bytes += int64(sign) * size
		l.left += int64(sign) * max(0, size-sent)
	}
}

// move adds how a transfer that was added moves right now.
func (l *ledger) move(t *Transfer, live Live) {
	before := t.Sent()
	now := max(live.Sent, t.Session.Offset)
	sum := l.batches[t.Batch]
	sum.Sent += now - before
	sum.Rate += live.Rate
	l.batches[t.Batch] = sum
	if pending(t, t.State()) {
		l.left += max(0, t.Source.Size-now) - max(0, t.Source.Size-before)
	}
}

// totals is everything but what moves.
func (l *ledger) totals() Totals {
	totals := Totals{Count: make(map[State]int, states), Pending: l.pending, Bytes: l.bytes, Left: l.left}
	for state, n := range l.count {
		if n > 0 {
			totals.Count[State(state)] = n
		}
	}
	return totals
}

// pending reports whether something of the transfer is still going to cross
// without the user doing anything.
func pending(t *Transfer, s State) bool {
	return !t.Phase.Final() && s != StatePaused && s != StateCancelled
}
