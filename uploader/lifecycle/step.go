// Package lifecycle is the state machine of a transfer.
//
// [Step] takes a transfer and something that happened to it, an [Input], and returns
// the transfer as it is afterwards and what is to be done, the [Effects]. It is a
// pure function: it reads no clock, does no I/O, starts no goroutine, and cannot
// fail. Errors arrive as inputs with a [fault.Fault]. The engine saves the result
// before it carries out the effects.
//
//	queued ─WorkerStarted→ preparing → creating|checking → sending → verifying → done
//	   ↑                       │ WorkerEnded with a fault
//	   └──WaitEnded── waiting ─┴→ failed      cancelled ←UploadDeleted─ (intent cancel or remove)
//
// Invariants: a failed or waiting transfer has a fault, a waiting one a next try, a
// final one a time at which it finished. A finished upload never restarts, and
// an upload of which the server acknowledged bytes is only abandoned by the user.
package lifecycle

import (
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/retry"
	"github.com/ferryapp/ferry/uploader/source"
)

// maxRecreated is how many uploads in a row are created for one file when the server
// removes each before it has a byte.
const maxRecreated = 3

// Effects is what the engine does once the result of a step is saved.
type Effects struct {
	Enqueue       bool             // add the transfer to the queue
	Dequeue       bool             // remove it from the queue
	StopWorker    bool             // stop its worker
	ScheduleRetry bool             // send WaitEnded at NextTry
	Delete        uploader.Session // delete its uploads from the server, if Begun
}

// Step returns the transfer after in, and what is to be done. Times in the result
// are those of now to the millisecond.
func Step(t uploader.Transfer, in Input, now time.Time) (uploader.Transfer, Effects) {
	switch in := in.(type) {
	case Restored:
		return stepRestored(t, in, now)
	case PausedByUser:
		return stepPaused(t)
	case ResumedByUser:
		return stepResumed(t)
	case RetriedByUser:
		return stepRetried(withPolicy(t, uploader.ExistsAsk), in)
	case ContinuedByUser:
		if !t.NotComparable() {
			return t, Effects{}
		}
		return requeued(t), Effects{Enqueue: true}
	case ExistsResolved:
		return stepExistsResolved(t, in, now)
	case UploadedAsIs:
		return stepUploadedAsIs(t)
	case FileWaitEnded:
		return stepFileWaitEnded(t, now)
	case CancelledByUser:
		return stepCancelled(t, now)
	case RemovedByUser:
		return stepRemoved(t, now)
	case AddedAgain:
		return stepAddedAgain(t, in)
	case MovedToBatch:
		t.Batch = in.Batch
		return t, Effects{}
	case RankChanged:
		t.Rank = in.Rank
		return t, Effects{}
	case WorkerStarted:
		t.Phase, t.Fault, t.NextTry = uploader.PhasePreparing, nil, 0
		if t.Started.IsZero() {
			t.Started = uploader.TimestampOf(now)
		}
		return t, Effects{}
	case PhaseEntered:
		if !t.Phase.Final() { // it may have failed by Rejected while the worker ran
			t.Phase = in.Phase
		}
		return t, Effects{}
	case FileUpdated:
		t.Source, t.Fingerprint, t.ChangeTime = in.File, in.Fingerprint, 0
		return t, Effects{}
	case SourceVerified:
		t.ChangeTime = in.ChangeTime
		return t, Effects{}
	case UploadCreated:
		if t.Session.URL != in.Session.URL {
			t.Result = nil // of an earlier upload
		}
		t.Session, t.Result = in.Session, t.Result.With(in.Result)
		return t, Effects{}
	case PartsPlanned:
		t.Session, t.Result = uploader.Session{Parts: len(in.Parts)}, nil
		return t, Effects{}
	case Acknowledged:
		return stepAcknowledged(t, in), Effects{}
	case BytesSent:
		t.Session.Sent = max(t.Session.Sent, in.Sent)
		return t, Effects{}
	case FileHashed:
		t.SHA256 = in.SHA256
		return t, Effects{}
	case WorkerEnded:
		return stepWorkerEnded(t, in, now)
	case CheckStarted:
		t.Phase, t.Fault = uploader.PhaseChecking, nil
		return t, Effects{}
	case CheckEnded:
		return stepCheckEnded(t, in, now)
	case WaitEnded:
		if t.Phase != uploader.PhaseWaiting {
			return t, Effects{}
		}
		t.Phase = uploader.PhaseQueued
		return t, Effects{Enqueue: true}
	case Rejected:
		working := t.Phase.Working()
		t.Phase, t.Fault, t.NextTry, t.Finished = uploader.PhaseFailed, in.Fault, 0, uploader.TimestampOf(now)
		return t, Effects{Dequeue: true, StopWorker: working}
	case UploadDeleted:
		if !t.Intent.Cancels() || !t.Session.SameUpload(in.Session) || t.Phase.Working() || t.Phase.Final() {
			return t, Effects{} // an earlier upload was deleted, or the transfer is final already
		}
		return cancelled(t, now), Effects{}
	case URLChanged:
		t.Session.URL = in.URL
		if t.Intent.Cancels() && !t.Phase.Working() && !t.Phase.Final() {
			return t, Effects{Delete: t.Session} // the old URL was to be deleted
		}
		return t, Effects{StopWorker: t.Phase.Working()}
	}
	return t, Effects{}
}

