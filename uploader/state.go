package uploader

import "github.com/ferryapp/ferry/uploader/fault"

// State is what is shown of a transfer. It is derived from intent, phase and fault.
type State uint8

// The states.
const (
	StateWaiting   State = iota // queued
	StatePreparing              // the file is opened or hashed
	StateUploading
	StateChecking      // an upload is created, queried or verified
	StatePaused        // by the user
	StateOffline       // waits for a network
	StateRetrying      // waits for the next attempt
	StateBusy          // waits, since the server is busy
	StateChanged       // the file differs from what was sent
	StateMissing       // the file does not exist
	StateSignIn        // the server requires sign-in
	StateExpired       // the server no longer has the upload
	StateNeedsDecision // the user decides about an earlier upload of the same file, about one with its name, or about a lost response
	StateFailed        // for another reason
	StateDone
	StateCancelled
	NumStates
)

var stateNames = [NumStates]string{
	"waiting", "preparing", "uploading", "checking", "paused", "offline", "retrying", "busy", "changed", "missing",
	"sign-in", "forgotten", "asking", "failed", "done", "cancelled",
}

// String returns the name of the state, as printed in machine-readable output.
func (s State) String() string { return nameOf(stateNames[:], uint8(s), "state") }

// States returns all states, in the order of their declaration.
func States() []State {
	all := make([]State, NumStates)
	for i := range all {
		all[i] = State(i)
	}
	return all
}

// State returns the state of the transfer.
func (t *Transfer) State() State { return stateOf(t.Intent, t.Phase, t.Fault) }

func stateOf(intent Intent, phase Phase, f *fault.Fault) State {
	switch {
	case phase == PhaseDone:
		return StateDone
	case phase == PhaseCancelled || intent.Cancels():
		return StateCancelled
	case phase == PhaseFailed:
		return failedState(f)
	case intent == IntentPause:
		return StatePaused
	case phase == PhaseWaiting:
		return waitingState(f)
	case phase == PhasePreparing:
		return StatePreparing
	case phase == PhaseCreating, phase == PhaseChecking, phase == PhaseVerifying:
		return StateChecking
	case phase == PhaseSending:
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
		if f.Code == fault.CodeResponseLost {
			return StateNeedsDecision
		}
		return StateExpired
	case fault.AlreadyUploaded, fault.AmbiguousMatch, fault.Exists:
		return StateNeedsDecision
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
		if f.Code == fault.CodeDriveMissing {
			return StateRetrying
		}
		return StateWaiting
	default:
		return StateRetrying
	}
}
