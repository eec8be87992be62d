package uploader

import (
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

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
	for t := range l.table.all() {
		if t.Phase == PhaseWaiting && t.Fault.Kind == fault.SourceBusy {
			l.feed(t.ID, due{})
		}
	}
}
