package feed

import (
	"fmt"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// exhaustion is what waits because this computer is at a limit, such as that of open files.
// Another program may reach the same limit for hours, and so may this one with the files that
// it needs itself. The wait of a transfer lasts through its next tries until one of them
// sends more.
type exhaustion struct {
	began  map[uploader.TransferID]int64 // the bytes that were sent when the wait began
	latest *fault.Fault                  // nil if nothing waited yet
	since  time.Time                     // since when everything that is left waits; zero while it does not
}

// update records whether a transfer waits.
func (e *exhaustion) update(t *uploader.Transfer) {
	switch {
	case t.Phase == uploader.PhaseWaiting && t.Fault != nil && t.Fault.Code == fault.CodeExhausted:
		if _, waits := e.began[t.ID]; !waits {
			e.began[t.ID] = t.Session.Sent
		}
		e.latest = t.Fault
	case t.Phase == uploader.PhaseWaiting, t.Phase.Final(), t.Intent != uploader.IntentRun:
		e.forget(t.ID)
	}
}

// forget removes a transfer.
func (e *exhaustion) forget(id uploader.TransferID) { delete(e.began, id) }

// endExhausted returns an error if everything that is left has waited for longer than
// allowed, which is no limit if it is 0.
func (f *follower) endExhausted(s *uploader.Snapshot, allowed time.Duration, now time.Time) error {
	e := &f.exhaustion
	switch {
	case !f.allExhausted(s):
		e.since = time.Time{}
	case e.since.IsZero():
		e.since = now
	case allowed > 0 && now.Sub(e.since) >= allowed:
		return fmt.Errorf("nothing continues: %w", e.latest)
	}
	return nil
}

// allExhausted reports whether everything that is left, of which there is something, waits
// because of a limit of this computer.
func (f *follower) allExhausted(s *uploader.Snapshot) bool {
	e := &f.exhaustion
	scans := false
	if !f.filter.scanned(s) {
		for id := range f.filter.Batches {
			if wait := s.ScanFaults[id]; wait != nil && wait.Code == fault.CodeExhausted {
				scans, e.latest = true, wait
			}
		}
		if !scans {
			return false
		}
	}
	for id := range s.Progress {
		if sent, waits := e.began[id]; waits && s.Sent(f.followed(id)) > sent {
			e.forget(id)
		}
	}
	return len(e.began) == f.summary.Open && (scans || len(e.began) > 0)
}
