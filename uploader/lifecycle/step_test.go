package lifecycle

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// noon is when everything happens in these tests.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func TestStep(t *testing.T) {
	session := uploader.Session{URL: "http://s/1", Offset: 40, Sent: 60}
	faulty := func(kind fault.Kind, op fault.Op) WorkerEnded {
		return WorkerEnded{Fault: &fault.Fault{Kind: kind, Op: op}, Random: 0.5}
	}
	for _, c := range []struct {
		name  string
		from  uploader.Transfer
		in    Input
		phase uploader.Phase
		state uploader.State
		then  Effects
		check func(uploader.Transfer) bool
	}{
		{
			"what was under way stands in line again after a crash",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session, Attempt: 3},
			Restored{},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool { return t.Session == session && t.Attempt == 3 },
		},
		{
			"what was under way waits for the user who wants to be asked",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session},
			Restored{Ask: true},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{},
			nil,
		},
		{
			"what was paused stays paused after a crash",
			uploader.Transfer{Phase: uploader.PhaseSending, Intent: uploader.IntentHold, Session: session},
			Restored{},
			uploader.PhaseQueued, uploader.StatePaused,
			Effects{},
			nil,
		},
		{
			"what was being cancelled is cancelled after a crash",
			uploader.Transfer{Phase: uploader.PhaseSending, Intent: uploader.IntentCancel, Session: session},
			Restored{},
			uploader.PhaseQueued, uploader.StateCancelled,
			Effects{Dequeue: true, Delete: session},
			nil,
		},
		{
			"what was being cancelled before the server knew of it is final after a crash",
			uploader.Transfer{Phase: uploader.PhaseCreating, Intent: uploader.IntentCancel},
			Restored{},
			uploader.PhaseCancelled, uploader.StateCancelled,
			Effects{Dequeue: true},
			nil,
		},
		{
			"final is final",
			uploader.Transfer{Phase: uploader.PhaseFailed, Fault: &fault.Fault{Kind: fault.Refused}},
			Restored{},
			uploader.PhaseFailed, uploader.StateFailed,
			Effects{},
			nil,
		},
		{
			"a file added again is looked for where it is now, and compared with what was sent of it",
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
			"a file added again of which nothing was sent is what it is now",
			uploader.Transfer{Source: source.File{Path: "/old", Size: 100, ModTime: noon}},
			AddedAgain{File: source.File{Path: "/new", Size: 100, ModTime: noon.Add(time.Hour)}, Batch: 7},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool { return t.Source.ModTime.Equal(noon.Add(time.Hour)) },
		},
		{
			"a pause ends the worker",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session},
			PausedByUser{},
			uploader.PhaseSending, uploader.StatePaused,
			Effects{StopWorker: true},
			nil,
		},
		{
			"a paused worker that has ended leaves the offset as it was",
			uploader.Transfer{Phase: uploader.PhaseSending, Intent: uploader.IntentHold, Session: session},
			WorkerEnded{Stopped: true},
			uploader.PhaseQueued, uploader.StatePaused,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session == session },
		},
		{
			"a file that was across when the pause came is done",
			uploader.Transfer{Phase: uploader.PhaseVerifying, Intent: uploader.IntentHold, Session: session, Source: source.File{Size: 100}},
			WorkerEnded{},
			uploader.PhaseDone, uploader.StateDone,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session.Offset == 100 },
		},
		{
			"resumed while the worker was on its way out, it stands in line when that has ended",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session},
			WorkerEnded{Stopped: true},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			nil,
		},
		{
			"a wait that is paused is over",
			uploader.Transfer{Phase: uploader.PhaseWaiting, NextTry: uploader.MomentOf(noon), Fault: &fault.Fault{Kind: fault.Transient}},
			PausedByUser{},
			uploader.PhaseQueued, uploader.StatePaused,
			Effects{Dequeue: true},
			func(t uploader.Transfer) bool { return t.NextTry.IsZero() && t.Fault == nil },
		},
		{
			"a lost connection waits, longer each time",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session, Attempt: 2},
			faulty(fault.Transient, fault.Patch),
			uploader.PhaseWaiting, uploader.StateRetrying,
			Effects{Wake: true},
			func(t uploader.Transfer) bool {
				return t.Attempt == 3 && t.NextTry.Equal(noon.Add(2*time.Second)) && t.Session == session
			},
		},
		{
			"being offline does not count as a try",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session, Attempt: 2},
			faulty(fault.Offline, fault.Head),
			uploader.PhaseWaiting, uploader.StateOffline,
			Effects{Wake: true},
			func(t uploader.Transfer) bool { return t.Attempt == 2 },
		},
		{
			"progress forgives earlier failures",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session, Attempt: 5},
			Acknowledged{uploader.Session{Offset: 41}},
			uploader.PhaseSending, uploader.StateUploading,
			Effects{},
			func(t uploader.Transfer) bool {
				return t.Attempt == 0 && t.Session.Offset == 41 && t.Session.URL == session.URL
			},
		},
		{
			"a server that holds less than it said is believed",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: session, Attempt: 5},
			Acknowledged{uploader.Session{Offset: 7}},
			uploader.PhaseChecking, uploader.StateChecking,
			Effects{},
			func(t uploader.Transfer) bool { return t.Attempt == 5 && t.Session.Offset == 7 && t.Session.Sent == 7 },
		},
		{
			"an expiry that is not repeated is remembered",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: uploader.Session{URL: "u", Expires: uploader.MomentOf(noon)}},
			Acknowledged{uploader.Session{Offset: 1}},
			uploader.PhaseSending, uploader.StateUploading,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session.Expires.Equal(noon) },
		},
		{
			"a sign-in keeps URL and offset",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: session},
			faulty(fault.Auth, fault.Head),
			uploader.PhaseFailed, uploader.StateSignIn,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session == session },
		},
		{
			"an upload that is gone before it held a byte is made again",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: uploader.Session{URL: "u"}},
			faulty(fault.Gone, fault.Head),
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool { return t.Session == uploader.Session{} },
		},
		{
			"but not for ever",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: uploader.Session{URL: "u"}, Attempt: fewAnew},
			faulty(fault.Gone, fault.Head),
			uploader.PhaseFailed, uploader.StateForgotten,
			Effects{},
			nil,
		},
		{
			"an upload that is gone with progress is told",
			uploader.Transfer{Phase: uploader.PhaseChecking, Session: session},
			faulty(fault.Gone, fault.Head),
			uploader.PhaseFailed, uploader.StateForgotten,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session == session },
		},
		{
			"retried after the server forgot, it starts over",
			uploader.Transfer{Phase: uploader.PhaseFailed, Fault: &fault.Fault{Kind: fault.Gone}, Session: session, Finished: uploader.MomentOf(noon)},
			RetriedByUser{},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true, Delete: session},
			func(t uploader.Transfer) bool {
				return t.Session == uploader.Session{} && t.Finished.IsZero() && t.Fault == nil
			},
		},
		{
			"retried after a sign-in, it goes on",
			uploader.Transfer{Phase: uploader.PhaseFailed, Fault: &fault.Fault{Kind: fault.Auth}, Session: session},
			RetriedByUser{},
			uploader.PhaseQueued, uploader.StateWaiting,
			Effects{Enqueue: true},
			func(t uploader.Transfer) bool { return t.Session == session },
		},
		{
			"cancelled in line, it leaves the line",
			uploader.Transfer{Phase: uploader.PhaseQueued},
			CancelledByUser{},
			uploader.PhaseCancelled, uploader.StateCancelled,
			Effects{Dequeue: true},
			nil,
		},
		{
			"the server's part of a cancelled upload is removed",
			uploader.Transfer{Phase: uploader.PhaseSending, Intent: uploader.IntentCancel, Session: session},
			WorkerEnded{Stopped: true},
			uploader.PhaseQueued, uploader.StateCancelled,
			Effects{Dequeue: true, Delete: session},
			nil,
		},
		{
			"an old leftover's removal does not touch the upload that replaced it",
			uploader.Transfer{Phase: uploader.PhaseSending, Session: session},
			UploadDeleted{},
			uploader.PhaseSending, uploader.StateUploading,
			Effects{},
			func(t uploader.Transfer) bool { return t.Session == session },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, then := Step(c.from, c.in, noon)
			if got.Phase != c.phase || got.State() != c.state {
				t.Errorf("became %v (%v), want %v (%v)", got.Phase, got.State(), c.phase, c.state)
			}
			if then != c.then {
				t.Errorf("then %+v, want %+v", then, c.then)
			}
			if c.check != nil && !c.check(got) {
				t.Errorf("got %+v", got)
			}
		})
	}
}
