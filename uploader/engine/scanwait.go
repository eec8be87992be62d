package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/scan"
)

// postponedScan is a scan that was cancelled because its drive does not respond or it waits
// for something else, and that starts again once its goroutine has ended. There is at most
// one goroutine per batch.
type postponedScan struct {
	scanner *scan.Scanner
	request scanRequest
	fault   *fault.Fault
}

// scanWait is why a scan waits before it tries files and folders again that could not be
// read. The zero value is a scan that does not wait.
type scanWait struct {
	fault *fault.Fault
	since time.Time
}

// waits records why a scan waits; nil once it does not.
func (s *scans) waits(from *scan.Scanner, f *fault.Fault) {
	switch {
	case s.running != from:
		return // cancelled
	case f == nil:
		s.log.Info("scan continues", "batch", from.Batch.ID)
		s.waiting = scanWait{}
	default:
		s.log.Warn("scan waits", "batch", from.Batch.ID, "fault", f.Error())
		if s.waiting.fault == nil {
			s.waiting.since = time.Now()
		}
		s.waiting.fault = f
		s.config.freeFiles(f, s.tasks)
	}
	s.state.unpublished = true
}

// reason returns why the running scan does not continue; nil while it does.
func (s *scans) reason() *fault.Fault { return cmp.Or(s.blocked, s.waiting.fault) }

// observe updates whether the running scan waits for a drive that does not respond. If
// other batches are to be scanned, they are not kept waiting, also not if the scan waits
// for something else.
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
	if s.waiting.fault != nil && now.Sub(s.waiting.since) >= s.drives.timeout {
		f = s.waiting.fault
	}
	if f != nil && slices.ContainsFunc(s.requests, func(r scanRequest) bool { return r.batch != s.request.batch }) {
		s.postpone()
	}
}

func (s *scans) postpone() {
	s.running.Cancel()
	s.postponed[s.request.batch] = &postponedScan{s.running, s.request, s.reason()}
	s.running, s.fault, s.blocked, s.waiting = nil, nil, nil, scanWait{}
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
	p.request.postponed = p.fault
	s.enqueue(p.request)
}

// faults returns the batches whose scans do not continue at the moment, with the reason.
func (s *scans) faults() map[uploader.BatchID]*fault.Fault {
	faults := map[uploader.BatchID]*fault.Fault{}
	for _, r := range s.requests {
		if r.postponed != nil {
			faults[r.batch] = r.postponed
		}
	}
	for id, p := range s.postponed {
		faults[id] = p.fault
	}
	if f := s.reason(); s.running != nil && f != nil {
		faults[s.running.Batch.ID] = f
	}
	return faults
}
