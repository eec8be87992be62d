package uploader

import (
	"maps"
	"slices"

	"github.com/ferryapp/ferry/uploader/source"
)

// Changes is one atomic change of a profile's memory. Transfers, Batches and
// Servers are inserted or wholly replaced by ID.
type Changes struct {
	Transfers        []*Transfer
	Before           map[TransferID]*Transfer // those of the transfers as they are saved, where that is certain
	Batches          []Batch
	Servers          []Server
	RemovedTransfers []TransferID
	RemovedBatches   []BatchID
	RemovedServers   []ServerID

	// Proofs add to the proofs of content: for each transfer, its saved marks at
	// or behind the first of these are replaced by these. A proof goes with its
	// Session: a saved transfer that is done or not begun has none, nor has a
	// removed one.
	Proofs map[TransferID]source.Proof

	// Parts are inserted or wholly replaced by transfer and index. They go as
	// proofs do, where a session without parts has none.
	Parts map[TransferID][]Part

	// Events are appended to those of their transfers, of which the newest
	// EventsKept stay. They go with the transfer.
	Events map[TransferID][]Event
}

// Empty reports whether there is nothing to save.
func (c Changes) Empty() bool {
	return len(c.RemovedBatches) == 0 && len(c.Transfers) == 0 && len(c.Batches) == 0 && len(c.Servers) == 0 &&
		len(c.RemovedTransfers) == 0 && len(c.RemovedServers) == 0 && len(c.Proofs) == 0 && len(c.Parts) == 0 && len(c.Events) == 0
}

// Split cuts changes into what belongs to no transfer alone, and what belongs to
// each.
func (c Changes) Split() []Changes {
	rest := c
	rest.Transfers, rest.Before, rest.Proofs, rest.Parts, rest.Events = nil, nil, nil, nil, nil
	of := map[TransferID]Changes{}
	for _, t := range c.Transfers {
		of[t.ID] = Changes{Transfers: []*Transfer{t}}
	}
	for id, marks := range c.Proofs {
		piece := of[id]
		piece.Proofs = map[TransferID]source.Proof{id: marks}
		of[id] = piece
	}
	for id, parts := range c.Parts {
		piece := of[id]
		piece.Parts = map[TransferID][]Part{id: parts}
		of[id] = piece
	}
	for id, events := range c.Events {
		piece := of[id]
		piece.Events = map[TransferID][]Event{id: events}
		of[id] = piece
	}
	var pieces []Changes
	if !rest.Empty() {
		pieces = append(pieces, rest)
	}
	for _, id := range slices.Sorted(maps.Keys(of)) {
		pieces = append(pieces, of[id])
	}
	return pieces
}

// Transfer is whose piece it is, 0 for nobody's.
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

// JoinChanges is the inverse of pieces.
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
