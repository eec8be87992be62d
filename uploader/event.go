package uploader

import (
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Event is something that happened to a transfer, kept for people to read.
type Event struct {
	At     time.Time
	Kind   EventKind
	Offset int64        // in bytes, as acknowledged by then
	Until  time.Time    // of the next attempt, for EventWaiting; zero otherwise
	Fault  *fault.Fault // why it waits or failed; nil otherwise
}

// EventKind is the kind of an event, as stored in the database.
type EventKind string

// The kinds of event.
const (
	EventStarted   EventKind = "started"   // a worker started
	EventCreated   EventKind = "created"   // the server created an upload
	EventResumed   EventKind = "resumed"   // the server reported the offset to resume at
	EventWaiting   EventKind = "waiting"   // the next attempt is at Until
	EventPaused    EventKind = "paused"    // by the user
	EventFailed    EventKind = "failed"    // until the user acts
	EventRelocated EventKind = "found"     // its file has another path now
	EventRestarted EventKind = "restarted" // the upload on the server was abandoned
	EventKept      EventKind = "left"      // an abandoned upload could not be deleted from the server
	EventDone      EventKind = "done"
	EventCancelled EventKind = "cancelled"
	EventSkipped   EventKind = "skipped" // a file with its name exists on the server, and the user does not want it there
)

// MaxEvents is how many events of a transfer are kept: the newest.
const MaxEvents = 100
