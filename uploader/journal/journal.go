// Package journal records the events of transfers, which are kept for people to read.
//
// A [Journal] derives events from changes of transfers and holds them until they are
// saved. It is a data structure: it reads no clock, does no I/O, starts no goroutine
// and returns no errors. At most [uploader.MaxEvents] events of a transfer wait to be
// saved; older ones are dropped.
package journal

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Journal holds the events that are not saved yet. It is not safe for concurrent use.
//
// Most small files are uploaded with one request in the first attempt. Their events
// would be most of what is saved and add nothing to the transfer, so they are withheld
// until something else happens.
//
// A transfer that waits for the network, or for a program to finish writing its file,
// is tried again every few seconds. Such waits in a row are recorded as one event.
type Journal struct {
	Unsaved  map[uploader.TransferID][]uploader.Event
	withheld map[uploader.TransferID][]uploader.Event
	waits    map[uploader.TransferID]wait
}

// wait is a series of waits for the same reason, none of them a failed attempt.
type wait struct {
	kind    fault.Kind
	started []uploader.Event // the start of the attempt that is running, which may end the series; nil between attempts
}

// New makes an empty Journal.
func New() Journal {
	return Journal{
		Unsaved:  map[uploader.TransferID][]uploader.Event{},
		withheld: map[uploader.TransferID][]uploader.Event{},
		waits:    map[uploader.TransferID]wait{},
	}
}

// Record records the event that a change of a transfer is, if any.
func (j *Journal) Record(before, after *uploader.Transfer, now time.Time) {
	event, ok := eventOf(before, after, now)
	if !ok {
		return
	}
	idle := event.Kind == uploader.EventWaiting && before.Attempt == after.Attempt
	if w, waits := j.waits[after.ID]; waits {
		switch {
		case event.Kind == uploader.EventStarted:
			w.started = []uploader.Event{event}
			j.waits[after.ID] = w
			return
		case idle && event.Fault.Kind == w.kind:
			j.waits[after.ID] = wait{kind: w.kind}
			return
		}
		j.add(after.ID, w.started)
		delete(j.waits, after.ID)
	}
	if idle {
		j.waits[after.ID] = wait{kind: event.Fault.Kind}
	}
	withheld, small := j.withheld[after.ID]
	switch {
	case small && event.Kind == uploader.EventDone:
		delete(j.withheld, after.ID)
	case small && event.Kind == uploader.EventCreated, event.Kind == uploader.EventStarted && before.Started.IsZero() && uploader.IsSmall(after.Source):
		j.withheld[after.ID] = append(withheld, event)
	default:
		j.Add(after.ID, event)
	}
}

// Add records an event that is not a change of the transfer.
func (j *Journal) Add(id uploader.TransferID, event uploader.Event) {
	withheld := j.withheld[id]
	delete(j.withheld, id)
	j.add(id, append(withheld, event))
}

// add adds events to those that are to be saved, of which the newest are kept.
func (j *Journal) add(id uploader.TransferID, events []uploader.Event) {
	if len(events) == 0 {
		return
	}
	unsaved := j.Unsaved[id]
	unsaved = append(unsaved, events...)
	j.Unsaved[id] = unsaved[max(0, len(unsaved)-uploader.MaxEvents):]
}

// Remove drops the events of a transfer that was removed.
func (j *Journal) Remove(id uploader.TransferID) {
	delete(j.Unsaved, id)
	delete(j.withheld, id)
	delete(j.waits, id)
}

// MarkSaved records that all events are saved.
func (j *Journal) MarkSaved() { clear(j.Unsaved) }

// eventOf returns the event that a change of a transfer is, and whether it is one. The
// only event of a transfer that never had a worker is that it failed.
func eventOf(before, after *uploader.Transfer, now time.Time) (uploader.Event, bool) {
	event := uploader.Event{At: now, Offset: after.Session.Offset}
	switch started := !before.Started.IsZero() || !after.Started.IsZero(); {
	case entered(uploader.PhaseFailed, before, after):
		event.Kind, event.Fault = uploader.EventFailed, after.Fault
	case entered(uploader.PhaseCancelled, before, after) && after.Skipped():
		event.Kind, event.Fault = uploader.EventSkipped, after.Fault
	case !started:
		return uploader.Event{}, false
	case entered(uploader.PhaseDone, before, after):
		event.Kind = uploader.EventDone
	case entered(uploader.PhaseCancelled, before, after):
		event.Kind, event.Offset = uploader.EventCancelled, before.Session.Offset
	case entered(uploader.PhaseWaiting, before, after):
		event.Kind, event.Until, event.Fault = uploader.EventWaiting, after.NextTry.Time(), after.Fault
	case before.Source.Path != after.Source.Path:
		event.Kind = uploader.EventRelocated
	case !stoppedByPause(before) && stoppedByPause(after): // only now is the acknowledged offset known
		event.Kind = uploader.EventPaused
	case before.Session.Begun() && !after.Session.Begun():
		event.Kind, event.Offset = uploader.EventRestarted, before.Session.Offset
	case !before.Session.Begun() && after.Session.Begun():
		event.Kind = uploader.EventCreated
	case !before.Phase.Working() && after.Phase.Working():
		event.Kind = uploader.EventStarted
	case before.Phase == uploader.PhaseChecking && (after.Phase == uploader.PhaseSending || after.Phase == uploader.PhaseVerifying):
		event.Kind = uploader.EventResumed
	default:
		return uploader.Event{}, false
	}
	return event, true
}

// stoppedByPause reports whether a transfer is paused and has no worker.
func stoppedByPause(t *uploader.Transfer) bool {
	return t.Intent == uploader.IntentPause && !t.Phase.Working()
}

func entered(p uploader.Phase, before, after *uploader.Transfer) bool {
	return before.Phase != p && after.Phase == p
}
