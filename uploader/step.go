package uploader

import (
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/retry"
	"github.com/ferryapp/ferry/uploader/source"
)

// This file is the whole life of a transfer: step takes what happened and says
// what becomes of it. It is pure; the loop keeps the result, saves it, and then
// carries out the effects.
//
//	queued ─taken→ preparing → creating|checking → sending → verifying → done
//	   ↑                │ ended with a fault
//	   └──due── waiting ┴→ failed          cancelled ←terminated─ (intent cancel)

// input is something that happened to a transfer. The set is closed.
type input interface{ input() }

type (
	// recovered: the program started and found the transfer saved. With ask it
	// waits for the user instead of going on.
	recovered struct{ ask bool }

	pausedByUser    struct{}
	resumedByUser   struct{}
	retriedByUser   struct{}
	cancelledByUser struct{}
	removedByUser   struct{}

	// adopted: the user added the transfer's file again, maybe at another place.
	adopted struct {
		file        source.File
		fingerprint string // "": the next worker finds out
		batch       BatchID
		again       bool // sent once more if need be, without asking
	}
	joined struct{ batch BatchID } // the user added the file again in the middle of its batch

	looking struct{} // a worker starts to ask how things stand
	checked struct { // it has the answer
		fault *fault.Fault
		held  bool // the transfer waits for the user
	}

	placed   struct{ rank int64 }  // the user moved it
	taken    struct{}              // the queue's turn came, a worker starts
	entered  struct{ phase Phase } // the worker reached a phase
	restated struct {              // the file was found changed, and what was sent of it was not
		file        source.File
		fingerprint string
	}
	created  struct{ session Session }    // the server made an upload, or joined the parts to one
	parted   struct{ parts []Part }       // the file crosses in these
	partly   struct{ part Part }          // one of them got a URL or an offset
	acked    struct{ session Session }    // the server said what it holds; URL is not looked at
	handed   struct{ sent int64 }         // so many bytes went out to the network
	proved   struct{ marks source.Proof } // for the store alone
	attested struct{ now testimony }      // what was sent is right; for the loop alone
	summed   struct{ sum string }         // SHA-256 of the whole file; "" for none
	ended    struct {                     // the worker is gone
		fault  *fault.Fault // nil when everything crossed or the worker was halted
		halted bool         // ended because the loop asked it to
		active time.Duration
		random float64 // in [0, 1), for the jitter of a wait
	}

	due        struct{}                     // a wait is over
	unsavable  struct{ fault *fault.Fault } // the store does not take it
	terminated struct{ session Session }    // the server's part of a given-up upload is gone, or left to expire
	moved      struct{ url string }         // the server's endpoint changed, the upload URL with it
)

func (recovered) input()       {}
func (pausedByUser) input()    {}
func (resumedByUser) input()   {}
func (retriedByUser) input()   {}
func (cancelledByUser) input() {}
func (removedByUser) input()   {}
func (adopted) input()         {}
func (looking) input()         {}
func (checked) input()         {}
func (joined) input()          {}
func (placed) input()          {}
func (taken) input()           {}
func (entered) input()         {}
func (restated) input()        {}
func (created) input()         {}
func (parted) input()          {}
func (partly) input()          {}
func (acked) input()           {}
func (handed) input()          {}
func (proved) input()          {}
func (attested) input()        {}
func (summed) input()          {}
func (ended) input()           {}
func (due) input()             {}
func (unsavable) input()       {}
func (terminated) input()      {}
func (moved) input()           {}

// fewAnew is how many uploads in a row are made for one file when the server
// forgets each before it held a byte; one that does so every time is broken.
const fewAnew = 3

// effects is what the loop does after a step is saved.
type effects struct {
	enqueue   bool    // stand in line
	dequeue   bool    // leave the line
	halt      bool    // the worker ends
	wake      bool    // due at NextTry
	terminate Session // what the server holds of this is removed, when it is begun
}

