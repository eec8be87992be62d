package uploader

import (
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// unsettled is how long a file still has to rest before it is believed to be
// finished; 0 when it is. A clock that is a little ahead, as that of a file server
// may be, makes no difference; what is dated far into the future says nothing.
func unsettled(file source.File, settle time.Duration, now time.Time) time.Duration {
	age := now.Sub(file.ModTime)
	if age >= settle || age <= -settle {
		return 0
	}
	return settle - age
}

// writing is why a file waits that was changed a moment ago.
func writing(wait time.Duration) *fault.Fault {
	f := fault.Newf(fault.SourceBusy, fault.Stat, "it was changed a moment ago")
	f.RetryAfter = wait + time.Millisecond // since moments are cut to whole ones
	return f
}

// settle has a transfer that was just found wait, in no worker's way, until its
// file has rested.
func (l *loop) settle(t *Transfer, now time.Time) {
	wait := unsettled(t.Source, l.settings.Settle, now)
	if wait == 0 || t.Phase != PhaseQueued || t.Intent != IntentRun {
		return
	}
	f := writing(wait)
	t.Phase, t.Fault, t.NextTry = PhaseWaiting, f, MomentOf(now.Add(f.RetryAfter))
	l.alarms.set(t.NextTry.Time(), t.ID)
}

// settleAnew has those that wait for their files looked at again, after the
// settings have changed.
func (l *loop) settleAnew() {
	for t := range l.table.each() {
		if t.Phase == PhaseWaiting && t.Fault.Kind == fault.SourceBusy {
			l.feed(t.ID, due{})
		}
	}
}

// settled makes sure that nobody seems to write the file any more, before anything
// of it is sent.
func (w *worker) settled(seen source.File) error {
	if w.growth() == GrowthWhole {
		return nil // whoever wrote it said so
	}
	if wait := unsettled(seen, w.settings.Settle, time.Now()); wait > 0 {
		return writing(wait)
	}
	return nil
}
