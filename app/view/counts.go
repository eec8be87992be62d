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
func CountsOf(s *uploader.Snapshot, interrupted *Interrupted) Counts {
	var counts Counts
	for state, n := range s.Totals.Count {
		switch {
		case NeedsPerson(state):
			counts.needPerson += n
		case state == uploader.StateDone, state == uploader.StateCancelled:
			counts.Final += n
		default:
			counts.Running += n
		}
	}
	if interrupted == nil && s.Totals.Count[uploader.StatePaused] == 0 {
		return counts
	}
	for _, t := range s.Transfers {
		waiting := interrupted.Contains(t)
		if paused := t.Intent == uploader.IntentPause && !t.Phase.Final(); paused || waiting {
			counts.Paused++
			counts.pausedBytes += max(0, t.Source.Size-s.Sent(t))
		}
		if waiting {
			counts.unanswered++
		}
	}
	counts.Running -= counts.Paused
	return counts
}

// NeedsPerson reports whether a transfer in this state waits for a person.
func NeedsPerson(state uploader.State) bool {
	switch state {
	case uploader.StateChanged, uploader.StateMissing, uploader.StateSignIn, uploader.StateExpired, uploader.StateNeedsDecision,
		uploader.StateFailed:
		return true
	default:
		return false
	}
}