// step says what becomes of t. now has no monotonic part to survive a reload.
func step(t Transfer, in input, now time.Time) (Transfer, effects) {
	switch in := in.(type) {
	case recovered:
		return stepRecovered(t, in, now)
	case pausedByUser:
		return stepPaused(t)
	case resumedByUser:
		return stepResumed(t)
	case retriedByUser:
		return stepRetried(t)
	case cancelledByUser:
		return stepCancelled(t, now)
	case removedByUser:
		return stepRemoved(t, now)
	case adopted:
		return stepAdopted(t, in)
	case looking:
		t.Phase, t.Fault = PhaseChecking, nil
		return t, effects{}
	case checked:
		return stepChecked(t, in, now)
	case joined:
		t.Batch = in.batch
		return t, effects{}
	case placed:
		t.Rank = in.rank
		return t, effects{}
	case taken:
		t.Phase, t.Fault, t.NextTry = PhasePreparing, nil, 0
		if t.Started.IsZero() {
			t.Started = MomentOf(now)
		}
		return t, effects{}
	case entered:
		if !t.Phase.Final() { // it failed under its worker's hands
			t.Phase = in.phase
		}
		return t, effects{}
	case unsavable:
		halt := t.Phase.Working()
		t.Phase, t.Fault, t.NextTry, t.Finished = PhaseFailed, in.fault, 0, MomentOf(now)
		return t, effects{dequeue: true, halt: halt}
	case restated:
		t.Source, t.Fingerprint = in.file, in.fingerprint
		return t, effects{}
	case created:
		t.Session = in.session
		return t, effects{}
	case parted:
		t.Session = Session{Parts: len(in.parts)}
		return t, effects{}
	case acked:
		return stepAcked(t, in.session), effects{}
	case handed:
		t.Session.Sent = max(t.Session.Sent, in.sent)
		return t, effects{}
	case summed:
		t.SHA256 = in.sum
		return t, effects{}
	case ended:
		return stepEnded(t, in, now)
	case due:
		if t.Phase != PhaseWaiting {
			return t, effects{}
		}
		t.Phase = PhaseQueued
		return t, effects{enqueue: true}
	case terminated:
		if !t.Intent.GivenUp() || !t.Session.SameUpload(in.session) || t.Phase.Working() || t.Phase.Final() {
			return t, effects{} // of an earlier upload, or too late
		}
		return cancelled(t, now), effects{}
	case moved:
		t.Session.URL = in.url
		if t.Intent.GivenUp() && !t.Phase.Working() && !t.Phase.Final() {
			return t, effects{terminate: t.Session} // what was asked to be removed has another address now
		}
		return t, effects{halt: t.Phase.Working()}
	}
	return t, effects{}
}

func stepAdopted(t Transfer, in adopted) (Transfer, effects) {
	elsewhere := t.Source.Path != in.file.Path
	t.Source, t.Batch = adoptedSource(t, in.file), in.batch
	if in.fingerprint != "" || !t.Phase.Working() {
		t.Fingerprint = in.fingerprint
	}
	switch {
	case t.Phase.Working() && elsewhere && !t.Intent.GivenUp():
		t.Intent = IntentRun
		return t, effects{halt: true} // its worker looks at the old place
	case t.Phase != PhaseFailed:
		return stepResumed(t)
	case t.Fault.Kind == fault.Several, t.Fault.Kind == fault.Uploaded && !in.again:
		return t, effects{} // the question stands
	case t.Fault.Kind == fault.SourceChanged:
		return revived(t), effects{enqueue: true} // this may be the file it was; it is compared with what was sent
	default:
		return stepRetried(t)
	}
}

// adoptedSource is where the file is now. What the server holds a part of stays
// the file it was known as, for the next worker to compare with what it finds: a
// fingerprint alone is no proof that the bytes are the same.
func adoptedSource(t Transfer, found source.File) source.File {
	if t.Session.Begun() {
		found.Size, found.ModTime, found.Identity = t.Source.Size, t.Source.ModTime, t.Source.Identity
	}
	return found
}

func stepRecovered(t Transfer, in recovered, now time.Time) (Transfer, effects) {
	if t.Phase.Final() {
		return t, effects{}
	}
	t.Phase, t.NextTry = PhaseQueued, 0
	switch {
	case t.Intent.GivenUp():
		return giveUp(t, now)
	case t.Intent == IntentRun && !in.ask:
		return t, effects{enqueue: true}
	}
	return t, effects{}
}

func stepPaused(t Transfer) (Transfer, effects) {
	if t.Phase.Final() || t.Intent != IntentRun {
		return t, effects{}
	}
	t.Intent = IntentHold
	if t.Phase.Working() {
		return t, effects{halt: true}
	}
	t.Phase, t.Fault, t.NextTry = PhaseQueued, nil, 0
	return t, effects{dequeue: true}
}

func stepResumed(t Transfer) (Transfer, effects) {
	if t.Phase.Final() || t.Intent.GivenUp() {
		return t, effects{}
	}
	t.Intent = IntentRun
	// A worker that is on its way out is followed by the next when it has ended.
	return t, effects{enqueue: t.Phase == PhaseQueued}
}

func stepRetried(t Transfer) (Transfer, effects) {
	if t.Removed() {
		return t, effects{} // nobody sees it any more
	}
	switch t.Phase {
	case PhaseWaiting:
		t.Phase, t.NextTry = PhaseQueued, 0
		return t, effects{enqueue: true}
	case PhaseFailed, PhaseCancelled:
		stale := t.Session
		if !startsOver(t) {
			stale = Session{}
		} else {
			t.Session, t.Resumed, t.Started, t.SHA256 = Session{}, 0, 0, ""
		}
		return revived(t), effects{enqueue: true, terminate: stale}
	default:
		return t, effects{}
	}
}

// revived stands in line again after it was final.
func revived(t Transfer) Transfer {
	t.Intent, t.Phase, t.Fault, t.Attempt, t.Prior = IntentRun, PhaseQueued, nil, 0, 0
	t.NextTry, t.Finished = 0, 0
	return t
}

