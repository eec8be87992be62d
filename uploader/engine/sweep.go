package engine

import (
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/paged"
)

// sweepPortion is how many transfers a command changes in one commit: what else is
// to be saved waits no longer than for so many.
const sweepPortion = 512

// sweep is a command on its way over more transfers than one commit is short for.
// Those under way go first; the others follow in the user's order, a portion
// after each commit, and other work goes on in between. For each transfer it is as if the
// command had been carried out when it was given: whatever comes later finds it so
// (feed, settled). A crash leaves the portions that were saved.
type sweep struct {
	line   []uploader.TransferID                // where some are settled already
	left   paged.Map[uploader.TransferID, bool] // not settled yet
	final  bool                                 // Only those that are final when it comes to them
	apply  func([]uploader.TransferID)
	behind any        // a command, in place of the above: waits for the sweeps before it, and is carried out then
	reply  chan error // nil once answered
}

// sweep carries something out over transfers: at once over a few, and in portions
// over many.
func (l *loop) sweep(target uploader.Target, apply func([]uploader.TransferID)) {
	ids := l.targets(target)
	s := &sweep{final: target.Final, apply: apply}
	if len(ids) <= sweepPortion {
		for _, id := range ids {
			l.catchUp(id)
		}
		l.carryOn(s, ids)
		return
	}
	s.line = make([]uploader.TransferID, 0, len(ids))
	for _, id := range ids {
		if l.flights[id] != nil {
			s.enlist(id)
		}
	}
	for _, id := range ids {
		s.enlist(id)
	}
	l.sweeps = append(l.sweeps, s)
}

func (s *sweep) enlist(id uploader.TransferID) {
	if !s.left.Set(id, true) {
		s.line = append(s.line, id)
	}
}

// sweepOn carries out the next portion of the oldest sweep, and reports whether
// there was one. Behind the last one the command is answered as any other.
func (l *loop) sweepOn() bool {
	if len(l.sweeps) == 0 {
		return false
	}
	s := l.sweeps[0]
	if s.behind != nil {
		l.sweepBehind(s)
		return true
	}
	l.carryOn(s, s.portion())
	if len(s.line) == 0 {
		l.sweeps = slices.Delete(l.sweeps, 0, 1)
		l.urgent = true
		l.replies = append(l.replies, reply{to: s.reply})
	}
	l.stale, l.portioned = true, true
	return true
}

// sweepBehind carries out a command that waited, before all that was given later.
func (l *loop) sweepBehind(s *sweep) {
	later := l.sweeps[1:]
	l.sweeps = nil
	l.carryOut(order{s.behind, s.reply})
	l.sweeps = append(l.sweeps, later...)
	l.portioned = true
}

// RequestSize takes the next ones from the line.
func (s *sweep) portion() []uploader.TransferID {
	ids := make([]uploader.TransferID, 0, sweepPortion)
	for len(s.line) > 0 && len(ids) < sweepPortion {
		if id := s.line[0]; s.left.Delete(id) {
			ids = append(ids, id)
		}
		s.line = s.line[1:]
	}
	return ids
}

// catchUp carries out for one transfer what was commanded before and has not come to
// it yet.
func (l *loop) catchUp(id uploader.TransferID) {
	for _, s := range l.sweeps {
		if s == l.swept {
			return // what follows was commanded later
		}
		if s.left.Delete(id) {
			l.caught++
			l.carryOn(s, []uploader.TransferID{id})
		}
	}
}

// carryOn carries out a sweep for some of its transfers, as far as they are still
// there.
func (l *loop) carryOn(s *sweep, ids []uploader.TransferID) {
	outer := l.swept
	l.swept = s
	s.apply(slices.DeleteFunc(ids, func(id uploader.TransferID) bool {
		t := l.table.Get(id)
		return t == nil || s.final && !t.Phase.Final()
	}))
	l.swept = outer
}

// settled is a transfer as all that was commanded has it; nil for none. Whoever
// decides by how it stands with another transfer asks this.
func (l *loop) settled(id uploader.TransferID) *uploader.Transfer {
	l.catchUp(id)
	return l.table.Get(id)
}

// sweeping reports whether the next portion can go. While nothing can be saved,
// none does.
func (l *loop) sweeping() bool { return len(l.sweeps) > 0 && l.trouble == nil }
