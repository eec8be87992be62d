package lifecycle

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
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

// Input is something that happened to a transfer. The set is closed.
type Input interface{ input() }

type (
	// Restored: the program started and found the transfer saved. With ask it
	// waits for the user instead of going on.
	Restored struct{ Ask bool }

	PausedByUser    struct{}
	ResumedByUser   struct{}
	RetriedByUser   struct{}
	CancelledByUser struct{}
	RemovedByUser   struct{}

	// AddedAgain: the user added the transfer's file again, maybe at another place.
	AddedAgain struct {
		File        source.File
		Fingerprint string // "": the next worker finds out
		Batch       uploader.BatchID
		Again       bool // Sent once more if need be, without asking
	}
	MovedToBatch struct{ Batch uploader.BatchID } // the user added the file again in the middle of its batch

	CheckStarted struct{} // a worker starts to ask how things stand
	CheckEnded   struct { // it has the answer
		Fault *fault.Fault
		Held  bool // the transfer waits for the user
	}

	RankChanged   struct{ Rank int64 }           // the user moved it
	WorkerStarted struct{}                       // the queue's turn came, a worker starts
	PhaseEntered  struct{ Phase uploader.Phase } // the worker reached a phase
	FileUpdated   struct {                       // the file was found changed, and what was sent of it was not
		File        source.File
		Fingerprint string
	}
	UploadCreated  struct{ Session uploader.Session } // the server made an upload, or joined the parts to one
	PartsPlanned   struct{ Parts []uploader.Part }    // the file crosses in these
	PartChanged    struct{ Part uploader.Part }       // one of them got a URL or an offset
	Acknowledged   struct{ Session uploader.Session } // the server said what it holds; URL is not looked at
	BytesSent      struct{ Sent int64 }               // so many bytes went out to the network
	BlocksHashed   struct{ Marks source.Proof }       // for the store alone
	SourceVerified struct{ State FileState }          // what was sent is right; for the loop alone
	FileHashed     struct{ SHA256 string }            // SHA-256 of the whole file; "" for none
	WorkerEnded    struct {                           // the worker is gone
		Fault   *fault.Fault // nil when everything crossed or the worker was halted
		Stopped bool         // WorkerEnded because the loop asked it to
		Active  time.Duration
		Random  float64 // in [0, 1), for the jitter of a wait
	}

	WaitEnded     struct{}                           // a wait is over
	SaveFailed    struct{ Fault *fault.Fault }       // the store does not take it
	UploadDeleted struct{ Session uploader.Session } // the server's part of a given-up upload is gone, or left to expire
	URLChanged    struct{ URL string }               // the server's endpoint changed, the upload URL with it
)

func (Restored) input()        {}
func (PausedByUser) input()    {}
func (ResumedByUser) input()   {}
func (RetriedByUser) input()   {}
func (CancelledByUser) input() {}
func (RemovedByUser) input()   {}
func (AddedAgain) input()      {}
func (CheckStarted) input()    {}
func (CheckEnded) input()      {}
func (MovedToBatch) input()    {}
func (RankChanged) input()     {}
func (WorkerStarted) input()   {}
func (PhaseEntered) input()    {}
func (FileUpdated) input()     {}
func (UploadCreated) input()   {}
func (PartsPlanned) input()    {}
func (PartChanged) input()     {}
func (Acknowledged) input()    {}
func (BytesSent) input()       {}
func (BlocksHashed) input()    {}
func (SourceVerified) input()  {}
func (FileHashed) input()      {}
func (WorkerEnded) input()     {}
func (WaitEnded) input()       {}
func (SaveFailed) input()      {}
func (UploadDeleted) input()   {}
func (URLChanged) input()      {}

// fewAnew is how many uploads in a row are made for one file when the server
// forgets each before it held a byte; one that does so every time is broken.
const fewAnew = 3

// Effects is what the loop does after a step is saved.
type Effects struct {
	Enqueue    bool             // stand in line
	Dequeue    bool             // leave the line
	StopWorker bool             // the worker ends
	Wake       bool             // WaitEnded at NextTry
	Delete     uploader.Session // what the server holds of this is removed, when it is begun
}

