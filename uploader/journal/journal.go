package journal

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// eventOf tells what a change of a transfer means to people, when it means
// anything. Of one that never moved only that it failed is worth a word: its row
// says the rest.
func eventOf(before, after *uploader.Transfer, now time.Time) (uploader.Event, bool) {
	event := uploader.Event{At: now, Offset: after.Session.Offset}
	switch moved := !before.Started.IsZero() || !after.Started.IsZero(); {
	case entering(uploader.PhaseFailed, before, after):
		event.Kind, event.Fault = uploader.EventFailed, after.Fault
	case !moved:
		return uploader.Event{}, false
	case entering(uploader.PhaseDone, before, after):
		event.Kind = uploader.EventDone
	case entering(uploader.PhaseCancelled, before, after):
		event.Kind, event.Offset = uploader.EventCancelled, before.Session.Offset
	case entering(uploader.PhaseWaiting, before, after):
		event.Kind, event.Until, event.Fault = uploader.EventWaiting, after.NextTry.Time(), after.Fault
	case before.Source.Path != after.Source.Path:
		event.Kind = uploader.EventFound
	case before.Intent == uploader.IntentRun && after.Intent == uploader.IntentHold:
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

func entering(p uploader.Phase, before, after *uploader.Transfer) bool {
	return before.Phase != p && after.Phase == p
}

// Journal gathers events until they are saved. It belongs to the loop.
//
// Most small files cross in one request at the first try. Three rows for each of
// them would tell nothing that the transfer does not, and cost more than the rest
// of what is saved, so that their events are held back until there is more to say.
//
// What waits for the network, or for a program to be done with the file, is looked
// after every few seconds. That it does so is told once, however long it takes.
type Journal struct {
	Unsaved map[uploader.TransferID][]uploader.Event
	held    map[uploader.TransferID][]uploader.Event
	waits   map[uploader.TransferID]wait
}

// wait is a stretch of waits for the same, none of which is an attempt that failed.
type wait struct {
	kind  fault.Kind
	began []uploader.Event // the look that may be the last; none while it waits
}

func New() Journal {
	return Journal{Unsaved: map[uploader.TransferID][]uploader.Event{}, held: map[uploader.TransferID][]uploader.Event{}, waits: map[uploader.TransferID]wait{}}
}

// Note takes down what a change of a transfer means.
func (j *Journal) Note(before, after *uploader.Transfer, now time.Time) {
	event, is := eventOf(before, after, now)
	if !is {
		return
	}
	idle := event.Kind == uploader.EventWaiting && before.Attempt == after.Attempt
	if w, waits := j.waits[after.ID]; waits {
		switch {
		case event.Kind == uploader.EventStarted:
			w.began = []uploader.Event{event}
			j.waits[after.ID] = w
			return
		case idle && event.Fault.Kind == w.kind:
			j.waits[after.ID] = wait{kind: w.kind}
			return
		}
		j.save(after.ID, w.began)
		delete(j.waits, after.ID)
	}
	if idle {
		j.waits[after.ID] = wait{kind: event.Fault.Kind}
	}
	held, holding := j.held[after.ID]
	switch {
	case holding && event.Kind == uploader.EventDone:
		delete(j.held, after.ID)
	case holding && event.Kind == uploader.EventCreated, event.Kind == uploader.EventStarted && before.Started.IsZero() && uploader.IsSmall(after.Source):
		j.held[after.ID] = append(held, event)
	default:
		delete(j.held, after.ID)
		j.save(after.ID, append(held, event))
	}
}

// Add takes down what no change of the transfer shows.
func (j *Journal) Add(id uploader.TransferID, event uploader.Event) {
	held := j.held[id]
	delete(j.held, id)
	j.save(id, append(held, event))
}

// save takes events into the next commit. While nothing can be saved they do not
// gather without end.
func (j *Journal) save(id uploader.TransferID, events []uploader.Event) {
	if len(events) == 0 {
		return
	}
	j.Unsaved[id] = append(j.Unsaved[id], events...)
	j.Unsaved[id] = j.Unsaved[id][max(0, len(j.Unsaved[id])-uploader.EventsKept):]
}

func (j *Journal) Forget(id uploader.TransferID) {
	delete(j.Unsaved, id)
	delete(j.held, id)
	delete(j.waits, id)
}

func (j *Journal) MarkSaved() { clear(j.Unsaved) }
