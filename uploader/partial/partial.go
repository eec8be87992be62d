// Package partial saves changes in pieces if they cannot be saved together, so that a
// transfer that the store refuses does not block the others.
package partial

import (
	"errors"
	"maps"
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// Result is what could be saved.
type Result struct {
	Saved  []uploader.TransferID         // transfers of which everything is saved
	Common bool                          // everything that belongs to no single transfer is saved
	Failed map[uploader.TransferID]error // transfers that the store refuses
	Err    error                         // why something else is not saved; nil if nothing else is left
}

// Save saves as much of changes as can be saved. It calls save with half of the changes
// each time, down to single transfers, and stops when the store cannot be written or the
// context of save ends.
func Save(changes uploader.Changes, save func(uploader.Changes) error) Result {
	s := saver{save: save, result: Result{Failed: map[uploader.TransferID]error{}}}
	pieces := split(changes)
	for _, p := range pieces {
		if p.owner == 0 {
			s.common++
		}
	}
	s.try(pieces)
	return s.result
}

// piece is changes that are saved together. Those of owner 0 belong to no single
// transfer.
type piece struct {
	owner   uploader.TransferID
	changes uploader.Changes
}

type saver struct {
	save   func(uploader.Changes) error
	result Result
	common int  // pieces of owner 0 that are not saved
	ended  bool // nothing more can be saved at the moment
}

// try saves pieces together or, if that fails, each half of them.
func (s *saver) try(pieces []piece) {
	if len(pieces) == 0 || s.ended {
		return
	}
	err := s.save(join(pieces))
	switch {
	case err == nil:
		s.saved(pieces)
	case fault.IsCanceled(err), errors.Is(err, uploader.ErrUnavailable):
		s.ended, s.result.Err = true, err
	case len(pieces) > 1:
		half := len(pieces) / 2
		s.try(pieces[:half])
		s.try(pieces[half:])
	case pieces[0].owner != 0:
		s.result.Failed[pieces[0].owner] = err
	default:
		s.result.Err = err
	}
}

func (s *saver) saved(pieces []piece) {
	for _, p := range pieces {
		if p.owner == 0 {
			s.common--
			s.result.Common = s.common == 0
			continue
		}
		s.result.Saved = append(s.result.Saved, p.owner)
	}
}

// split splits changes into those of single transfers, by ID, after those that belong
// to no single transfer, if any. That a batch is scanned comes last: after a crash, the rest
// of its files would not be found any more.
func split(c uploader.Changes) []piece {
	common := c
	common.Transfers, common.Statuses, common.Before, common.Proofs, common.Parts, common.Events = nil, nil, nil, nil, nil, nil
	byID := map[uploader.TransferID]uploader.Changes{}
	for _, t := range c.Transfers {
		byID[t.ID] = uploader.Changes{Transfers: []*uploader.Transfer{t}}
	}
	for _, t := range c.Statuses {
		byID[t.ID] = uploader.Changes{Statuses: []*uploader.Transfer{t}}
	}
	common.Forgotten = nil
	for _, id := range c.Forgotten {
		if of, restored := byID[id]; restored { // it returns to the list from the history
			of.Forgotten = []uploader.TransferID{id}
			byID[id] = of
		} else {
			common.Forgotten = append(common.Forgotten, id)
		}
	}
	for id, proof := range c.Proofs {
		of := byID[id]
		of.Proofs = map[uploader.TransferID]source.Proof{id: proof}
		byID[id] = of
	}
	for id, parts := range c.Parts {
		of := byID[id]
		of.Parts = map[uploader.TransferID][]uploader.Part{id: parts}
		byID[id] = of
	}
	for id, events := range c.Events {
		of := byID[id]
		of.Events = map[uploader.TransferID][]uploader.Event{id: events}
		byID[id] = of
	}
	var scanned uploader.Changes
	if len(byID) > 0 {
		common.Batches = slices.Clone(c.Batches)
		for i, b := range c.Batches {
			if b.Scanned {
				common.Batches[i].Scanned = false
				scanned.Batches = append(scanned.Batches, b)
			}
		}
	}
	var pieces []piece
	if !common.Empty() {
		pieces = append(pieces, piece{0, common})
	}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		of := byID[id]
		of.Applied = c.Applied
		pieces = append(pieces, piece{id, of})
	}
	if !scanned.Empty() {
		pieces = append(pieces, piece{0, scanned})
	}
	return pieces
}

// join is the inverse of split, except for Before.
func join(pieces []piece) uploader.Changes {
	var all uploader.Changes
	if pieces[0].owner == 0 {
		all, pieces = pieces[0].changes, pieces[1:]
	}
	all.Proofs = map[uploader.TransferID]source.Proof{}
	all.Parts = map[uploader.TransferID][]uploader.Part{}
	all.Events = map[uploader.TransferID][]uploader.Event{}
	for _, p := range pieces {
		if p.owner == 0 {
			all.Batches = append(slices.Clip(all.Batches), p.changes.Batches...)
			continue
		}
		all.Applied = p.changes.Applied
		all.Transfers = append(all.Transfers, p.changes.Transfers...)
		all.Statuses = append(all.Statuses, p.changes.Statuses...)
		all.Forgotten = append(slices.Clip(all.Forgotten), p.changes.Forgotten...)
		maps.Copy(all.Proofs, p.changes.Proofs)
		maps.Copy(all.Parts, p.changes.Parts)
		maps.Copy(all.Events, p.changes.Events)
	}
	return all
}