// Step says what becomes of t. now has no monotonic part to survive a reload.
func Step(t uploader.Transfer, in Input, now time.Time) (uploader.Transfer, Effects) {
	switch in := in.(type) {
	case Restored:
		return stepRecovered(t, in, now)
	case PausedByUser:
		return stepPaused(t)
	case ResumedByUser:
		return stepResumed(t)
	case RetriedByUser:
		return stepRetried(t)
	case CancelledByUser:
		return stepCancelled(t, now)
	case RemovedByUser:
		return stepRemoved(t, now)
	case AddedAgain:
		return stepAdopted(t, in)
	case CheckStarted:
		t.Phase, t.Fault = uploader.PhaseChecking, nil
		return t, Effects{}
	case CheckEnded:
		return stepChecked(t, in, now)
	case MovedToBatch:
		t.Batch = in.Batch
		return t, Effects{}
	case RankChanged:
		t.Rank = in.Rank
		return t, Effects{}
	case WorkerStarted:
		t.Phase, t.Fault, t.NextTry = uploader.PhasePreparing, nil, 0
		if t.Started.IsZero() {
			t.Started = uploader.MomentOf(now)
		}
		return t, Effects{}
	case PhaseEntered:
		if !t.Phase.Final() { // it failed under its worker's hands
			t.Phase = in.Phase
		}
		return t, Effects{}
	case SaveFailed:
		halt := t.Phase.Working()
		t.Phase, t.Fault, t.NextTry, t.Finished = uploader.PhaseFailed, in.Fault, 0, uploader.MomentOf(now)
		return t, Effects{Dequeue: true, StopWorker: halt}
	case FileUpdated:
		t.Source, t.Fingerprint = in.File, in.Fingerprint
		return t, Effects{}
	case UploadCreated:
		t.Session = in.Session
		return t, Effects{}
	case PartsPlanned:
		t.Session = uploader.Session{Parts: len(in.Parts)}
		return t, Effects{}
	case Acknowledged:
		return stepAcked(t, in.Session), Effects{}
	case BytesSent:
		t.Session.Sent = max(t.Session.Sent, in.Sent)
		return t, Effects{}
	case FileHashed:
		t.SHA256 = in.SHA256
		return t, Effects{}
	case WorkerEnded:
		return stepEnded(t, in, now)
	case WaitEnded:
		if t.Phase != uploader.PhaseWaiting {
			return t, Effects{}
		}
		t.Phase = uploader.PhaseQueued
		return t, Effects{Enqueue: true}
	case UploadDeleted:
		if !t.Intent.GivenUp() || !t.Session.SameUpload(in.Session) || t.Phase.Working() || t.Phase.Final() {
			return t, Effects{} // of an earlier upload, or too late
		}
		return cancelled(t, now), Effects{}
	case URLChanged:
		t.Session.URL = in.URL
		if t.Intent.GivenUp() && !t.Phase.Working() && !t.Phase.Final() {
			return t, Effects{Delete: t.Session} // what was asked to be removed has another address now
		}
		return t, Effects{StopWorker: t.Phase.Working()}
	}
	return t, Effects{}
}

func stepAdopted(t uploader.Transfer, in AddedAgain) (uploader.Transfer, Effects) {
	elsewhere := t.Source.Path != in.File.Path
	t.Source, t.Batch = adoptedSource(t, in.File), in.Batch
	if in.Fingerprint != "" || !t.Phase.Working() {
		t.Fingerprint = in.Fingerprint
	}
	switch {
	case t.Phase.Working() && elsewhere && !t.Intent.GivenUp():
		t.Intent = uploader.IntentRun
		return t, Effects{StopWorker: true} // its worker looks at the old place
	case t.Phase != uploader.PhaseFailed:
		return stepResumed(t)
	case t.Fault.Kind == fault.Several, t.Fault.Kind == fault.Uploaded && !in.Again:
		return t, Effects{} // the question stands
	case t.Fault.Kind == fault.SourceChanged:
		return revived(t), Effects{Enqueue: true} // this may be the file it was; it is compared with what was sent
	default:
		return stepRetried(t)
	}
}