func stepAddedAgain(t uploader.Transfer, in AddedAgain) (uploader.Transfer, Effects) {
	moved := t.Source.Path != in.File.Path
	t.Source, t.Batch = sourceAddedAgain(t, in.File), in.Batch
	t = withPolicy(t, in.Exists)
	if in.Fingerprint != "" || !t.Phase.Working() {
		t.Fingerprint = in.Fingerprint
	}
	switch {
	case t.Phase.Working() && moved && !t.Intent.Cancels():
		t.Intent = uploader.IntentRun
		return t, Effects{StopWorker: true} // the worker uses the old path
	case t.Phase == uploader.PhaseWaiting && fault.Is(t.Fault, fault.SourceBusy):
		t.Intent = uploader.IntentRun
		return stepRetried(t, RetriedByUser{}) // the file, or how long to wait for it, may be another
	case t.Phase != uploader.PhaseFailed:
		return stepResumed(t)
	case t.Fault.Kind == fault.AmbiguousMatch, t.Fault.Kind == fault.AlreadyUploaded && !in.UploadAgain:
		return t, Effects{} // the user has not answered yet
	case t.Fault.Kind == fault.SourceChanged:
		return requeued(t), Effects{Enqueue: true} // this may be the original; the worker compares it with what was sent
	default:
		return stepRetried(t, RetriedByUser{})
	}
}

// sourceAddedAgain returns the file at its new path. Once an upload has begun, size,
// time and identity stay those of the file that was sent: a fingerprint does not
// prove equal content, so the next worker compares them with the file it opens.
func sourceAddedAgain(t uploader.Transfer, added source.File) source.File {
	if t.Session.Begun() {
		added.Size, added.ModTime, added.Identity = t.Source.Size, t.Source.ModTime, t.Source.Identity
	}
	return added
}

func stepRestored(t uploader.Transfer, in Restored, now time.Time) (uploader.Transfer, Effects) {
	if t.Phase.Final() {
		return t, Effects{}
	}
	t.Phase, t.NextTry = uploader.PhaseQueued, 0
	switch {
	case t.Intent.Cancels():
		return deleteUpload(t, now)
	case t.Intent == uploader.IntentRun && !in.Ask:
		return t, Effects{Enqueue: true}
	}
	return t, Effects{}
}

func stepPaused(t uploader.Transfer) (uploader.Transfer, Effects) {
	if t.Phase.Final() || t.Intent != uploader.IntentRun {
		return t, Effects{}
	}
	t.Intent = uploader.IntentPause
	if t.Phase.Working() {
		return t, Effects{StopWorker: true}
	}
	t.Phase, t.Fault, t.NextTry = uploader.PhaseQueued, nil, 0
	return t, Effects{Dequeue: true}
}

func stepResumed(t uploader.Transfer) (uploader.Transfer, Effects) {
	if t.Phase.Final() || t.Intent.Cancels() {
		return t, Effects{}
	}
	t.Intent = uploader.IntentRun
	// If a worker is stopping, WorkerEnded adds the transfer to the queue.
	return t, Effects{Enqueue: t.Phase == uploader.PhaseQueued}
}

func stepRetried(t uploader.Transfer, in RetriedByUser) (uploader.Transfer, Effects) {
	if t.Removed() {
		return t, Effects{}
	}
	switch t.Phase {
	case uploader.PhaseWaiting:
		t.Phase, t.NextTry = uploader.PhaseQueued, 0
		return t, Effects{Enqueue: true}
	case uploader.PhaseFailed, uploader.PhaseCancelled:
		var abandoned uploader.Session
		switch {
		case isGone(t):
			// The server is queried once more. If the upload does not exist, nothing of it is
			// lost and another one is created (stepWorkerEnded); if it does, it is resumed.
			t.Session.Offset, t.Session.Sent, t.ResumedFrom = 0, 0, 0
		case in.KeepUpload && t.Phase == uploader.PhaseFailed && fault.Is(t.Fault, fault.SourceChanged):
		case mustRestart(t):
			abandoned = t.Session
			t.Session, t.ChangeTime, t.ResumedFrom, t.Started, t.SHA256, t.Result = uploader.Session{}, 0, 0, 0, "", nil
		}
		return requeued(t), Effects{Enqueue: true, Delete: abandoned}
	default:
		return t, Effects{}
	}
}

