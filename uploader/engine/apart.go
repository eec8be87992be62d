package engine

import (
	"context"
	"errors"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
)

// Saving fails for a moment more often than for one row: what failed is first
// tried again as it is, and taken apart the second time and then now and then.
const (
	salvageAt    = 2
	salvageEvery = 20
)

// apart saves piece by piece what cannot be saved together, so that one row the
// Store does not take holds up no other.
type apart struct {
	save  func(uploader.Changes) error
	saved []uploader.Changes
	bad   map[uploader.TransferID]error // transfers that cannot be saved by themselves
	over  bool                          // nothing more can be saved at the moment
	err   error                         // the last failure of anything else
}

// saveApart saves whatever of the changes can be saved.
func saveApart(changes uploader.Changes, save func(uploader.Changes) error) apart {
	a := apart{save: save, bad: map[uploader.TransferID]error{}}
	a.try(changes.Split())
	return a
}

func (a *apart) try(pieces []uploader.Changes) {
	if len(pieces) == 0 || a.over {
		return
	}
	err := a.save(uploader.JoinChanges(pieces))
	switch {
	case err == nil:
		a.saved = append(a.saved, pieces...)
		return
	case fault.Stopped(err), errors.Is(err, uploader.ErrUnavailable):
		a.over, a.err = true, err
		return
	}
	if len(pieces) == 1 {
		if id := pieces[0].Owner(); id != 0 {
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
func (l *loop) salvage(ctx context.Context, changes uploader.Changes, whole error) error {
	known := uploader.Changes{Servers: []uploader.Server{l.servers[uploader.BuiltinServer]}}
	if l.store.Save(ctx, known) != nil {
		return whole // it takes nothing at all
	}
	a := saveApart(changes, func(c uploader.Changes) error { return l.store.Save(ctx, c) })
	for _, piece := range a.saved {
		if id := piece.Owner(); id != 0 {
			l.isSaved(id)
			continue
		}
		l.pending = uploader.Changes{Proofs: l.pending.Proofs, Parts: l.pending.Parts}
	}
	for id, err := range a.bad {
		l.log.Error("a transfer cannot be saved", "transfer", id, "err", err)
		l.feed(id, lifecycle.SaveFailed{Fault: fault.Of(err)})
		l.isSaved(id)
	}
	return a.err
}

// isSaved takes a transfer out of what is to be saved.
func (l *loop) isSaved(id uploader.TransferID) {
	l.table.MarkOneSaved(id)
	delete(l.pending.Proofs, id)
	delete(l.pending.Parts, id)
	delete(l.journal.Unsaved, id)
}
