package worker

import "sync/atomic"

// Counters is what a worker tells of its progress while a request runs. It is
// written by the worker and read by the loop, without either waiting.
type Counters struct {
	Position atomic.Int64 // bytes of the file that are across or handed to the network
	Sent     atomic.Int64 // bytes handed to the network by this worker, for the speed
	Read     atomic.Int64 // bytes read before anything is sent
	furthest atomic.Int64 // the end of the furthest byte of the file that was handed over
}

// reach takes note of how far into the file the network has come.
func (t *Counters) reach(end int64) {
	for {
		furthest := t.furthest.Load()
		if end <= furthest || t.furthest.CompareAndSwap(furthest, end) {
			return
		}
	}
}
