package worker

import "sync/atomic"

// partCounter counts one stretch of a file into the tally of the whole.
type partCounter struct {
	tally *Counters
	start int64        // of the stretch in the file
	at    atomic.Int64 // bytes of the stretch that are across or handed to the network
}

func (s *partCounter) set(at int64) { s.tally.Position.Add(at - s.at.Swap(at)) }

func (s *partCounter) add(n int64) {
	s.tally.reach(s.start + s.at.Add(n))
	s.tally.Position.Add(n)
	s.tally.Sent.Add(n)
}
