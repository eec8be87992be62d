package worker

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// QuietTimeLeft returns how much longer a file must remain unchanged until it has been
// so for the quiet time and counts as completely written; 0 if it has. A modification
// time slightly in the future, as by the clock of a file server, counts as now; one
// further in the future is ignored.
func QuietTimeLeft(file source.File, quiet time.Duration, now time.Time) time.Duration {
	age := now.Sub(file.ModTime)
	if age >= quiet || age <= -quiet {
		return 0
	}
	return quiet - age
}

// StillWrittenFault returns the fault of a file that changed too recently to be sent.
func StillWrittenFault(wait time.Duration) *fault.Fault {
	f := fault.Newf(fault.SourceBusy, fault.Stat, "file changed recently")
	f.RetryAfter = wait + time.Millisecond // an uploader.Timestamp drops the rest of a millisecond
	return f
}

// checkQuiet returns a fault if the file may still be being written.
func (s *sourceFile) checkQuiet(seen source.File) error {
	if s.growth() == uploader.GrowthComplete {
		return nil
	}
	if wait := QuietTimeLeft(seen, s.settings.SettleTime, time.Now()); wait > 0 {
		return StillWrittenFault(wait)
	}
	return nil
}
