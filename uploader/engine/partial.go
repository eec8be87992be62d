package engine

import (
	"errors"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// partialSave saves changes piece by piece that cannot be saved together, so that
// one row that the store refuses holds up no other.
type partialSave struct {
	save   func(uploader.Changes) error
	saved  []uploader.Changes
	failed map[uploader.TransferID]error // transfers that the store refuses
	ended  bool                          // nothing more can be saved at the moment
	err    error                         // the last failure of anything else
}

// savePieces saves whatever of the changes can be saved.
func savePieces(changes uploader.Changes, save func(uploader.Changes) error) partialSave {
	p := partialSave{save: save, failed: map[uploader.TransferID]error{}}
	p.try(changes.Split())
	return p
}

// try saves pieces together, or failing that each half of them.
func (p *partialSave) try(pieces []uploader.Changes) {
	if len(pieces) == 0 || p.ended {
		return
	}
	err := p.save(uploader.JoinChanges(pieces))
	switch {
	case err == nil:
		p.saved = append(p.saved, pieces...)
		return
	case fault.IsCanceled(err), errors.Is(err, uploader.ErrUnavailable):
		p.ended, p.err = true, err
		return
	}
	if len(pieces) == 1 {
		if id := pieces[0].Owner(); id != 0 {
			p.failed[id] = err
		} else {
			p.err = err
		}
		return
	}
	half := len(pieces) / 2
	p.try(pieces[:half])
	p.try(pieces[half:])
}
