package lifecycle

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// noon is the time passed to Step in these tests.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func TestStep(t *testing.T) {
	session := uploader.Session{URL: "http://s/1", Offset: 40, Sent: 60}
	ended := func(kind fault.Kind, op fault.Op) WorkerEnded {
		return WorkerEnded{Fault: &fault.Fault{Kind: kind, Op: op}, Random: 0.5}
	}
	changing := &fault.Fault{Kind: fault.SourceBusy, Code: fault.CodeFileChanging}
	for _, c := range []struct {
		name  string
		from  uploader.Transfer
		in    Input
		phase uploader.Phase
		state uploader.State
		want  Effects
		check func(uploader.Transfer) bool
	}{
		{
			"running transfer is queued after crash",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session, Attempt: 3},
			Restored{},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool { return t.Session == session && t.Attempt == 3 },
		},
		{
			"running transfer waits for user after crash with ask",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session},
			Restored{Ask: true},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{},
			nil,
		},
		{
			"paused transfer stays paused after crash",
			uploader.Transfer{Phase: uploader.PhaseSending, Intent: uploader.IntentPause, Session: session},
			Restored{},
			uploader.PhaseQueued, uploader.StatePaused,
			Effects{},
			nil,
		},
		{
			"cancellation continues after crash",
			uploader.Transfer{Phase: uploader.PhaseSending, Intent: uploader.IntentCancel, Session: session},
			Restored{},
			uploader.PhaseQueued, uploader.StateCancelled,
			Effects{Dequeue: true, Delete: session},
			nil,
		},
		{
			"cancellation without upload is final after crash",
			uploader.Transfer{Phase: uploader.PhaseCreating, Intent: uploader.IntentCancel},
			Restored{},
			uploader.PhaseCancelled, uploader.StateCancelled,
			Effects{Dequeue: true},
			nil,
		},
		{
			"failed transfer is not restored",
			uploader.Transfer{Phase: uploader.PhaseFailed, Fault: &fault.Fault{Kind: fault.Refused}},
			Restored{},
			uploader.PhaseFailed, uploader.StateFailed,
			Effects{},
			nil,
		},
		{
			"begun transfer added again keeps size, time and identity",
			uploader.Transfer{Session: session, Source: source.File{Path: "/old", Size: 100, ModTime: noon, Identity: source.Identity{Index: 1}}},
			AddedAgain{File: source.File{Path: "/new", RelPath: "new", Size: 100, ModTime: noon.Add(time.Hour), Identity: source.Identity{Index: 2}}, Batch: 7},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool {
				return t.Batch == 7 && t.Source == source.File{
					Path: "/new", RelPath: "new", Size: 100, ModTime: noon, Identity: source.Identity{Index: 1},
				}
			},
		},
		{
			"unbegun transfer added again takes file as it is",
			uploader.Transfer{Source: source.File{Path: "/old", Size: 100, ModTime: noon}},
			AddedAgain{File: source.File{Path: "/new", Size: 100, ModTime: noon.Add(time.Hour)}, Batch: 7},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool { return t.Source.ModTime.Equal(noon.Add(time.Hour)) },
		},
		{
			"pause stops worker",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session},
			PausedByUser{},
			uploader.PhaseSending, uploader.StatePaused,
			Effects{StopWorker: true},
			nil,
		},
		{
			"stopped worker keeps session of paused transfer",
			uploader.Transfer{Phase: uploader.PhaseSending, Intent: uploader.IntentPause, Session: session},
			WorkerEnded{Stopped: true},
			uploader.PhaseQueued, uploader.StatePaused,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session == session },
		},
		{
			"upload completed during pause is done",
			uploader.Transfer{Phase: uploader.PhaseVerifying, Intent: uploader.IntentPause, Session: session, Source: source.File{Size: 100}},
			WorkerEnded{},
			uploader.PhaseDone, uploader.StateDone,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session.Offset == 100 },
		},
		{
			"transfer resumed while worker stops is queued",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session},
			WorkerEnded{Stopped: true},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			nil,
		},
		{
			"pause ends wait",
			uploader.Transfer{Phase: uploader.PhaseWaiting, NextTry: uploader.TimestampOf(noon), Fault: &fault.Fault{Kind: fault.Transient}},
			PausedByUser{},
			uploader.PhaseQueued, uploader.StatePaused,
			Effects{Dequeue: true},
			func(t uploader.Transfer) bool { return t.NextTry.IsZero() && t.Fault == nil },
		},
		{
			"transient fault waits with backoff",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session, Attempt: 2},
			ended(fault.Transient, fault.Patch),
			uploader.PhaseWaiting, uploader.StateRetrying,
			Effects{ScheduleRetry: true},
			func(t uploader.Transfer) bool {
				return t.Attempt == 3 && t.NextTry.Equal(noon.Add(2*time.Second)) && t.Session == session
			},
		},
		{
			"offline does not count as attempt",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session, Attempt: 2},
			ended(fault.Offline, fault.Head),
			uploader.PhaseWaiting, uploader.StateOffline,
			Effects{ScheduleRetry: true},
			func(t uploader.Transfer) bool { return t.Attempt == 2 },
		},
		{
			"acknowledgement confirms a new upload",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: uploader.Session{URL: "http://s/1", Unconfirmed: uploader.TimestampOf(noon)}},
			Acknowledged{Session: uploader.Session{Offset: 0}},
			uploader.PhaseChecking, uploader.StateChecking,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session.URL == "http://s/1" && t.Session.Unconfirmed.IsZero() },
		},
		{
			"new upload that is not visible is kept",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: uploader.Session{URL: "http://s/1", Unconfirmed: uploader.TimestampOf(noon)}},
			WorkerEnded{Fault: &fault.Fault{Kind: fault.Transient, Op: fault.Head, Code: fault.CodeUploadNotVisible, RetryAfter: 2 * time.Second}},
			uploader.PhaseWaiting, uploader.StateRetrying,
			Effects{ScheduleRetry: true},
			func(t uploader.Transfer) bool {
				return t.Session.URL == "http://s/1" && !t.Session.Unconfirmed.IsZero() && t.NextTry.Equal(noon.Add(2*time.Second)) && t.Attempt == 0
			},
		},
		{
			"check keeps a new upload that is not visible",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: uploader.Session{URL: "http://s/1", Unconfirmed: uploader.TimestampOf(noon)}},
			CheckEnded{Fault: &fault.Fault{Kind: fault.Transient, Op: fault.Head, Code: fault.CodeUploadNotVisible}, AwaitsUser: true},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session.URL == "http://s/1" },
		},
		{
			"check keeps an upload whose last response was lost",
			uploader.Transfer{Phase: uploader.PhaseChecking, Source: source.File{Size: 10}, Session: uploader.Session{URL: "http://s/1", Sent: 10}},
			CheckEnded{Fault: &fault.Fault{Kind: fault.Gone, Op: fault.Head, Code: fault.CodeResponseLost}, AwaitsUser: true},
			uploader.PhaseFailed, uploader.StateNeedsDecision,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session.URL == "http://s/1" },
		},
		{
			"an upload whose last response was lost is removed without deleting it",
			uploader.Transfer{Phase: uploader.PhaseFailed, Session: session, Fault: &fault.Fault{Kind: fault.Gone, Op: fault.Head, Code: fault.CodeResponseLost}},
			RemovedByUser{},
			uploader.PhaseFailed, uploader.StateCancelled,
			Effects{},
			func(t uploader.Transfer) bool { return t.Removed() },
		},
		{
			"an upload whose last response was lost is cancelled without deleting it",
			uploader.Transfer{Phase: uploader.PhaseFailed, Session: session, Fault: &fault.Fault{Kind: fault.Gone, Op: fault.Head, Code: fault.CodeResponseLost}},
			CancelledByUser{},
			uploader.PhaseCancelled, uploader.StateCancelled,
			Effects{Dequeue: true},
			nil,
		},
		{
			"progress resets attempts",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session, Attempt: 5},
			Acknowledged{Session: uploader.Session{Offset: 41}},
			uploader.PhaseSending, uploader.StateUploading,
			Effects{},
			func(t uploader.Transfer) bool {
				return t.Attempt == 0 && t.Session.Offset == 41 && t.Session.URL == session.URL
			},
		},
		{
			"poor progress does not reset attempts",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session, Attempt: 5},
			Acknowledged{Session: uploader.Session{Offset: 41}, Poor: true},
			uploader.PhaseSending, uploader.StateUploading,
			Effects{},
			func(t uploader.Transfer) bool { return t.Attempt == 5 && t.Session.Offset == 41 },
		},
		{
			"lower offset is accepted",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: session, Attempt: 5},
			Acknowledged{Session: uploader.Session{Offset: 7}},
			uploader.PhaseChecking, uploader.StateChecking,
			Effects{},
			func(t uploader.Transfer) bool { return t.Attempt == 5 && t.Session.Offset == 7 && t.Session.Sent == 7 },
		},
		{
			"offset queried before sending is where it is resumed",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: session},
			Acknowledged{Session: uploader.Session{Offset: 7}},
			uploader.PhaseChecking, uploader.StateChecking,
			Effects{},
			func(t uploader.Transfer) bool { return t.ResumedFrom == 7 },
		},
		{
			"offset queried after a pause is not where it is resumed",
			uploader.Transfer{Phase: uploader.PhaseChecking, Intent: uploader.IntentPause, Session: session, ResumedFrom: 3},
			Acknowledged{Session: uploader.Session{Offset: 7}},
			uploader.PhaseChecking, uploader.StatePaused,
			Effects{},
			func(t uploader.Transfer) bool { return t.ResumedFrom == 3 && t.Session.Offset == 7 },
		},
		{
			"missing expiry keeps earlier one",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: uploader.Session{URL: "u", Expires: uploader.TimestampOf(noon)}},
			Acknowledged{Session: uploader.Session{Offset: 1}},
			uploader.PhaseSending, uploader.StateUploading,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session.Expires.Equal(noon) },
		},
		{
			"required sign-in keeps session",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: session},
			ended(fault.Auth, fault.Head),
			uploader.PhaseFailed, uploader.StateSignIn,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session == session },
		},
		{
			"removed upload without data is created again",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: uploader.Session{URL: "u"}},
			ended(fault.Gone, fault.Head),
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool { return t.Session == uploader.Session{} },
		},
		{
			"removed upload without data fails after maxRecreated",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: uploader.Session{URL: "u"}, Attempt: maxRecreated},
			ended(fault.Gone, fault.Head),
			uploader.PhaseFailed, uploader.StateExpired,
			Effects{},
			nil,
		},
		{
			"removed upload with data fails",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: session},
			ended(fault.Gone, fault.Head),
			uploader.PhaseFailed, uploader.StateExpired,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session == session },
		},
		{
			"retry of removed upload asks the server again",
			uploader.Transfer{Phase: uploader.PhaseFailed, Fault: &fault.Fault{Kind: fault.Gone}, Session: session, Finished: uploader.TimestampOf(noon)},
			RetriedByUser{},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool {
				return t.Session.URL == session.URL && t.Session.Offset == 0 && t.Session.Sent == 0 && t.Finished.IsZero() && t.Fault == nil
			},
		},
		{
			"retry of removed parts restarts",
			uploader.Transfer{Phase: uploader.PhaseFailed, Fault: &fault.Fault{Kind: fault.Gone}, Session: uploader.Session{URL: "u", Parts: 2}},
			RetriedByUser{},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true, Delete: uploader.Session{URL: "u", Parts: 2}},
			func(t uploader.Transfer) bool { return t.Session == uploader.Session{} },
		},
		{
			"retry of changed file starts over",
			uploader.Transfer{Phase: uploader.PhaseFailed, Fault: &fault.Fault{Kind: fault.SourceChanged}, Session: session, ChangeTime: 7},
			RetriedByUser{},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true, Delete: session},
			func(t uploader.Transfer) bool { return t.Session == uploader.Session{} && t.ChangeTime == 0 },
		},
		{
			"retry of changed file with its upload kept compares again",
			uploader.Transfer{Phase: uploader.PhaseFailed, Fault: &fault.Fault{Kind: fault.SourceChanged}, Session: session, ChangeTime: 7},
			RetriedByUser{KeepUpload: true},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool { return t.Session == session && t.ChangeTime == 7 },
		},
		{
			"continued file that cannot be compared resumes",
			uploader.Transfer{Phase: uploader.PhaseFailed, Fault: &fault.Fault{Kind: fault.SourceChanged, Code: fault.CodeNotComparable}, Session: session},
			ContinuedByUser{},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool { return t.Session == session },
		},
		{
			"changed file does not continue",
			uploader.Transfer{Phase: uploader.PhaseFailed, Fault: &fault.Fault{Kind: fault.SourceChanged}, Session: session},
			ContinuedByUser{},
			uploader.PhaseFailed, uploader.StateChanged,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session == session },
		},
		{
			"verified file has its change time",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: session},
			SourceVerified{ChangeTime: 7},
			uploader.PhaseChecking, uploader.StateChecking,
			Effects{},
			func(t uploader.Transfer) bool { return t.ChangeTime == 7 },
		},
		{
			"updated file has no change time until it is verified",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: session, ChangeTime: 7},
			FileUpdated{Fingerprint: "m1"},
			uploader.PhaseChecking, uploader.StateChecking,
			Effects{},
			func(t uploader.Transfer) bool { return t.ChangeTime == 0 && t.Fingerprint == "m1" },
		},
		{
			"retry after sign-in resumes",
			uploader.Transfer{Phase: uploader.PhaseFailed, Fault: &fault.Fault{Kind: fault.Auth}, Session: session},
			RetriedByUser{},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool { return t.Session == session },
		},
		{
			"cancelling queued transfer dequeues it",
			uploader.Transfer{Phase: uploader.PhaseQueued},
			CancelledByUser{},
			uploader.PhaseCancelled, uploader.StateCancelled,
			Effects{Dequeue: true},
			nil,
		},
		{
			"upload of cancelled transfer is deleted",
			uploader.Transfer{Phase: uploader.PhaseSending, Intent: uploader.IntentCancel, Session: session},
			WorkerEnded{Stopped: true},
			uploader.PhaseQueued, uploader.StateCancelled,
			Effects{Dequeue: true, Delete: session},
			nil,
		},
		{
			"file that another program writes is sent as it is",
			uploader.Transfer{Phase: uploader.PhaseWaiting, NextTry: uploader.TimestampOf(noon), Fault: changing},
			UploadedAsIs{},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool { return t.AsIs && t.Fault == nil && t.NextTry.IsZero() },
		},
		{
			"file whose wait was ended is sent as it is",
			uploader.Transfer{Phase: uploader.PhaseFailed, Finished: uploader.TimestampOf(noon), Fault: changing},
			UploadedAsIs{},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool { return t.AsIs && t.Fault == nil && t.Finished.IsZero() },
		},
		{
			"file that a worker looks at is sent as it is",
			uploader.Transfer{Phase: uploader.PhasePreparing},
			UploadedAsIs{},
			uploader.PhasePreparing, uploader.StatePreparing,
			Effects{},
			func(t uploader.Transfer) bool { return t.AsIs },
		},
		{
			"worker that saw the file change before the user decided is started again",
			uploader.Transfer{Phase: uploader.PhasePreparing, AsIs: true},
			WorkerEnded{Fault: changing},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			nil,
		},
		{
			"transfer that waits for something else is not sent as it is",
			uploader.Transfer{Phase: uploader.PhaseWaiting, NextTry: uploader.TimestampOf(noon), Fault: &fault.Fault{Kind: fault.Transient}},
			UploadedAsIs{},
			uploader.PhaseWaiting, uploader.StateRetrying,
			Effects{},
			func(t uploader.Transfer) bool { return !t.AsIs },
		},
		{
			"begun upload is not sent as it is",
			uploader.Transfer{Phase: uploader.PhasePreparing, Session: session},
			UploadedAsIs{},
			uploader.PhasePreparing, uploader.StatePreparing,
			Effects{},
			func(t uploader.Transfer) bool { return !t.AsIs },
		},
		{
			"starting over waits for the file again",
			uploader.Transfer{Phase: uploader.PhaseFailed, AsIs: true, Session: session, Fault: &fault.Fault{Kind: fault.SourceChanged}},
			RetriedByUser{},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true, Delete: session},
			func(t uploader.Transfer) bool { return !t.AsIs },
		},
		{
			"wait for a file ends",
			uploader.Transfer{Phase: uploader.PhaseWaiting, NextTry: uploader.TimestampOf(noon), Fault: changing},
			FileWaitEnded{},
			uploader.PhaseFailed, uploader.StateFailed,
			Effects{Dequeue: true},
			func(t uploader.Transfer) bool {
				return t.Fault == changing && t.Finished.Equal(noon) && t.NextTry.IsZero()
			},
		},
		{
			"wait for a locked file ends",
			uploader.Transfer{Phase: uploader.PhaseWaiting, NextTry: uploader.TimestampOf(noon), Fault: &fault.Fault{Kind: fault.SourceBusy}},
			FileWaitEnded{},
			uploader.PhaseFailed, uploader.StateFailed,
			Effects{Dequeue: true},
			nil,
		},
		{
			"wait for a file whose writer is known does not end",
			uploader.Transfer{Phase: uploader.PhaseWaiting, NextTry: uploader.TimestampOf(noon), Fault: &fault.Fault{Kind: fault.SourceBusy, Code: fault.CodeLengthPending}},
			FileWaitEnded{},
			uploader.PhaseWaiting, uploader.StateWaiting,
			Effects{},
			nil,
		},
		{
			"wait for the server does not end as one for a file",
			uploader.Transfer{Phase: uploader.PhaseWaiting, NextTry: uploader.TimestampOf(noon), Fault: &fault.Fault{Kind: fault.Offline}},
			FileWaitEnded{},
			uploader.PhaseWaiting, uploader.StateOffline,
			Effects{},
			nil,
		},
		{
			"file added again is looked at at once",
			uploader.Transfer{Phase: uploader.PhaseWaiting, NextTry: uploader.TimestampOf(noon), Fault: changing},
			AddedAgain{File: source.File{Path: "/a"}, Batch: 7},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool { return t.Batch == 7 },
		},
		{
			"deletion of earlier upload keeps current one",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session},
			UploadDeleted{},
			uploader.PhaseSending, uploader.StateUploading,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session == session },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, effects := Step(c.from, c.in, noon)
			if got.Phase != c.phase || got.State() != c.state {
				t.Errorf("phase %v (%v), want %v (%v)", got.Phase, got.State(), c.phase, c.state)
			}
			if effects != c.want {
				t.Errorf("effects %+v, want %+v", effects, c.want)
			}
			if c.check != nil && !c.check(got) {
				t.Errorf("unexpected transfer %+v", got)
			}
		})
	}
}