// adoptedSource is where the file is now. What the server holds a part of stays
// the file it was known as, for the next worker to compare with what it finds: a
// Fingerprint alone is no proof that the bytes are the same.
func adoptedSource(t uploader.Transfer, found source.File) source.File {
	if t.Session.Begun() {
		found.Size, found.ModTime, found.Identity = t.Source.Size, t.Source.ModTime, t.Source.Identity
	}
	return found
}

func stepRecovered(t uploader.Transfer, in Restored, now time.Time) (uploader.Transfer, Effects) {
	if t.Phase.Final() {
		return t, Effects{}
	}
	t.Phase, t.NextTry = uploader.PhaseQueued, 0
	switch {
	case t.Intent.GivenUp():
		return giveUp(t, now)
	case t.Intent == uploader.IntentRun && !in.Ask:
		return t, Effects{Enqueue: true}
	}
	return t, Effects{}
}

func stepPaused(t uploader.Transfer) (uploader.Transfer, Effects) {
	if t.Phase.Final() || t.Intent != uploader.IntentRun {
		return t, Effects{}
	}
	t.Intent = uploader.IntentHold
	if t.Phase.Working() {
		return t, Effects{StopWorker: true}
	}
	t.Phase, t.Fault, t.NextTry = uploader.PhaseQueued, nil, 0
	return t, Effects{Dequeue: true}
}

func stepResumed(t uploader.Transfer) (uploader.Transfer, Effects) {
	if t.Phase.Final() || t.Intent.GivenUp() {
		return t, Effects{}
	}
	t.Intent = uploader.IntentRun
	// A worker that is on its way out is followed by the next when it has ended.
	return t, Effects{Enqueue: t.Phase == uploader.PhaseQueued}
}

func stepRetried(t uploader.Transfer) (uploader.Transfer, Effects) {
	if t.Removed() {
		return t, Effects{} // nobody sees it any more
	}
	switch t.Phase {
	case uploader.PhaseWaiting:
		t.Phase, t.NextTry = uploader.PhaseQueued, 0
		return t, Effects{Enqueue: true}
	case uploader.PhaseFailed, uploader.PhaseCancelled:
		stale := t.Session
		if !startsOver(t) {
			stale = uploader.Session{}
		} else {
			t.Session, t.Resumed, t.Started, t.SHA256 = uploader.Session{}, 0, 0, ""
		}
		return revived(t), Effects{Enqueue: true, Delete: stale}
	default:
		return t, Effects{}
	}
}

// revived stands in line again after it was final.
func revived(t uploader.Transfer) uploader.Transfer {
	t.Intent, t.Phase, t.Fault, t.Attempt, t.Prior = uploader.IntentRun, uploader.PhaseQueued, nil, 0, 0
	t.NextTry, t.Finished = 0, 0
	return t
}

// startsOver reports whether what the server holds is of no use for another try.
func startsOver(t uploader.Transfer) bool {
	if t.Phase == uploader.PhaseCancelled || t.Fault == nil {
		return t.Phase == uploader.PhaseCancelled
	}
	switch t.Fault.Kind {
	case fault.SourceChanged, fault.Mismatch, fault.Gone:
		return true
	default:
		return false
	}
}

func stepCancelled(t uploader.Transfer, now time.Time) (uploader.Transfer, Effects) {
	if t.Phase == uploader.PhaseDone || t.Phase == uploader.PhaseCancelled || t.Intent.GivenUp() {
		return t, Effects{}
	}
	t.Intent = uploader.IntentCancel
	if t.Phase.Working() {
		return t, Effects{StopWorker: true}
	}
	return giveUp(t, now)
}

// stepRemoved gives up what is not final, and what failed with something left on
// the server. A transfer with this intent is taken off the list once it is final.
func stepRemoved(t uploader.Transfer, now time.Time) (uploader.Transfer, Effects) {
	given := t.Intent.GivenUp()
	t.Intent = uploader.IntentRemove
	switch {
	case given, t.Phase == uploader.PhaseDone, t.Phase == uploader.PhaseCancelled, t.Phase == uploader.PhaseFailed && !t.Session.Begun():
		return t, Effects{}
	case t.Phase.Working():
		return t, Effects{StopWorker: true}
	default:
		return giveUp(t, now)
	}
}

