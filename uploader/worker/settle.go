package worker

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// UnsettledFor is how long a file still has to rest before it is believed to be
// finished; 0 when it is. A clock that is a little ahead, as that of a file server
// may be, makes no difference; what is dated far into the future says nothing.
func UnsettledFor(file source.File, settle time.Duration, now time.Time) time.Duration {
	age := now.Sub(file.ModTime)
	if age >= settle || age <= -settle {
		return 0
	}
	return settle - age
}

// StillWritten is why a file waits that was changed a moment ago.
func StillWritten(wait time.Duration) *fault.Fault {
	f := fault.Newf(fault.SourceBusy, fault.Stat, "it was changed a moment ago")
	f.RetryAfter = wait + time.Millisecond // since moments are cut to whole ones
	return f
}

// settled makes sure that nobody seems to write the file any more, before anything
// of it is sent.
func (w *Worker) settled(seen source.File) error {
	if w.growth() == uploader.GrowthWhole {
		return nil // whoever wrote it said so
	}
	if wait := UnsettledFor(seen, w.Settings.Settle, time.Now()); wait > 0 {
		return StillWritten(wait)
	}
	return nil
}
