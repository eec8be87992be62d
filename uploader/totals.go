package uploader

import "maps"

// totals are the sums over the rows of a table, kept up to date as transfers come
// and go. What a worker sends at the moment is not included: addProgress adds it to
// a copy.
type totals struct {
	batches map[BatchID]Sum
	count   [states]int
	pending int   // neither final nor paused
	bytes   int64 // of the pending ones
	left    int64 // of those, how many are not sent
}

func newTotals() totals { return totals{batches: map[BatchID]Sum{}} }

func (s *totals) clone() totals {
	c := *s
	c.batches = maps.Clone(s.batches)
	return c
}

func (s *totals) add(t *Transfer) { s.change(t, 1) }

// remove takes out a value that was added.
func (s *totals) remove(t *Transfer) {
	s.change(t, -1)
	if s.batches[t.Batch].Files == 0 {
		delete(s.batches, t.Batch)
	}
}

func (s *totals) change(t *Transfer, sign int) {
	state, size, sent := t.State(), max(t.Source.Size, 0), t.Sent()
	sum := s.batches[t.Batch]
	sum.Count[state] += sign
	sum.Files += sign
	sum.Bytes += int64(sign) * size
	sum.Sent += int64(sign) * sent
	s.batches[t.Batch] = sum
	s.count[state] += sign
	if isPending(t, state) {
		s.pending += sign
		s.bytes += int64(sign) * size
		s.left += int64(sign) * max(0, size-sent)
	}
}

// addProgress adds what a worker sends at the moment of a transfer that was added.
func (s *totals) addProgress(t *Transfer, live Live) {
	before := t.Sent()
	now := max(live.Sent, t.Session.Offset)
	sum := s.batches[t.Batch]
	sum.Sent += now - before
	sum.Rate += live.Rate
	s.batches[t.Batch] = sum
	if isPending(t, t.State()) {
		s.left += max(0, t.Source.Size-now) - max(0, t.Source.Size-before)
	}
}

// perBatch returns the totals of each batch.
func (s *totals) perBatch() map[BatchID]Sum { return s.batches }

// overall returns the totals over all rows, without speed.
func (s *totals) overall() Totals {
	all := Totals{Count: make(map[State]int, states), Pending: s.pending, Bytes: s.bytes, Left: s.left}
	for state, n := range s.count {
		if n > 0 {
			all.Count[State(state)] = n
		}
	}
	return all
}

// isPending reports whether more of the transfer will be sent without action by the
// user.
func isPending(t *Transfer, s State) bool {
	return !t.Phase.Final() && s != StatePaused && s != StateCancelled
}
