package app

import (
	"slices"

	"github.com/ferryapp/ferry/uploader"
)

// subjects is what an action is done to: batches as a whole, and single transfers
// besides.
type subjects struct {
	batches []uploader.BatchID
	singles []*uploader.Transfer
	all     []*uploader.Transfer // of the batches, and the singles
	looking bool                 // one of the batches is still to grow
}

// these makes subjects of single transfers.
func these(transfers ...*uploader.Transfer) subjects {
	return subjects{singles: transfers, all: transfers}
}

func (s subjects) empty() bool { return len(s.all) == 0 && len(s.batches) == 0 }

func (s subjects) situation() situation {
	is := situationOf(s.all)
	is.one = len(s.batches) == 0 && len(s.singles) == 1
	is.looking = s.looking
	return is
}

// fitting are the transfers for which the action makes sense.
func (s subjects) fitting(a action) []*uploader.Transfer { return fitting(a, s.all) }

func fitting(a action, transfers []*uploader.Transfer) []*uploader.Transfer {
	var fit []*uploader.Transfer
	for _, t := range transfers {
		if a.allows(t) {
			fit = append(fit, t)
		}
	}
	return fit
}

// targets are what the engine is told: whole batches, with what is still to be
// found of them, and those of the singles for which the action makes sense.
func (s subjects) targets(a action) []uploader.Target {
	var targets []uploader.Target
	for _, batch := range s.batches {
		targets = append(targets, uploader.Target{Batch: batch})
	}
	if fit := fitting(a, s.singles); len(fit) > 0 {
		targets = append(targets, uploader.These(idsOf(fit)...))
	}
	return targets
}

func idsOf(transfers []*uploader.Transfer) []uploader.TransferID {
	ids := make([]uploader.TransferID, len(transfers))
	for i, t := range transfers {
		ids[i] = t.ID
	}
	return ids
}

// linkOf is where a finished upload can be fetched from; "" where it cannot. The
// built-in receiver's address is good for nobody else.
func linkOf(t *uploader.Transfer) string {
	if t.Phase != uploader.PhaseDone || t.Server == uploader.BuiltinServer {
		return ""
	}
	return t.Session.URL
}

// received reports whether the built-in receiver has put the file into its folder.
func received(t *uploader.Transfer) bool {
	return t.Phase == uploader.PhaseDone && t.Server == uploader.BuiltinServer
}

// retryable are the transfers that are tried again: those that were cancelled only
// when there are no others.
func retryable(transfers []*uploader.Transfer) []*uploader.Transfer {
	fit := fitting(actRetry, transfers)
	wanted := slices.DeleteFunc(slices.Clone(fit), func(t *uploader.Transfer) bool { return t.State() == uploader.StateCancelled })
	if len(wanted) > 0 {
		return wanted
	}
	return fit
}

// crossedOf is how many uploaded bytes are lost by cancelling what is unfinished.
func crossedOf(s subjects) int64 {
	var crossed int64
	for _, t := range s.fitting(actCancel) {
		crossed += t.Session.Offset
	}
	return crossed
}
