package engine

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/worker"
)

// settle has a transfer that was just found wait, in no worker's way, until its
// File has rested.
func (l *loop) settle(t *uploader.Transfer, now time.Time) {
	wait := worker.UnsettledFor(t.Source, l.settings.Settle, now)
	if wait == 0 || t.Phase != uploader.PhaseQueued || t.Intent != uploader.IntentRun {
		return
	}
	f := worker.StillWritten(wait)
	t.Phase, t.Fault, t.NextTry = uploader.PhaseWaiting, f, uploader.MomentOf(now.Add(f.RetryAfter))
	l.alarms.set(t.NextTry.Time(), t.ID)
}

// settleAnew has those that wait for their files looked at again, after the
// Settings have changed.
func (l *loop) settleAnew() {
	for t := range l.table.All() {
		if t.Phase == uploader.PhaseWaiting && t.Fault.Kind == fault.SourceBusy {
			l.feed(t.ID, lifecycle.WaitEnded{})
		}
	}
}