// startsOver reports whether what the server holds is of no use for another try.
func startsOver(t Transfer) bool {
	if t.Phase == PhaseCancelled || t.Fault == nil {
		return t.Phase == PhaseCancelled
	}
	switch t.Fault.Kind {
	case fault.SourceChanged, fault.Mismatch, fault.Gone:
		return true
	default:
		return false
	}
}

func stepCancelled(t Transfer, now time.Time) (Transfer, effects) {
	if t.Phase == PhaseDone || t.Phase == PhaseCancelled || t.Intent.GivenUp() {
		return t, effects{}
	}
	t.Intent = IntentCancel
	if t.Phase.Working() {
		return t, effects{halt: true}
	}
	return giveUp(t, now)
}

// stepRemoved gives up what is not final, and what failed with something left on
// the server. A transfer with this intent is taken off the list once it is final.
func stepRemoved(t Transfer, now time.Time) (Transfer, effects) {
	given := t.Intent.GivenUp()
	t.Intent = IntentRemove
	switch {
	case given, t.Phase == PhaseDone, t.Phase == PhaseCancelled, t.Phase == PhaseFailed && !t.Session.Begun():
		return t, effects{}
	case t.Phase.Working():
		return t, effects{halt: true}
	default:
		return giveUp(t, now)
	}
}

// giveUp ends a cancelled transfer that has no worker: at once when the server
// holds nothing of it, otherwise when that is removed.
func giveUp(t Transfer, now time.Time) (Transfer, effects) {
	if !t.Session.Begun() {
		return cancelled(t, now), effects{dequeue: true}
	}
	t.Phase, t.NextTry, t.Finished, t.Fault = PhaseQueued, 0, 0, nil
	return t, effects{dequeue: true, terminate: t.Session}
}

func cancelled(t Transfer, now time.Time) Transfer {
	t.Phase, t.Session, t.Fault, t.Finished = PhaseCancelled, Session{}, nil, MomentOf(now)
	return t
}

func stepAcked(t Transfer, session Session) Transfer {
	if session.Offset > t.Session.Offset {
		t.Attempt = 0
	}
	if t.Phase == PhaseChecking {
		t.Resumed = session.Offset
	}
	t.Session.Offset, t.Session.Sent = session.Offset, session.Offset
	if !session.Expires.IsZero() { // some servers tell it only once
		t.Session.Expires = session.Expires
	}
	return t
}

func stepEnded(t Transfer, in ended, now time.Time) (Transfer, effects) {
	t.Active += in.active
	switch {
	case t.Phase == PhaseFailed: // meanwhile
		return t, effects{}
	case in.fault == nil && !in.halted:
		t.Phase, t.Fault, t.Attempt, t.Finished = PhaseDone, nil, 0, MomentOf(now)
		t.Session.Offset, t.Session.Sent = t.Source.Size, t.Source.Size
		return t, effects{}
	case t.Intent.GivenUp():
		return giveUp(t, now)
	case t.Intent == IntentHold, in.halted:
		t.Phase = PhaseQueued
		return t, effects{enqueue: t.Intent == IntentRun}
	case in.fault.Kind == fault.Gone && in.fault.Op == fault.Head && t.Session.Offset == 0 && t.Session.Sent == 0 && t.Attempt < fewAnew:
		// The server forgot an upload it held nothing of: nothing is lost by another.
		t.Phase, t.Session = PhaseQueued, Session{}
		t.Attempt++
		return t, effects{enqueue: true}
	default:
		return stepFaulted(t, in, now)
	}
}

func stepFaulted(t Transfer, in ended, now time.Time) (Transfer, effects) {
	t.Fault = in.fault
	decision := retry.Decide(in.fault, int(t.Attempt), in.random)
	if !decision.Again {
		t.Phase, t.Finished = PhaseFailed, MomentOf(now)
		return t, effects{}
	}
	if decision.Count {
		t.Attempt++
	}
	t.Phase, t.NextTry = PhaseWaiting, MomentOf(now.Add(decision.Delay))
	return t, effects{wake: true}
}

// stepChecked keeps what a check found. What goes no further by itself is said at
// once; what may be better by the time the user decides only waits.
func stepChecked(t Transfer, in checked, now time.Time) (Transfer, effects) {
	if t.Phase == PhaseFailed { // meanwhile
		return t, effects{}
	}
	t.Phase, t.Fault = PhaseQueued, nil
	switch {
	case t.Intent.GivenUp():
		return giveUp(t, now)
	case !in.held || t.Intent == IntentHold:
		return t, effects{enqueue: t.Intent == IntentRun}
	case in.fault == nil:
		return t, effects{}
	case in.fault.Kind == fault.Gone && t.Session.Offset == 0:
		t.Session = Session{} // it held nothing of it: nothing is lost by another
		return t, effects{}
	}
	t.Fault = in.fault
	if !retry.Decide(in.fault, 0, 0).Again {
		t.Phase, t.Finished = PhaseFailed, MomentOf(now)
	}
	return t, effects{}
}
