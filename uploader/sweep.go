package uploader

import "slices"

// sweepPortion is how many transfers a command changes in one commit: what else is
// to be saved waits no longer than for so many.
const sweepPortion = 512

// sweep is a command on its way over more transfers than one commit is short for.
// Those under way go first; the others follow in the user's order, a portion
// after each commit, and other work goes on in between. For each transfer it is as if the
// command had been carried out when it was given: whatever comes later finds it so
// (catchUp). A crash leaves the portions that were saved.
type sweep struct {
	line  []TransferID        // where some are settled already
	left  map[TransferID]bool // not settled yet
	apply func([]TransferID)
	reply chan error // nil once answered
}

// sweep carries something out over transfers: at once over a few, and in portions
// over many.
func (l *loop) sweep(ids []TransferID, apply func([]TransferID)) {
	if len(ids) <= sweepPortion {
		for _, id := range ids {
			l.catchUp(id)
		}
		apply(ids)
		return
	}
	s := &sweep{line: make([]TransferID, 0, len(ids)), left: make(map[TransferID]bool, len(ids)), apply: apply}
	for _, id := range ids {
		if l.flights[id] != nil && !s.left[id] {
			s.line = append(s.line, id)
			s.left[id] = true
		}
	}
	for _, id := range ids {
		if !s.left[id] {
			s.line = append(s.line, id)
			s.left[id] = true
		}
	}
	l.sweeps = append(l.sweeps, s)
}

// sweepOn carries out the next portion of the oldest sweep, and reports whether
// there was one. Behind the last one the command is answered as any other.
func (l *loop) sweepOn() bool {
	if len(l.sweeps) == 0 {
		return false
	}
	s := l.sweeps[0]
	s.apply(s.portion())
	if len(s.line) == 0 {
		l.sweeps = slices.Delete(l.sweeps, 0, 1)
		l.urgent = true
		if s.reply != nil {
			l.replies = append(l.replies, reply{to: s.reply})
		}
	}
	l.stale, l.swept = true, true
	return true
}

// portion takes the next ones from the line.
func (s *sweep) portion() []TransferID {
	ids := make([]TransferID, 0, sweepPortion)
	for len(s.line) > 0 && len(ids) < sweepPortion {
		if id := s.line[0]; s.left[id] {
			delete(s.left, id)
			ids = append(ids, id)
		}
		s.line = s.line[1:]
	}
	return ids
}

// catchUp carries out for one transfer what was commanded before and has not come to
// it yet. It reports whether there was any.
func (l *loop) catchUp(id TransferID) bool {
	caught := false
	for _, s := range l.sweeps {
		if s.left[id] {
			delete(s.left, id)
			s.apply([]TransferID{id})
			caught = true
		}
	}
	return caught
}

// sweeping reports whether the next portion can go. While nothing can be saved,
// none does.
func (l *loop) sweeping() bool { return len(l.sweeps) > 0 && l.trouble == nil }
