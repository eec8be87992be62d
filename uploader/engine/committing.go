package engine

import (
	"context"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// commit saves all that changed. On failure everything is kept for the next try:
// workers go on, and whatever waits for a save waits.
func (l *loop) commit(ctx context.Context, now time.Time) bool {
	changes := l.pending
	changes.Transfers, changes.Events = l.table.Changed(), l.journal.Unsaved
	changes.Before = l.table.Before(changes.Transfers)
	if !changes.Empty() {
		if now.Before(l.retryAt) {
			return false
		}
		err := l.store.Save(ctx, changes)
		if l.failures++; err != nil && l.failures == salvageAt {
			err = l.salvage(ctx, changes, err)
		}
		if err != nil {
			l.failures %= salvageEvery
			l.troubled(err, now)
			return false
		}
	}
	l.failures = 0
	if l.trouble != nil {
		l.log.Info("saving works again")
		l.trouble, l.stale = nil, true
	}
	l.retryAt, l.committed, l.enqueued, l.portioned = time.Time{}, now, false, false
	l.pending = uploader.Changes{}
	l.table.MarkSaved()
	l.journal.MarkSaved()
	return true
}

// pressing reports whether it is time for a commit: somebody waits for it, or it
// has been waited long enough. What stands in line is saved before it is taken
// from there, and what is shown before it is shown.
func (l *loop) pressing(now time.Time) bool {
	switch {
	case l.trouble != nil:
		return true
	case !l.unsaved():
		return false
	case l.enqueued, l.portioned, l.stopping, len(l.after) > 0, len(l.replies) > 0, len(l.flights) == 0:
		return true
	default:
		return now.Sub(l.committed) >= commitEvery || l.showing(now)
	}
}

func (l *loop) unsaved() bool {
	return l.table.Unsaved() || len(l.journal.Unsaved) > 0 || !l.pending.Empty() || len(l.after) > 0
}

func (l *loop) troubled(err error, now time.Time) {
	if l.trouble == nil {
		l.log.Error("cannot save", "err", err)
	}
	l.trouble, l.retryAt, l.stale = fault.Of(err), now.Add(saveRetry), true
	l.table.MarkUncertain()
}

// act carries out what had to wait for the commit.
func (l *loop) act(work context.Context) {
	after := l.after
	l.after = nil
	for _, effect := range after {
		effect(work)
	}
}

// lastSave tries to keep what the store did not take so far.
func (l *loop) lastSave(disk, work context.Context) {
	l.retryAt = time.Time{}
	for l.sweepOn() { // nothing else comes in between any more
	}
	l.forgetDropped()
	if l.commit(disk, time.Now()) {
		l.act(work)
		l.tasks.Wait() // work has ended, and so does at once what it began
	}
	l.show(time.Now())
	l.answer(l.trouble)
}

// Match tells everyone who gave a command how saving it went; what it did is
// shown by then. Who waits for the end of a sweep that trouble holds up is told so.
func (l *loop) answer(trouble *fault.Fault) {
	for _, s := range l.sweeps {
		if trouble != nil && s.reply != nil {
			s.reply <- trouble
			s.reply = nil // it is carried out all the same, as soon as that can be saved
		}
	}
	for _, r := range l.replies {
		switch {
		case r.to == nil: // it was answered before
		case r.err != nil:
			r.to <- r.err
		case trouble != nil:
			r.to <- trouble
		default:
			r.to <- nil
		}
	}
	l.replies = nil
}
