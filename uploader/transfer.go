package uploader

import (
	"fmt"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// TransferID identifies a transfer. IDs are not reused.
type TransferID int64

// ServerID identifies a server.
type ServerID int64

// Transfer is one file going to one server. Values are immutable once they are in a
// Snapshot: every change makes a new one.
type Transfer struct {
	ID            TransferID
	Batch         BatchID
	Server        ServerID
	Source        source.File
	ChangeTime    source.ChangeTime // of Source when all that was sent was last known to be of it; 0: compare
	Fingerprint   string
	Rank          int64 // place in the user's order; lower goes first
	Intent        Intent
	Phase         Phase
	AsIs          bool  // the file is sent even if another program is still writing it
	Attempt       int32 // failed attempts since the acknowledged offset last increased
	Session       Session
	NextTry       Timestamp
	Fault         *fault.Fault // why it waits or failed; nil otherwise
	Added         Timestamp
	Started       Timestamp     // when the first worker started; zero before
	Finished      Timestamp     // when it became final; zero before
	ActiveTime    time.Duration // time with a worker
	ResumedFrom   int64         // offset at which the transfer was last resumed
	SHA256        string        // 32 bytes, of the whole file: once it is done or the metadata contains it; "" before
	Result        *Result       // what the server returned about the file; nil if nothing
	Exists        ExistsPolicy  // what to do if the server has a file with the name
	NameNumber    int32         // number in the name that the server gets; 0: the file's own name
	Repeated      *Repeated     // the same fault again and again; nil if there is none
	EarlierUpload TransferID    // the earlier upload of a fault of kind AlreadyUploaded or AmbiguousMatch; 0 for none
}

// Intent is what the user wants done with a transfer. Only commands change it.
type Intent uint8

// The intents.
const (
	IntentRun    Intent = iota // upload it
	IntentPause                // paused
	IntentCancel               // cancel it, and delete its upload from the server
	IntentRemove               // cancel it if it is unfinished, and remove it from the list
	intents
)

var intentNames = [intents]string{"run", "hold", "cancel", "remove"}

// String returns the name of the intent, as stored in the database.
func (i Intent) String() string { return nameOf(intentNames[:], uint8(i), "intent") }

// ParseIntent is the inverse of String.
func ParseIntent(name string) (Intent, error) {
	i, err := parseName(intentNames[:], name, "intent")
	return Intent(i), err
}

// Cancels reports whether the intent is to cancel or to remove.
func (i Intent) Cancels() bool { return i == IntentCancel || i == IntentRemove }

// Phase is how far the engine is with a transfer. Only the engine sets it.
type Phase uint8

// The phases, in the order in which a transfer usually passes them.
const (
	PhaseQueued    Phase = iota
	PhasePreparing       // a worker opens the file
	PhaseCreating        // the upload is created on the server
	PhaseChecking        // the server is queried for the offset
	PhaseSending         // bytes are sent
	PhaseVerifying       // all bytes are sent; offset, size and file are compared
	PhaseWaiting         // waits until NextTry, because of Fault
	PhaseDone            // final
	PhaseFailed          // final until the user acts, because of Fault
	PhaseCancelled       // final
	phases
)

var phaseNames = [phases]string{
	"queued", "preparing", "creating", "checking", "sending", "verifying", "waiting", "done", "failed", "cancelled",
}

// String returns the name of the phase, as stored in the database.
func (p Phase) String() string { return nameOf(phaseNames[:], uint8(p), "phase") }

// ParsePhase is the inverse of String.
func ParsePhase(name string) (Phase, error) {
	i, err := parseName(phaseNames[:], name, "phase")
	return Phase(i), err
}

// Final reports whether the engine does nothing more without action by the user.
func (p Phase) Final() bool { return p >= PhaseDone }

// Working reports whether the transfer has a worker.
func (p Phase) Working() bool { return p >= PhasePreparing && p <= PhaseVerifying }

// Unfinished reports whether the transfer is not final.
func (t *Transfer) Unfinished() bool { return !t.Phase.Final() }

// Pausing reports whether the transfer is paused and its worker has not ended yet: what the
// server acknowledged of the last request is not known until it has.
func (t *Transfer) Pausing() bool { return t.Intent == IntentPause && t.Phase.Working() }

// Resumable reports whether the transfer can still be resumed, also with its file at
// another path.
func (t *Transfer) Resumable() bool {
	return t.Phase != PhaseDone && t.Phase != PhaseCancelled && !t.Intent.Cancels()
}

// Removed reports whether the user removed the transfer and nothing is left to do for
// it. It may still be kept while its batch is scanned.
func (t *Transfer) Removed() bool { return t.Intent == IntentRemove && t.Phase.Final() }

// NotComparable reports whether the transfer failed because not all that the server has
// can be compared with its file: what was sent, or what an upload had whose URL the user
// entered. The upload stays on the server until the user decides.
func (t *Transfer) NotComparable() bool {
	return t.Phase == PhaseFailed && (fault.Is(t.Fault, fault.SourceChanged) && t.Fault.Code == fault.CodeNotComparable || t.UploadHasData())
}

// UploadHasData reports whether the transfer failed because the upload whose URL the user
// entered already has data. No other upload can be created in its place.
func (t *Transfer) UploadHasData() bool {
	return t.Phase == PhaseFailed && fault.Is(t.Fault, fault.Refused) && t.Fault.Code == fault.CodeUploadURLHasData
}

// FailedBeforeStart reports whether the transfer failed before an upload was created,
// and needs no decision about an earlier one.
func (t *Transfer) FailedBeforeStart() bool {
	return t.Phase == PhaseFailed && !t.Session.Begun() && !t.Intent.Cancels() && t.State() != StateNeedsDecision
}

// WaitsForFile reports whether the transfer waits, or has failed, because a program may
// still be writing its file, and whether the user can send the file as it is.
func (t *Transfer) WaitsForFile() bool {
	return fault.Is(t.Fault, fault.SourceBusy) && t.Fault.Code == fault.CodeFileChanging &&
		(t.Phase == PhaseQueued || t.Phase == PhaseWaiting || t.Phase == PhaseFailed) && !t.Intent.Cancels()
}

// Acknowledged returns how many bytes the server is known to have. Bytes that were
// sent and not acknowledged are not counted: it is not known whether they arrived.
func (t *Transfer) Acknowledged() int64 {
	if t.Phase == PhaseDone {
		return t.Source.Size
	}
	return t.Session.Offset
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
