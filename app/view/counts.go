package view

import "github.com/ferryapp/ferry/uploader"

// Counts are the numbers of transfers that the tray, the footer and the questions show.
type Counts struct {
	Running        int   // neither paused nor final
	Paused         int   // paused, or interrupted and waiting for the user's decision
	undecided      int   // of Paused, those waiting for the user's decision
	pausedSize     int64 // bytes of Paused
	pausedBytes    int64 // bytes of Paused that are not uploaded
	needsAttention int
	Final          int // done or cancelled
}

// CountsOf counts the transfers of a snapshot. It iterates over all of them only if
// some are paused. Interrupted transfers count as paused until the user has decided.
func CountsOf(s *uploader.Snapshot, interrupted *Interrupted) Counts {
	var counts Counts
	for state, n := range s.Totals.Count {
		switch {
		case NeedsAttention(state):
			counts.needsAttention += n
		case state == uploader.StateDone, state == uploader.StateCancelled:
			counts.Final += n
		default:
			counts.Running += n
		}
	}
	if interrupted == nil && s.Totals.Count[uploader.StatePaused] == 0 {
		return counts
	}
	for _, row := range s.Transfers.Rows() {
		waiting := interrupted.containsRow(row)
		if paused := row.Intent() == uploader.IntentPause && !row.Phase().Final(); paused || waiting {
			counts.Paused++
			counts.pausedSize += max(0, row.Size())
			counts.pausedBytes += max(0, row.Size()-s.SentOfRow(row))
		}
		if waiting {
			counts.undecided++
		}
	}
	counts.Running -= counts.Paused
	return counts
}

// NeedsAttention reports whether a transfer in this state needs the user's attention.
func NeedsAttention(state uploader.State) bool {
	switch state {
	case uploader.StateChanged, uploader.StateMissing, uploader.StateSignIn, uploader.StateExpired, uploader.StateNeedsDecision,
		uploader.StateFailed:
		return true
	default:
		return false
	}
}