// giveUp ends a cancelled transfer that has no worker: at once when the server
// Reliable nothing of it, otherwise when that is removed.
func giveUp(t uploader.Transfer, now time.Time) (uploader.Transfer, Effects) {
	if !t.Session.Begun() {
		return cancelled(t, now), Effects{Dequeue: true}
	}
	t.Phase, t.NextTry, t.Finished, t.Fault = uploader.PhaseQueued, 0, 0, nil
	return t, Effects{Dequeue: true, Delete: t.Session}
}

func cancelled(t uploader.Transfer, now time.Time) uploader.Transfer {
	t.Phase, t.Session, t.Fault, t.Finished = uploader.PhaseCancelled, uploader.Session{}, nil, uploader.MomentOf(now)
	return t
}

func stepAcked(t uploader.Transfer, session uploader.Session) uploader.Transfer {
	if session.Offset > t.Session.Offset {
		t.Attempt = 0
	}
	if t.Phase == uploader.PhaseChecking {
		t.Resumed = session.Offset
	}
	t.Session.Offset, t.Session.Sent = session.Offset, session.Offset
	if !session.Expires.IsZero() { // some servers tell it only once
		t.Session.Expires = session.Expires
	}
	return t
}

func stepEnded(t uploader.Transfer, in WorkerEnded, now time.Time) (uploader.Transfer, Effects) {
	t.Active += in.Active
	switch {
	case t.Phase == uploader.PhaseFailed: // meanwhile
		return t, Effects{}
	case in.Fault == nil && !in.Stopped:
		t.Phase, t.Fault, t.Attempt, t.Finished = uploader.PhaseDone, nil, 0, uploader.MomentOf(now)
		t.Session.Offset, t.Session.Sent = t.Source.Size, t.Source.Size
		return t, Effects{}
	case t.Intent.GivenUp():
		return giveUp(t, now)
	case t.Intent == uploader.IntentHold, in.Stopped:
		t.Phase = uploader.PhaseQueued
		return t, Effects{Enqueue: t.Intent == uploader.IntentRun}
	case in.Fault.Kind == fault.Gone && in.Fault.Op == fault.Head && t.Session.Offset == 0 && t.Session.Sent == 0 && t.Attempt < fewAnew:
		// The server forgot an upload it held nothing of: nothing is lost by another.
		t.Phase, t.Session = uploader.PhaseQueued, uploader.Session{}
		t.Attempt++
		return t, Effects{Enqueue: true}
	default:
		return stepFaulted(t, in, now)
	}
}

func stepFaulted(t uploader.Transfer, in WorkerEnded, now time.Time) (uploader.Transfer, Effects) {
	t.Fault = in.Fault
	decision := retry.Decide(in.Fault, int(t.Attempt), in.Random)
	if !decision.Again {
		t.Phase, t.Finished = uploader.PhaseFailed, uploader.MomentOf(now)
		return t, Effects{}
	}
	if decision.Count {
		t.Attempt++
	}
	t.Phase, t.NextTry = uploader.PhaseWaiting, uploader.MomentOf(now.Add(decision.Delay))
	return t, Effects{Wake: true}
}

// stepChecked keeps what a check found. What goes no further by itself is said at
// once; what may be better by the time the user decides only waits.
func stepChecked(t uploader.Transfer, in CheckEnded, now time.Time) (uploader.Transfer, Effects) {
	if t.Phase == uploader.PhaseFailed { // meanwhile
		return t, Effects{}
	}
	t.Phase, t.Fault = uploader.PhaseQueued, nil
	switch {
	case t.Intent.GivenUp():
		return giveUp(t, now)
	case !in.Held || t.Intent == uploader.IntentHold:
		return t, Effects{Enqueue: t.Intent == uploader.IntentRun}
	case in.Fault == nil:
		return t, Effects{}
	case in.Fault.Kind == fault.Gone && t.Session.Offset == 0:
		t.Session = uploader.Session{} // it held nothing of it: nothing is lost by another
		return t, Effects{}
	}
	t.Fault = in.Fault
	if !retry.Decide(in.Fault, 0, 0).Again {
		t.Phase, t.Finished = uploader.PhaseFailed, uploader.MomentOf(now)
	}
	return t, Effects{}
}