// stepUploadedAsIs marks a transfer whose file is still being written, or is about to be
// looked at, and ends its wait. The mark is for one upload: starting over removes it, a
// retry that resumes the upload does not.
func stepUploadedAsIs(t uploader.Transfer) (uploader.Transfer, Effects) {
	switch {
	case t.Session.Begun() || t.Intent.Cancels():
		return t, Effects{}
	case t.Phase == uploader.PhasePreparing:
		t.AsIs = true
		return t, Effects{}
	case !t.WaitsForFile():
		return t, Effects{}
	case t.Phase == uploader.PhaseFailed:
		t = requeued(t)
	}
	t.Phase, t.Fault, t.NextTry, t.AsIs = uploader.PhaseQueued, nil, 0, true
	return t, Effects{Enqueue: t.Intent == uploader.IntentRun}
}

// stepFileWaitEnded fails a transfer that waits for its file. It keeps waiting for one
// whose writer is known, and for a drive.
func stepFileWaitEnded(t uploader.Transfer, now time.Time) (uploader.Transfer, Effects) {
	waits := t.Phase == uploader.PhaseWaiting || t.Phase == uploader.PhaseQueued
	if !waits || t.Intent != uploader.IntentRun || !t.Fault.FileInUse() {
		return t, Effects{}
	}
	t.Phase, t.NextTry, t.Finished = uploader.PhaseFailed, 0, uploader.TimestampOf(now)
	return t, Effects{Dequeue: true}
}

// requeued returns a final transfer as one that is queued.
func requeued(t uploader.Transfer) uploader.Transfer {
	t.AsIs = t.AsIs && t.Session.Begun()
	t.Intent, t.Phase, t.Fault, t.Attempt, t.EarlierUpload = uploader.IntentRun, uploader.PhaseQueued, nil, 0, 0
	t.NextTry, t.Finished, t.Repeated = 0, 0, nil
	return t
}

// isGone reports whether a transfer failed because its upload no longer exists. The
// parts of a file are each created again where needed.
func isGone(t uploader.Transfer) bool {
	return t.Phase == uploader.PhaseFailed && fault.Is(t.Fault, fault.Gone) && t.Session.URL != "" && t.Session.Parts == 0
}

// mustRestart reports whether a retry cannot resume the upload on the server.
func mustRestart(t uploader.Transfer) bool {
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
	if t.Phase == uploader.PhaseDone || t.Phase == uploader.PhaseCancelled || t.Intent.Cancels() {
		return t, Effects{}
	}
	t.Intent = uploader.IntentCancel
	if t.Phase.Working() {
		return t, Effects{StopWorker: true}
	}
	return deleteUpload(t, now)
}

// stepRemoved cancels a transfer that is not final, or that failed with an upload on
// the server. The engine takes it off the list once it is final.
func stepRemoved(t uploader.Transfer, now time.Time) (uploader.Transfer, Effects) {
	cancelling := t.Intent.Cancels()
	t.Intent = uploader.IntentRemove
	switch {
	case cancelling, t.Phase == uploader.PhaseDone, t.Phase == uploader.PhaseCancelled, t.Phase == uploader.PhaseFailed && !hasUpload(t):
		return t, Effects{}
	case t.Phase.Working():
		return t, Effects{StopWorker: true}
	default:
		return deleteUpload(t, now)
	}
}

// deleteUpload continues the cancellation of a transfer without a worker. It is
// final at once if there is no upload, otherwise after UploadDeleted.
func deleteUpload(t uploader.Transfer, now time.Time) (uploader.Transfer, Effects) {
	if !hasUpload(t) {
		return cancelled(t, now), Effects{Dequeue: true}
	}
	t.Phase, t.NextTry, t.Finished, t.Fault = uploader.PhaseQueued, 0, 0, nil
	return t, Effects{Dequeue: true, Delete: t.Session}
}

// hasUpload reports whether the server may have an upload to delete. One whose last response
// was lost is gone or complete: a request to delete it might remove the file.
func hasUpload(t uploader.Transfer) bool {
	lost := t.Phase == uploader.PhaseFailed && t.Fault != nil && t.Fault.Code == fault.CodeResponseLost
	return t.Session.Begun() && !lost
}

