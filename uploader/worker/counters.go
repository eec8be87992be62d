package worker

import "sync/atomic"

// Counters are the progress of a worker while a request runs. The worker writes
// them, the engine reads them.
type Counters struct {
	Position atomic.Int64 // bytes of the file that are acknowledged or handed to the network
	Sent     atomic.Int64 // bytes handed to the network by this worker, for the speed
	Read     atomic.Int64 // bytes hashed before anything is sent
	furthest atomic.Int64 // end of the furthest byte of the file handed to the network
}

// reach raises furthest to end.
func (c *Counters) reach(end int64) {
	for {
		furthest := c.furthest.Load()
		if end <= furthest || c.furthest.CompareAndSwap(furthest, end) {
			return
		}
	}
}

// partCounter adds the bytes of one part, or of a whole file, to the counters of the
// file.
type partCounter struct {
	counters *Counters
	start    int64        // of the part in the file
	at       atomic.Int64 // bytes of the part that are acknowledged or handed to the network
}

// set corrects the position in the part.
func (p *partCounter) set(at int64) { p.counters.Position.Add(at - p.at.Swap(at)) }

// reset sets the position in the part, and that in the file to the same.
func (p *partCounter) reset(at int64) {
	p.at.Store(at)
	p.counters.Position.Store(at)
}

// add records that n more bytes were handed to the network.
func (p *partCounter) add(n int64) {
	p.counters.reach(p.start + p.at.Add(n))
	p.counters.Position.Add(n)
	p.counters.Sent.Add(n)
}
