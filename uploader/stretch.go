package uploader

import "sync/atomic"

// stretch counts one stretch of a file into the tally of the whole.
type stretch struct {
	tally *tally
	start int64        // of the stretch in the file
	at    atomic.Int64 // bytes of the stretch that are across or handed to the network
}

func (s *stretch) set(at int64) { s.tally.position.Add(at - s.at.Swap(at)) }

func (s *stretch) add(n int64) {
	s.tally.reach(s.start + s.at.Add(n))
	s.tally.position.Add(n)
	s.tally.handed.Add(n)
}
