package feed

import (
	"fmt"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// endExhausted returns an error if everything that is left has waited for longer than
// allowed, which is no limit if it is 0, because this computer is at a limit, such as that
// of open files. Another program may reach the same limit for hours, and so may this one
// with the files that it needs itself.
func (f *follower) endExhausted(s *uploader.Snapshot, allowed time.Duration, now time.Time) error {
	limit := f.exhausted(s)
	switch {
	case limit == nil:
		f.exhaustedSince = time.Time{}
	case f.exhaustedSince.IsZero():
		f.exhaustedSince = now
	case allowed > 0 && now.Sub(f.exhaustedSince) >= allowed:
		return fmt.Errorf("nothing continues: %w", limit)
	}
	return nil
}

// exhausted returns the fault with which everything that is left waits because this
// computer is at a limit, or nil if something else is left, or nothing. A transfer that is
// tried again waits until it is sent.
func (f *follower) exhausted(s *uploader.Snapshot) *fault.Fault {
	var limit *fault.Fault
	if !f.filter.scanned(s) {
		for id := range f.filter.Batches {
			if wait := s.ScanFaults[id]; wait != nil && wait.Code == fault.CodeExhausted {
				limit = wait
			}
		}
		if limit == nil {
			return nil
		}
	}
	if len(f.waits) != f.summary.Open {
		return nil
	}
	for id, reason := range f.waits {
		if reason.code != fault.CodeExhausted {
			return nil
		}
		if t := f.followed(id); t != nil && t.Fault != nil {
			limit = t.Fault
		}
	}
	return limit
}
