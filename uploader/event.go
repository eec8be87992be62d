package uploader

import (
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Event is something that happened to a transfer, kept for people to read.
type Event struct {
	At     time.Time
	Kind   EventKind
	Offset int64        // bytes the server had acknowledged by then
	Until  time.Time    // of a wait: when it goes on; zero otherwise
	Fault  *fault.Fault // why it waits, asks or failed; nil otherwise
}

// EventKind is what happened. Its text is kept in the database.
type EventKind string

// What can happen to a transfer.
const (
	EventStarted   EventKind = "started"   // a worker took it up
	EventCreated   EventKind = "created"   // the server made an upload for it
	EventResumed   EventKind = "resumed"   // the server said from where it goes on
	EventWaiting   EventKind = "waiting"   // it tries again at Until
	EventPaused    EventKind = "paused"    // by the user
	EventFailed    EventKind = "failed"    // until the user acts
	EventFound     EventKind = "found"     // its file was found at another place
	EventRestarted EventKind = "restarted" // what the server held was given up
	EventLeft      EventKind = "left"      // the server still holds what was given up
	EventDone      EventKind = "done"
	EventCancelled EventKind = "cancelled"
)

// EventsKept is how many events are kept of a transfer: the newest.
const EventsKept = 100