func cancelled(t uploader.Transfer, now time.Time) uploader.Transfer {
	t.Phase, t.Session, t.Result, t.Fault, t.Finished = uploader.PhaseCancelled, uploader.Session{}, nil, nil, uploader.TimestampOf(now)
	return t
}

func stepAcknowledged(t uploader.Transfer, in Acknowledged) uploader.Transfer {
	session := in.Session
	if session.Offset > t.Session.Offset && !in.Poor {
		t.Attempt, t.Repeated = 0, nil
	}
	if t.Phase == uploader.PhaseChecking && !t.Pausing() {
		t.ResumedFrom = session.Offset
	}
	t.Session.Offset, t.Session.Sent, t.Session.Unconfirmed = session.Offset, session.Offset, 0
	t.Result = t.Result.With(in.Result)
	if !session.Expires.IsZero() { // some servers send it only once
		t.Session.Expires = session.Expires
	}
	return t
}

func stepWorkerEnded(t uploader.Transfer, in WorkerEnded, now time.Time) (uploader.Transfer, Effects) {
	t.ActiveTime += in.Active
	switch {
	case t.Phase == uploader.PhaseFailed: // by Rejected while the worker ran
		return t, Effects{}
	case in.Fault == nil && !in.Stopped:
		t.Phase, t.Fault, t.Attempt, t.Finished, t.Repeated = uploader.PhaseDone, nil, 0, uploader.TimestampOf(now), nil
		t.Session.Offset, t.Session.Sent = t.Source.Size, t.Source.Size
		return t, Effects{}
	case t.Intent.Cancels():
		return deleteUpload(t, now)
	case t.Intent == uploader.IntentPause, in.Stopped:
		t.Phase = uploader.PhaseQueued
		return t, Effects{Enqueue: t.Intent == uploader.IntentRun}
	case in.Fault.Kind == fault.Gone && in.Fault.Op == fault.Head && t.Session.Offset == 0 && t.Session.Sent == 0 && t.Attempt < maxRecreated:
		t.Phase, t.Session, t.Result = uploader.PhaseQueued, uploader.Session{}, nil // nothing was acknowledged: create another upload
		t.Attempt++
		return t, Effects{Enqueue: true}
	default:
		return stepFault(t, in, now)
	}
}

func stepFault(t uploader.Transfer, in WorkerEnded, now time.Time) (uploader.Transfer, Effects) {
	if t.AsIs && in.Fault.Code == fault.CodeFileChanging {
		t.Phase = uploader.PhaseQueued // the user decided while the worker looked at the file
		return t, Effects{Enqueue: true}
	}
	if in.Fault.Kind == fault.Exists {
		return stepExists(t, in.Fault, now)
	}
	t.Repeated = t.Repeated.With(in.Fault, now)
	if t.Repeated.Final(now) && retry.IsErrorResponse(in.Fault) {
		in.Fault = retry.Repeated(in.Fault)
	}
	t.Fault = in.Fault
	decision := retry.Decide(in.Fault, int(t.Attempt), in.Random)
	if !decision.Retry {
		t.Phase, t.Finished = uploader.PhaseFailed, uploader.TimestampOf(now)
		return t, Effects{}
	}
	if decision.CountAttempt {
		t.Attempt++
	}
	t.Phase, t.NextTry = uploader.PhaseWaiting, uploader.TimestampOf(now.Add(decision.Delay))
	return t, Effects{ScheduleRetry: true}
}

// stepCheckEnded keeps the result of a check. A fault that no retry can resolve
// fails the transfer now; with any other it waits for the user.
func stepCheckEnded(t uploader.Transfer, in CheckEnded, now time.Time) (uploader.Transfer, Effects) {
	if t.Phase == uploader.PhaseFailed { // by Rejected while the check ran
		return t, Effects{}
	}
	t.Phase, t.Fault = uploader.PhaseQueued, nil
	switch {
	case t.Intent.Cancels():
		return deleteUpload(t, now)
	case !in.AwaitsUser || t.Intent == uploader.IntentPause:
		return t, Effects{Enqueue: t.Intent == uploader.IntentRun}
	case in.Fault == nil:
		return t, Effects{}
	case in.Fault.Kind == fault.Gone && in.Fault.Code != fault.CodeResponseLost && t.Session.Offset == 0:
		t.Session, t.Result = uploader.Session{}, nil // nothing was acknowledged: another upload is created
		return t, Effects{}
	}
	t.Fault = in.Fault
	if !retry.Decide(in.Fault, 0, 0).Retry {
		t.Phase, t.Finished = uploader.PhaseFailed, uploader.TimestampOf(now)
	}
	return t, Effects{}
}
