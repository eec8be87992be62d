package engine

import (
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/scan"
)

// postponedScan is a scan that was cancelled because its drive does not respond, and that
// starts again once its goroutine has ended. There is at most one goroutine per batch.
type postponedScan struct {
	scanner *scan.Scanner
	request scanRequest
	fault   *fault.Fault
}

// observe updates whether the running scan waits for a drive that does not respond. If
// other batches are to be scanned, they are not kept waiting.
func (s *scans) observe(now time.Time) {
	if s.running == nil {
		return
	}
	f := s.drives.unresponsive(s.calls.Waiting(now))
	switch id := s.running.Batch.ID; {
	case f == nil && s.blocked != nil:
		s.log.Info("drive of a scan responds again", "batch", id)
	case f != nil && s.blocked == nil:
		s.log.Warn("drive of a scan does not respond", "batch", id)
	case f != nil:
		f = s.blocked // so that the snapshots have the same pointer
	}
	if (f == nil) != (s.blocked == nil) {
		s.state.unpublished = true
	}
	s.blocked = f
	if f != nil && slices.ContainsFunc(s.requests, func(r scanRequest) bool { return r.batch != s.request.batch }) {
		s.postpone()
	}
}

func (s *scans) postpone() {
	s.running.Cancel()
	s.postponed[s.request.batch] = &postponedScan{s.running, s.request, s.blocked}
	s.running, s.fault, s.blocked = nil, nil, nil
	s.state.afterCommit = append(s.state.afterCommit, s.startNext)
}

// ended is called when the goroutine of a scan has ended.
func (s *scans) ended(scanner *scan.Scanner) {
	id := scanner.Batch.ID
	p := s.postponed[id]
	if p == nil || p.scanner != scanner {
		return
	}
	delete(s.postponed, id)
	s.state.unpublished = true
	s.enqueue(p.request)
}

// faults returns the batches whose scans wait for drives that do not respond.
func (s *scans) faults() map[uploader.BatchID]*fault.Fault {
	faults := map[uploader.BatchID]*fault.Fault{}
	for id, p := range s.postponed {
		faults[id] = p.fault
	}
	if s.running != nil && s.blocked != nil {
		faults[s.running.Batch.ID] = s.blocked
	}
	return faults
}
