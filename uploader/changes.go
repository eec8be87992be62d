package uploader

import (
	"maps"
	"slices"

	"github.com/ferryapp/ferry/uploader/source"
)

// Changes is one atomic change of what a [Store] holds. Transfers, Batches and Servers
// are inserted, or replaced as a whole by ID.
type Changes struct {
	Transfers        []*Transfer
	Before           map[TransferID]*Transfer // saved values of Transfers, where they are certain
	Batches          []Batch
	Servers          []Server
	RemovedTransfers []TransferID
	RemovedBatches   []BatchID
	RemovedServers   []ServerID

	// Proofs extend the proofs of content: of each transfer, the saved blocks from
	// the first of these on are replaced by these. The proof of a transfer that is
	// done, not begun or removed is deleted.
	Proofs map[TransferID]source.Proof

	// Parts are inserted, or replaced as a whole by transfer and index. They are
	// deleted as proofs are, and when the session has no parts.
	Parts map[TransferID][]Part

	// Events are appended to those of their transfers. The newest MaxEvents of a
	// transfer are kept, until it is removed.
	Events map[TransferID][]Event
}

// Empty reports whether there is nothing to save.
func (c Changes) Empty() bool {
	return len(c.RemovedBatches) == 0 && len(c.Transfers) == 0 && len(c.Batches) == 0 && len(c.Servers) == 0 &&
		len(c.RemovedTransfers) == 0 && len(c.RemovedServers) == 0 && len(c.Proofs) == 0 && len(c.Parts) == 0 && len(c.Events) == 0
}

// Split splits changes into those of single transfers, by ID, after those that belong
// to no single transfer, if any. JoinChanges joins them.
func (c Changes) Split() []Changes {
	rest := c
	rest.Transfers, rest.Before, rest.Proofs, rest.Parts, rest.Events = nil, nil, nil, nil, nil
	byID := map[TransferID]Changes{}
	for _, t := range c.Transfers {
		byID[t.ID] = Changes{Transfers: []*Transfer{t}}
	}
	for id, proof := range c.Proofs {
		piece := byID[id]
		piece.Proofs = map[TransferID]source.Proof{id: proof}
		byID[id] = piece
	}
	for id, parts := range c.Parts {
		piece := byID[id]
		piece.Parts = map[TransferID][]Part{id: parts}
		byID[id] = piece
	}
	for id, events := range c.Events {
		piece := byID[id]
		piece.Events = map[TransferID][]Event{id: events}
		byID[id] = piece
	}
	var pieces []Changes
	if !rest.Empty() {
		pieces = append(pieces, rest)
	}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		pieces = append(pieces, byID[id])
	}
	return pieces
}

// Owner returns the transfer that a piece made by Split belongs to; 0 for none.
func (c Changes) Owner() TransferID {
	for _, t := range c.Transfers {
		return t.ID
	}
	for id := range c.Proofs {
		return id
	}
	for id := range c.Parts {
		return id
	}
	for id := range c.Events {
		return id
	}
	return 0
}

// JoinChanges is the inverse of Split.
func JoinChanges(pieces []Changes) Changes {
	all := Changes{Proofs: map[TransferID]source.Proof{}, Parts: map[TransferID][]Part{}, Events: map[TransferID][]Event{}}
	for _, p := range pieces {
		if p.Owner() == 0 {
			p.Proofs, p.Parts, p.Events = all.Proofs, all.Parts, all.Events
			p.Transfers = all.Transfers
			all = p
			continue
		}
		all.Transfers = append(all.Transfers, p.Transfers...)
		maps.Copy(all.Proofs, p.Proofs)
		maps.Copy(all.Parts, p.Parts)
		maps.Copy(all.Events, p.Events)
	}
	return all
}
