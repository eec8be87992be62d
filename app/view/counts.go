package view

import "github.com/ferryapp/ferry/uploader"

// Counts are the numbers of transfers that the tray, the footer and the questions
// contain.
type Counts struct {
	Running     int   // neither paused nor final
	Paused      int   // paused, or interrupted and waiting for an answer
	unanswered  int   // of Paused, those waiting for an answer
	pausedBytes int64 // bytes of Paused that are not uploaded
	needPerson  int   // wait for a person
	Final       int   // done or cancelled
}

// CountsOf counts the transfers of a snapshot. It iterates over them only when some are
// paused. Interrupted transfers count as paused until a person has answered.
func CountsOf(s *uploader.Snapshot, left *Interrupted) Counts {
	var sum Counts
	for state, n := range s.Totals.Count {
		switch {
		case NeedsPerson(state):
			sum.needPerson += n
		case state == uploader.StateDone, state == uploader.StateCancelled:
			sum.Final += n
		default:
			sum.Running += n
		}
	}
	if left == nil && s.Totals.Count[uploader.StatePaused] == 0 {
		return sum
	}
	for _, t := range s.Transfers {
		asked := left.Contains(t)
		if paused := t.Intent == uploader.IntentHold && !t.Phase.Final(); paused || asked {
			sum.Paused++
			sum.pausedBytes += max(0, t.Source.Size-s.Sent(t))
		}
		if asked {
			sum.unanswered++
		}
	}
	sum.Running -= sum.Paused
	return sum
}

// NeedsPerson reports whether a transfer in this state waits for a person.
func NeedsPerson(state uploader.State) bool {
	switch state {
	case uploader.StateChanged, uploader.StateMissing, uploader.StateSignIn, uploader.StateForgotten, uploader.StateAsking,
		uploader.StateFailed:
		return true
	default:
		return false
	}
}
