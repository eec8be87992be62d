package worker

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// CheckSettled returns a fault if a file may still be being written: if it changed less
// than the settle time ago. The fault's RetryAfter is the rest of that time.
func CheckSettled(file source.File, settleTime time.Duration, now time.Time) *fault.Fault {
	wait := settleTimeLeft(file, settleTime, now)
	if wait == 0 {
		return nil
	}
	f := fault.Newf(fault.SourceBusy, fault.Stat, "file changed recently")
	f.Code = fault.CodeFileChanging
	f.RetryAfter = wait + time.Millisecond // an uploader.Timestamp drops the rest of a millisecond
	return f
}

// settleTimeLeft returns how much longer a file must remain unchanged until it has been
// so for the settle time and counts as completely written; 0 if it has. A modification
// time slightly in the future, as by the clock of a file server, counts as now; one
// further in the future is ignored.
func settleTimeLeft(file source.File, settleTime time.Duration, now time.Time) time.Duration {
	age := now.Sub(file.ModTime)
	if age >= settleTime || age <= -settleTime {
		return 0
	}
	return settleTime - age
}

// checkSettled returns a fault if the file may still be being written.
func (s *sourceFile) checkSettled(seen source.File) error {
	if s.growth() == uploader.GrowthComplete {
		return nil
	}
	if f := CheckSettled(seen, s.settings.SettleTime, time.Now()); f != nil {
		return f
	}
	return nil
}
