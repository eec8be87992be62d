package whendone

import (
	"time"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
)

// round follows one round of uploads: it begins when something is to be sent, and ends when
// nothing is. If the user paused the rest, it goes on when that is resumed.
type round struct {
	last    *uploader.Snapshot // the one of the latest update; nil before the first
	updated time.Time          // of the latest update

	active    bool // something is to be sent, or was paused during the round
	sent      bool // a file was sent in this round
	lastSent  bool // what left the queue last was sent
	paused    int  // the fewest that were paused since the round began
	attention int  // the fewest that needed attention
}

// result is how a round ended.
type result uint8

const (
	notEnded  result = iota // or there was none
	allSent                 // what was to be sent was sent
	otherwise               // nothing was sent, something needs attention, or the rest was cancelled
)

// update follows the changes to a snapshot, and reports whether a round has ended with it. A
// round may begin and end between two snapshots. Adding says that there is more to be sent
// than the snapshot has.
func (r *round) update(s *uploader.Snapshot, adding bool, now time.Time) result {
	before, since := r.last, r.updated
	r.last, r.updated = s, now
	if before == nil { // what is there at the start is no change
		r.paused, r.attention = pausedIn(s), attentionIn(s)
		r.active = pendingIn(s) > 0
		return notEnded
	}
	left, sent := leftQueue(before, s, since)
	if left || sent {
		r.lastSent = sent && !left
	}
	r.sent = r.sent || sent
	paused, attention := pausedIn(s), attentionIn(s)
	switch {
	case adding || pendingIn(s) > 0:
		r.active = true
		r.paused, r.attention = min(r.paused, paused), min(r.attention, attention)
		return notEnded
	case !r.active && !sent:
		r.paused, r.attention = paused, attention
		return notEnded
	case !r.lastSent && paused > r.paused: // to be resumed
		r.active = true
		return notEnded
	}
	ended := otherwise
	if r.sent && r.lastSent && attention <= r.attention && s.StoreFault == nil {
		ended = allSent
	}
	*r = round{last: s, updated: now, paused: paused, attention: attention}
	return ended
}

// leftQueue reports what was to be sent in a snapshot and is not in the next one: whether some
// of it was sent, and whether some left the queue otherwise, such as paused, cancelled or
// failed. A transfer that is only in the second one was sent if it finished after the time of
// the first: otherwise it was restored from the history.
func leftQueue(before, after *uploader.Snapshot, since time.Time) (left, sent bool) {
	for was, is := range after.Transfers.ChangedRows(before.Transfers) {
		done := !is.None() && is.Phase() == uploader.PhaseDone
		switch {
		case was.None():
			sent = sent || done && is.Finished() >= uploader.TimestampOf(since)
		case pending(was) && done:
			sent = true
		case pending(was) && (is.None() || !pending(is)):
			left = true
		}
	}
	return left, sent
}

func pending(row uploader.Row) bool {
	return !row.Phase().Final() && row.Intent() == uploader.IntentRun
}

// pendingIn returns how much is to be done without action by the user: transfers, and batches
// of which files are still to be found.
func pendingIn(s *uploader.Snapshot) int { return s.Totals.Pending + unscanned(s, uploader.IntentRun) }

// pausedIn returns how much waits until the user resumes it.
func pausedIn(s *uploader.Snapshot) int {
	return s.Totals.Count[uploader.StatePaused] + unscanned(s, uploader.IntentPause)
}

// unscanned counts the batches with that intent of which files are still to be found.
func unscanned(s *uploader.Snapshot, intent uploader.Intent) int {
	n := 0
	for _, batch := range s.Batches {
		if !batch.Scanned && batch.Intent == intent {
			n++
		}
	}
	return n
}

// attentionIn counts the transfers that need the user's attention.
func attentionIn(s *uploader.Snapshot) int {
	n := 0
	for state, count := range s.Totals.Count {
		if view.NeedsAttention(state) {
			n += count
		}
	}
	return n
}
