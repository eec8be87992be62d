package uploader

import (
	"fmt"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// TransferID names a transfer for its whole life. IDs are never used again.
type TransferID int64

// BatchID names what was added together.
type BatchID int64

// ServerID names a destination.
type ServerID int64

// Intent is what the user wants of a transfer. Only commands change it.
type Intent uint8

// The intents.
const (
	IntentRun    Intent = iota // Get it across
	IntentHold                 // paused: keep everything, send nothing
	IntentCancel               // give it up, and remove what the server holds of it
	IntentRemove               // the same, and take it off the list
	intents
)

var intentNames = [intents]string{"run", "hold", "cancel", "remove"}

func (i Intent) String() string { return nameOf(intentNames[:], uint8(i), "intent") }

// ParseIntent is the inverse of String.
func ParseIntent(name string) (Intent, error) {
	i, err := parseName(intentNames[:], name, "intent")
	return Intent(i), err
}

// GivenUp reports whether the user does not want the transfer any more.
func (i Intent) GivenUp() bool { return i == IntentCancel || i == IntentRemove }

// Phase is where the engine stands with a transfer. Only the engine sets it.
type Phase uint8

// The phases, in the order in which a transfer usually passes them.
const (
	PhaseQueued    Phase = iota // waits for its turn
	PhasePreparing              // the source is being looked at
	PhaseCreating               // the server is asked for an upload URL
	PhaseChecking               // the server is asked for the offset it holds
	PhaseSending                // bytes are crossing
	PhaseVerifying              // All bytes crossed; offset, size and source are compared
	PhaseWaiting                // tries again at NextTry, because of Fault
	PhaseDone                   // final
	PhaseFailed                 // final until the user acts; Fault says why
	PhaseCancelled              // final
	phases
)

var phaseNames = [phases]string{
	"queued", "preparing", "creating", "checking", "sending", "verifying", "waiting", "done", "failed", "cancelled",
}

func (p Phase) String() string { return nameOf(phaseNames[:], uint8(p), "phase") }

// ParsePhase is the inverse of String.
func ParsePhase(name string) (Phase, error) {
	i, err := parseName(phaseNames[:], name, "phase")
	return Phase(i), err
}

// Final reports whether the engine does nothing more by itself.
func (p Phase) Final() bool { return p >= PhaseDone }

// Working reports whether a worker is busy with the transfer.
func (p Phase) Working() bool { return p >= PhasePreparing && p <= PhaseVerifying }

// Session is the resumable state an upload has on its server.
type Session struct {
	URL     string // the upload's URL; "" until the server gave one
	Parts   int    // so many parts of the file cross as uploads of their own, to be joined into URL; 0 for one upload
	Offset  int64  // bytes the server acknowledged; what it says on HEAD wins over this
	Sent    int64  // bytes handed to the network; for display only, never for resuming
	Expires Moment // when the server means to forget the upload (Upload-Expires); zero when it did not say
}

// Begun reports whether the server may hold something of the file.
func (s Session) Begun() bool { return s.URL != "" || s.Parts > 0 }

// Part is a stretch of a file that crosses as an upload of its own (tus 1.0.0,
// Concatenation).
type Part struct {
	Index   int
	URL     string // "" until the server gave one
	Start   int64  // of the stretch in the file, in bytes
	Length  int64
	Offset  int64 // bytes of the stretch the server acknowledged
	Expires time.Time
}

// Transfer is one file on its way to one server. Values are immutable once they
// are in a Snapshot: the state machine makes a new one for every change.
type Transfer struct {
	ID          TransferID
	Batch       BatchID
	Server      ServerID
	Source      source.File
	Fingerprint string
	Rank        int64 // place in the user's order; lower goes first
	Intent      Intent
	Phase       Phase
	Attempt     int32 // failed tries since the acknowledged offset last grew
	Session     Session
	NextTry     Moment
	Fault       *fault.Fault // why it waits or failed; nil otherwise
	Added       Moment
	Started     Moment        // first byte of the first try; zero before
	Finished    Moment        // when it became final; zero before
	Active      time.Duration // time spent with a worker
	Resumed     int64         // bytes the server already held when the transfer was taken up again
	SHA256      string        // of the whole file, 32 bytes: once it is done, or once the server was told it; "" before
	Prior       TransferID    // the earlier upload of the same file that a fault of kind Uploaded or Several asks about; 0 for none
}

// Unfinished reports whether there is something left that the engine would do
// if the user let it.
func (t *Transfer) Unfinished() bool { return !t.Phase.Final() }

// Batch is what one drop added: one row that opens into its files. Its roots are
// saved before they are walked, so that a crash in the middle of counting a
// folder loses nothing: an unexpanded batch is walked again at the next start.
type Batch struct {
	ID       BatchID
	Server   ServerID
	Roots    []string // absolute paths as given
	Added    time.Time
	Expanded bool   // every file of it is a transfer
	Intent   Intent // of the files that are still to be found
	Rank     int64  // place in the user's order; lower goes first
	Options  Options
}

// Options say how a batch is to be sent, where that differs from the usual. They
// are kept, so that it goes on the same way after a restart.
type Options struct {
	Connections int   // at most so many parts of one file cross at the same time; 1: the file is not parted; 0: as the settings say
	Chunk       int64 // at most so many bytes in one request; 0: the rest of the file
	Limit       int64 // at most so many bytes per second over the whole batch; 0: as fast as it goes
	Again       bool  // files that were uploaded before are uploaded again without asking
}

func nameOf(names []string, i uint8, what string) string {
	if int(i) < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s(%d)", what, i)
}

func parseName(names []string, name, what string) (uint8, error) {
	for i, n := range names {
		if n == name {
			return uint8(i), nil
		}
	}
	return 0, fmt.Errorf("unknown %s %q", what, name)
}

// SameUpload reports whether both are states of one upload.
func (s Session) SameUpload(other Session) bool { return s.URL == other.URL && s.Parts == other.Parts }

// Continuable reports whether the transfer can still be resumed, also with its file
// at another path.
func (t *Transfer) Continuable() bool {
	return t.Phase != PhaseDone && t.Phase != PhaseCancelled && !t.Intent.GivenUp()
}

// Removed reports whether the user removed the transfer and nothing is left to do
// for it. It may still be kept while its batch is scanned.
func (t *Transfer) Removed() bool { return t.Intent == IntentRemove && t.Phase.Final() }

// Sent returns how many bytes of a transfer without a worker were sent.
func (t *Transfer) Sent() int64 {
	if t.Phase == PhaseDone {
		return t.Source.Size
	}
	return max(t.Session.Sent, t.Session.Offset)
}

// FailedBeforeStart reports whether the transfer failed before any server had
// something of it, and asks the user nothing.
func (t *Transfer) FailedBeforeStart() bool {
	return t.Phase == PhaseFailed && !t.Session.Begun() && !t.Intent.GivenUp() && t.State() != StateAsking
}
