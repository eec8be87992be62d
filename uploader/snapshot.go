package uploader

import (
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Snapshot is everything there is to show, at one moment. It is immutable and
// safe to read from any goroutine; unchanged transfers keep their pointer from
// one snapshot to the next, so that a reader finds changes by comparing them.
type Snapshot struct {
	Seq       uint64              // Growth with every snapshot; 0 until what was saved is loaded
	Transfers []*Transfer         // in the user's order
	Live      map[TransferID]Live // of the transfers a worker is busy with
	Batches   map[BatchID]*Batch
	Sums      map[BatchID]Sum // over the transfers of each batch
	Servers   []Server
	Totals    Totals
	Blocked   map[ServerID]*fault.Fault // servers that wait for the user, such as for a sign-in
	Checking  int                       // transfers whose Check is not over
	Held      map[ServerID]Hold         // servers to which nothing new goes, for a while
	Trouble   *fault.Fault              // why nothing can be saved or looked up at the moment; nil when all is well
}

// Live is how a transfer moves right now.
type Live struct {
	Sent int64         // bytes handed to the network, at or above Session.Offset
	Read int64         // bytes read so far for the file's sum, before anything is sent; 0 when that is not done
	Rate float64       // bytes per second, a moving average; 0 when not known yet
	ETA  time.Duration // for the rest of this file; 0 when there is not evidence enough
}

// Sum is counts and sums over the transfers of a batch.
type Sum struct {
	Count [NumStates]int // by State
	Files int
	Bytes int64   // of all its files
	Sent  int64   // of those, how many have crossed
	Rate  float64 // bytes per second right now
}

// Totals are counts and sums over all transfers.
type Totals struct {
	Count   map[State]int
	Active  int           // transfers with a worker
	Pending int           // transfers that are neither final nor paused
	Bytes   int64         // of the pending ones
	Left    int64         // bytes of the pending ones that have not crossed
	Rate    float64       // bytes per second over all
	ETA     time.Duration // until nothing is pending; 0 when not known
}

// Transfer returns the transfer with that ID, or nil.
func (s *Snapshot) Transfer(id TransferID) *Transfer {
	for _, t := range s.Transfers {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// Server returns the server with that ID, and whether there is one.
func (s *Snapshot) Server(id ServerID) (Server, bool) {
	for _, server := range s.Servers {
		if server.ID == id {
			return server, true
		}
	}
	return Server{}, false
}

// Sent is how many bytes of the transfer have crossed, as well as is known.
func (s *Snapshot) Sent(t *Transfer) int64 {
	if live, ok := s.Live[t.ID]; ok {
		return max(live.Sent, t.Session.Offset)
	}
	return t.Sent()
}

// State is what a transfer's row says: one word for intent, phase and fault
// together.
type State uint8

// The states, as the list shows and filters them.
const (
	StateWaiting State = iota
	StatePreparing
	StateUploading
	StateChecking
	StatePaused
	StateOffline
	StateRetrying
	StateBusy
	StateChanged
	StateMissing
	StateSignIn
	StateForgotten
	StateAsking // about an earlier upload of the same file
	StateFailed
	StateDone
	StateCancelled
	NumStates
)

var stateNames = [NumStates]string{
	"waiting", "preparing", "uploading", "checking", "paused", "offline", "retrying", "busy", "changed", "missing",
	"sign-in", "forgotten", "asking", "failed", "done", "cancelled",
}

// String returns the state's stable name, as printed in machine-readable output.
func (s State) String() string { return nameOf(stateNames[:], uint8(s), "state") }

// States lists every state, in order of declaration.
func States() []State {
	all := make([]State, NumStates)
	for i := range all {
		all[i] = State(i)
	}
	return all
}

// State says what to show of the transfer.
func (t *Transfer) State() State {
	switch {
	case t.Phase == PhaseDone:
		return StateDone
	case t.Phase == PhaseCancelled || t.Intent.GivenUp():
		return StateCancelled
	case t.Phase == PhaseFailed:
		return failedState(t.Fault)
	case t.Intent == IntentHold:
		return StatePaused
	case t.Phase == PhaseWaiting:
		return waitingState(t.Fault)
	case t.Phase == PhasePreparing:
		return StatePreparing
	case t.Phase == PhaseCreating, t.Phase == PhaseChecking, t.Phase == PhaseVerifying:
		return StateChecking
	case t.Phase == PhaseSending:
		return StateUploading
	default:
		return StateWaiting
	}
}

func failedState(f *fault.Fault) State {
	if f == nil {
		return StateFailed
	}
	switch f.Kind {
	case fault.SourceChanged, fault.Mismatch:
		return StateChanged
	case fault.SourceMissing:
		return StateMissing
	case fault.Auth:
		return StateSignIn
	case fault.Gone:
		return StateForgotten
	case fault.Uploaded, fault.Several:
		return StateAsking
	default:
		return StateFailed
	}
}

func waitingState(f *fault.Fault) State {
	if f == nil {
		return StateWaiting
	}
	switch f.Kind {
	case fault.Offline:
		return StateOffline
	case fault.Busy:
		return StateBusy
	case fault.SourceBusy:
		return StateWaiting
	default:
		return StateRetrying
	}
}

// Unfinished reports whether not all of a batch is across or given up.
func (s Sum) Unfinished() bool {
	return s.Files > s.Count[StateDone]+s.Count[StateCancelled]+s.Count[StateAsking]
}

// Hold is why nothing new goes to a server for the time being. It ends by itself.
type Hold struct {
	Reason Reason
	Fault  *fault.Fault // what the server was last heard to say, for HeldByServer
	Until  time.Time    // zero: when that is nobody can tell
}

// Reason is what a Hold comes from.
type Reason uint8

// The reasons.
const (
	HeldByServer   Reason = iota // every upload there would meet the same fault
	HeldBySchedule               // the user wants nothing to be sent at these hours
	HeldByMetering               // the user wants nothing to be sent over this network
)
