package app

import "github.com/ferryapp/ferry/uploader"

// tally sums up what the tray, the footer and the questions speak of.
type tally struct {
	running int   // wanted and not final
	held    int   // paused, or left from an earlier run
	left    int64 // bytes of the held ones that have not crossed
	trouble int   // needs a person
	closed  int   // done or cancelled: nothing is lost by taking them off the list
}

// tallyOf goes over all transfers once. What is left from an earlier run counts
// as held until a person has decided.
func tallyOf(s *uploader.Snapshot, left *leftover) tally {
	var sum tally
	for _, t := range s.Transfers {
		switch {
		case needsPerson(t.State()):
			sum.trouble++
		case t.Phase.Final():
			sum.closed++
		case t.Intent == uploader.IntentHold, left.holds(t):
			sum.held++
			sum.left += t.Source.Size - s.Sent(t)
		case t.Intent == uploader.IntentRun:
			sum.running++
		}
	}
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
