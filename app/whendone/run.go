package whendone

import (
	"time"

	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
)

// run follows one run of uploads: it begins when something is to be sent, and ends when
// nothing of it is left. What was paused during the run is left.
type run struct {
	last    *uploader.Snapshot // the one of the latest update; nil before the first
	updated time.Time          // of the latest update

	active    bool // something is left
	sent      bool // a file was sent in this run
	lastSent  bool // of the files that left the queue last, one was sent
	paused    int  // the fewest that were paused since the run began
	attention int  // the fewest that needed attention
}

// result is how a run ended.
type result uint8

const (
	notEnded  result = iota // or there was none
	allSent                 // everything was sent
	otherwise               // nothing was sent, something needs attention, or the rest was cancelled
)

// update follows the changes to a snapshot, and reports whether a run has ended with it. A run
// may begin and end between two snapshots. Adding says that there is more to be sent than the
// snapshot has.
func (r *run) update(s *uploader.Snapshot, adding bool, now time.Time) result {
	before := r.last
	r.last = s
	if before == nil { // what is there at the start is no change
		r.updated, r.paused, r.attention = now, pausedIn(s), attentionIn(s)
		r.active = pendingIn(s) > 0
		return notEnded
	}
	left, sent := leftQueue(before, s, r.updated)
	if left {
		r.lastSent = sent
	}
	r.sent = r.sent || sent
	r.updated = now
	if adding || pendingIn(s)+max(0, pausedIn(s)-r.paused) > 0 {
		r.active = true
		r.paused, r.attention = min(r.paused, pausedIn(s)), min(r.attention, attentionIn(s))
		return notEnded
	}
	if !r.active && !sent {
		r.paused, r.attention = pausedIn(s), attentionIn(s)
		return notEnded
	}
	ended := otherwise
	if r.sent && r.lastSent && attentionIn(s) <= r.attention && s.StoreFault == nil {
		ended = allSent
	}
	*r = run{last: s, updated: now, paused: pausedIn(s), attention: attentionIn(s)}
	return ended
}

// leftQueue reports whether a file was sent, or left the queue otherwise, between two
// snapshots. A transfer that is only in the second one was sent if it finished after the time
// of the first: otherwise it was restored from the history.
func leftQueue(before, after *uploader.Snapshot, since time.Time) (left, sent bool) {
	for was, is := range after.Transfers.Changes(before.Transfers) {
		switch {
		case is != nil && is.Phase == uploader.PhaseDone:
			sent = sent || was != nil && was.Phase != uploader.PhaseDone || was == nil && !is.Finished.Before(since)
		case was != nil && pending(was) && (is == nil || !pending(is)):
			left = true
		}
	}
	return left || sent, sent
}

func pending(t *uploader.Transfer) bool {
	return !t.Phase.Final() && t.Intent == uploader.IntentRun
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
