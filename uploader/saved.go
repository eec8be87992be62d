package uploader

import (
	"slices"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Saved is everything that a [Store] holds, except proofs, parts and events.
type Saved struct {
	Transfers  []Transfer
	Batches    []Batch
	Servers    []Server            // includes the built-in one
	Cookies    map[ServerID]string // as Changes.Cookies; nil for none
	NextID     TransferID          // greater than any ID ever saved, removed ones included
	NextServer ServerID            // greater than any ID ever saved, removed ones included
	NextRank   int64               // greater than any rank saved
}

// Sort sorts the transfers by the user's order and sets NextRank.
func (s *Saved) Sort() {
	batches := BatchOrder{}
	for _, b := range s.Batches {
		batches[b.ID] = b.Rank
	}
	compare := func(a, b Transfer) int { return batches.Compare(&a, &b) }
	if !slices.IsSortedFunc(s.Transfers, compare) {
		slices.SortFunc(s.Transfers, compare)
	}
	s.NextRank = 1
	for i := range s.Transfers {
		s.NextRank = max(s.NextRank, s.Transfers[i].Rank+1)
	}
}

// FillFaults sets the fault of failed and waiting transfers that lost theirs, as in a
// damaged profile: every such transfer has one.
func (s *Saved) FillFaults() {
	for i := range s.Transfers {
		if t := &s.Transfers[i]; t.Fault == nil && (t.Phase == PhaseFailed || t.Phase == PhaseWaiting) {
			t.Fault = fault.Newf(fault.Bug, fault.Load, "fault of the transfer was not saved")
		}
	}
}
