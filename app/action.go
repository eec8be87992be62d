package app

import (
	"slices"

	"github.com/ferryapp/ferry/uploader"
)

// action is something a person can do to a transfer.
type action uint8

const (
	actPause action = iota
	actResume
	actRetry
	actReveal
	actCancel
	actRemove
	actions
)

var actionNames = [actions]string{"pause", "resume", "retry", "reveal", "cancel", "remove"}

func (a action) String() string { return actionNames[a] }

// actionsFor lists what can be done to the transfer now, in the order in which
// the buttons stand. The first is the obvious one.
func actionsFor(t *uploader.Transfer) []action {
	switch t.State() {
	case uploader.StateWaiting, uploader.StatePreparing, uploader.StateUploading, uploader.StateChecking:
		return []action{actPause, actCancel}
	case uploader.StatePaused:
		return []action{actResume, actCancel}
	case uploader.StateOffline, uploader.StateRetrying, uploader.StateBusy:
		return []action{actRetry, actPause, actCancel}
	case uploader.StateDone:
		if t.Server == uploader.BuiltinServer {
			return []action{actReveal, actRemove}
		}
		return []action{actRemove}
	default:
		return []action{actRetry, actRemove}
	}
}

// command is the engine's word for the action; nil for what is done without it.
func (a action) command(target uploader.Target) uploader.Command {
	switch a {
	case actPause:
		return uploader.Pause{Target: target}
	case actResume:
		return uploader.Resume{Target: target}
	case actRetry:
		return uploader.Retry{Target: target}
	case actCancel:
		return uploader.Cancel{Target: target}
	case actRemove:
		return uploader.Remove{Target: target}
	default:
		return nil
	}
}

// allows reports whether the action makes sense for the transfer.
func (a action) allows(t *uploader.Transfer) bool {
	return slices.Contains(actionsFor(t), a)
}
