package uploader

import (
	"slices"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Arrange puts the transfers into the user's order and finds the next rank.
func (s *Saved) Arrange() {
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

// FillFaults gives what stopped a reason where a damaged profile lost it: whoever looks
// at a transfer that failed or waits may rely on one.
func (s *Saved) FillFaults() {
	for i := range s.Transfers {
		if t := &s.Transfers[i]; t.Fault == nil && (t.Phase == PhaseFailed || t.Phase == PhaseWaiting) {
			t.Fault = fault.Newf(fault.Bug, fault.Load, "the reason was lost")
		}
	}
}

// Saved is a profile's whole memory.
type Saved struct {
	Transfers  []Transfer
	Batches    []Batch
	Servers    []Server   // never empty: the built-in one is always there
	NextID     TransferID // greater than any ID ever saved, removed ones included
	NextServer ServerID   // likewise
	NextRank   int64      // greater than any rank saved
}
