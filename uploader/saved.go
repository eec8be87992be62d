package uploader

import (
	"slices"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Saved is everything that a [Store] holds, except proofs, parts and events.
type Saved struct {
	Transfers  []*Transfer // not referred to by the store: its caller owns them
	Batches    []Batch
	Servers    []Server            // includes the built-in one
	Cookies    map[ServerID]string // as Changes.Cookies; nil for none
	NextID     TransferID          // greater than any ID ever saved, removed ones included
	NextServer ServerID            // greater than any ID ever saved, removed ones included
	NextRank   int64               // greater than any rank saved

	Commands    []SavedCommand           // by ID
	Applied     map[TransferID]CommandID // the last command whose effect a transfer has; those without the effect of any of Commands may be left out
	LastCommand CommandID                // the highest ID ever saved
}

// Sort sorts the transfers by the user's order and sets NextRank.
func (s *Saved) Sort() {
	batches := BatchOrder{}
	for _, b := range s.Batches {
		batches[b.ID] = b.Rank
	}
	if !slices.IsSortedFunc(s.Transfers, batches.Compare) {
		slices.SortFunc(s.Transfers, batches.Compare)
	}
	s.NextRank = 1
	for _, t := range s.Transfers {
		s.NextRank = max(s.NextRank, t.Rank+1)
	}
}

// FillFaults sets the fault of failed and waiting transfers that lost theirs, as in a
// damaged profile: every such transfer has one.
func (s *Saved) FillFaults() {
	for _, t := range s.Transfers {
		if t.Fault == nil && (t.Phase == PhaseFailed || t.Phase == PhaseWaiting) {
			t.Fault = fault.Newf(fault.Bug, fault.Load, "fault of the transfer was not saved")
		}
	}
}
