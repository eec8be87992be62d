package table

import (
	"maps"

	"github.com/ferryapp/ferry/uploader"
)

// Totals are the sums over the rows of a table, kept up to date as rows change. The
// progress of running workers is not included: AddProgress adds it to a copy.
type Totals struct {
	batches map[uploader.BatchID]uploader.BatchTotals
	count   [uploader.NumStates]int
	pending int   // neither final nor paused
	bytes   int64 // of the pending ones
	left    int64 // of those, how many are not sent
}

func newTotals() Totals { return Totals{batches: map[uploader.BatchID]uploader.BatchTotals{}} }

func (s *Totals) clone() Totals {
	c := *s
	c.batches = maps.Clone(s.batches)
	return c
}

func (s *Totals) add(t *uploader.Transfer) {
	s.change(t.Batch, t.State(), max(t.Source.Size, 0), t.Acknowledged(), 1)
}

func (s *Totals) addRow(row uploader.Row) {
	s.change(row.Batch(), row.State(), max(row.Size(), 0), row.Acknowledged(), 1)
}

// remove takes out a value that was added.
func (s *Totals) remove(t *uploader.Transfer) {
	s.change(t.Batch, t.State(), max(t.Source.Size, 0), t.Acknowledged(), -1)
}

func (s *Totals) removeRow(row uploader.Row) {
	s.change(row.Batch(), row.State(), max(row.Size(), 0), row.Acknowledged(), -1)
}

// change adds a transfer of that batch, with these sizes in bytes, as often as sign says.
func (s *Totals) change(batch uploader.BatchID, state uploader.State, size, sent int64, sign int) {
	sum := s.batches[batch]
	sum.Count[state] += sign
	sum.Files += sign
	sum.Bytes += int64(sign) * size
	sum.Sent += int64(sign) * sent
	if s.batches[batch] = sum; sum.Files == 0 {
		delete(s.batches, batch)
	}
	s.count[state] += sign
	if isPending(state) {
		s.pending += sign
		s.bytes += int64(sign) * size
		s.left += int64(sign) * max(0, size-sent)
	}
}

// AddProgress adds the progress of the worker of a transfer that was added.
func (s *Totals) AddProgress(t *uploader.Transfer, live uploader.Progress) {
	before := t.Acknowledged()
	now := max(live.Sent, t.Session.Offset)
	sum := s.batches[t.Batch]
	sum.Sent += now - before
	sum.Rate += live.Rate
	pending := isPending(t.State())
	if pending && live.Wait != nil {
		sum.Wait = live.Wait
	}
	s.batches[t.Batch] = sum
	if pending {
		s.left += max(0, t.Source.Size-now) - max(0, t.Source.Size-before)
	}
}

// PerBatch returns the totals of each batch.
func (s *Totals) PerBatch() map[uploader.BatchID]uploader.BatchTotals { return s.batches }

// Overall returns the totals over all rows, without speed.
func (s *Totals) Overall() uploader.Totals {
	all := uploader.Totals{Count: make(map[uploader.State]int, uploader.NumStates), Pending: s.pending, Bytes: s.bytes, Left: s.left}
	for state, n := range s.count {
		if n > 0 {
			all.Count[uploader.State(state)] = n
		}
	}
	return all
}

// isPending reports whether more of the transfer will be sent without action by the
// user.
func isPending(s uploader.State) bool {
	switch s {
	case uploader.StateWaiting, uploader.StatePreparing, uploader.StateUploading, uploader.StateChecking,
		uploader.StateOffline, uploader.StateRetrying, uploader.StateBusy:
		return true
	default:
		return false
	}
}
