package uploader

import (
	"context"
	"errors"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Saving fails for a moment more often than for one row: what failed is first
// tried again as it is, and taken apart the second time and then now and then.
const (
	salvageAt    = 2
	salvageEvery = 20
)

// apart saves piece by piece what cannot be saved together, so that one row the
// store does not take holds up no other.
type apart struct {
	save  func(Changes) error
	saved []Changes
	bad   map[TransferID]error // transfers that cannot be saved by themselves
	over  bool                 // nothing more can be saved at the moment
	err   error                // the last failure of anything else
}

// saveApart saves whatever of the changes can be saved.
func saveApart(changes Changes, save func(Changes) error) apart {
	a := apart{save: save, bad: map[TransferID]error{}}
	a.try(changes.pieces())
	return a
}

func (a *apart) try(pieces []Changes) {
	if len(pieces) == 0 || a.over {
		return
	}
	err := a.save(join(pieces))
	switch {
	case err == nil:
		a.saved = append(a.saved, pieces...)
		return
	case fault.Stopped(err), errors.Is(err, ErrUnavailable):
		a.over, a.err = true, err
		return
	}
	if len(pieces) == 1 {
		if id := pieces[0].transfer(); id != 0 {
			a.bad[id] = err
		} else {
			a.err = err
		}
		return
	}
	half := len(pieces) / 2
	a.try(pieces[:half])
	a.try(pieces[half:])
}

// salvage commits what can be committed of changes that failed as a whole twice.
// A transfer that cannot be saved fails and says so; what is saved of it stays,
// and is taken up again when the user tries it once more. It fails with whole, the
// failure of all of it, when nothing can be saved, and with that of what is left.
func (l *loop) salvage(ctx context.Context, changes Changes, whole error) error {
	known := Changes{Servers: []Server{l.servers[BuiltinServer]}}
	if l.store.Save(ctx, known) != nil {
		return whole // it takes nothing at all
	}
	a := saveApart(changes, func(c Changes) error { return l.store.Save(ctx, c) })
	for _, piece := range a.saved {
		if id := piece.transfer(); id != 0 {
			l.isSaved(id)
			continue
		}
		l.pending = Changes{Proofs: l.pending.Proofs, Parts: l.pending.Parts}
	}
	for id, err := range a.bad {
		l.log.Error("a transfer cannot be saved", "transfer", id, "err", err)
		l.feed(id, unsavable{fault.Of(err)})
		l.isSaved(id)
	}
	return a.err
}

// isSaved takes a transfer out of what is to be saved.
func (l *loop) isSaved(id TransferID) {
	l.table.markOneSaved(id)
	delete(l.pending.Proofs, id)
	delete(l.pending.Parts, id)
	delete(l.journal.unsaved, id)
}
