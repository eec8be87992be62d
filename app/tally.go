package app

import "github.com/ferryapp/ferry/uploader"

// tally sums up what the tray, the footer and the questions speak of.
type tally struct {
	running int   // wanted and not final
	held    int   // paused, or left from an earlier run
	asked   int   // of the held ones, those left: they wait for an answer
	left    int64 // bytes of the held ones that have not crossed
	trouble int   // needs a person
	closed  int   // done or cancelled: nothing is lost by taking them off the list
}

// tallyOf sums up a snapshot by its counts. It goes over the transfers only when
// some of them are held. What is left from an earlier run counts as held until a
// person has decided.
func tallyOf(s *uploader.Snapshot, left *leftover) tally {
	var sum tally
	for state, n := range s.Totals.Count {
		switch {
		case needsPerson(state):
			sum.trouble += n
		case state == uploader.StateDone, state == uploader.StateCancelled:
			sum.closed += n
		default:
			sum.running += n
		}
	}
	if left == nil && s.Totals.Count[uploader.StatePaused] == 0 {
		return sum
	}
	for _, t := range s.Transfers {
		asked := left.holds(t)
		if paused := t.Intent == uploader.IntentHold && !t.Phase.Final(); paused || asked {
			sum.held++
			sum.left += max(0, t.Source.Size-s.Sent(t))
		}
		if asked {
			sum.asked++
		}
	}
	sum.running -= sum.held
	return sum
}

func needsPerson(state uploader.State) bool {
	switch state {
	case uploader.StateChanged, uploader.StateMissing, uploader.StateSignIn, uploader.StateForgotten, uploader.StateAsking,
		uploader.StateFailed:
		return true
	default:
		return false
	}
}
