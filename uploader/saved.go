package uploader

import "github.com/ferryapp/ferry/uploader/fault"

// Saved is everything that a [Store] holds, except proofs, parts and events.
type Saved struct {
	Transfers  Rows
	Partial    bool // Transfers has not all of them, see Store.LoadFirst; then NextRank is not known
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
	s.Transfers = RowsOfChunks(s.Transfers.Sorted(batches))
	s.NextRank = 1
	for _, row := range s.Transfers.Rows() {
		s.NextRank = max(s.NextRank, row.Rank()+1)
	}
}

// FillFaults sets the fault of failed and waiting transfers that lost theirs, as in a
// damaged profile: every such transfer has one.
func (s *Saved) FillFaults() {
	chunks := s.Transfers.Chunks()
	for c := range chunks {
		for i := range chunks[c].Len() {
			row := Row{chunks[c], i}
			if row.Phase() != PhaseFailed && row.Phase() != PhaseWaiting || row.HasFault() {
				continue
			}
			t := *row.Transfer()
			t.Fault = fault.Newf(fault.Bug, fault.Load, "fault of the transfer was not saved")
			chunks[c] = chunks[c].Writable()
			chunks[c].Set(i, &t)
		}
	}
	s.Transfers = RowsOfChunks(chunks)
}
