package uploader

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// noon is when everything happens in these tests.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func TestStep(t *testing.T) {
	session := Session{URL: "http://s/1", Offset: 40, Sent: 60}
	faulty := func(kind fault.Kind, op fault.Op) ended {
		return ended{fault: &fault.Fault{Kind: kind, Op: op}, random: 0.5}
	}
	for _, c := range []struct {
		name  string
		from  Transfer
		in    input
		phase Phase
		state State
		then  effects
		check func(Transfer) bool
	}{
		{
			"what was under way stands in line again after a crash",
			Transfer{Phase: PhaseSending, Session: session, Attempt: 3},
			recovered{},
			PhaseQueued, StateWaiting,
			effects{enqueue: true},
			func(t Transfer) bool { return t.Session == session && t.Attempt == 3 },
		},
		{
			"what was under way waits for the user who wants to be asked",
			Transfer{Phase: PhaseSending, Session: session},
			recovered{ask: true},
			PhaseQueued, StateWaiting,
			effects{},
			nil,
		},
		{
			"what was paused stays paused after a crash",
			Transfer{Phase: PhaseSending, Intent: IntentHold, Session: session},
			recovered{},
			PhaseQueued, StatePaused,
			effects{},
			nil,
		},
		{
			"what was being cancelled is cancelled after a crash",
			Transfer{Phase: PhaseSending, Intent: IntentCancel, Session: session},
			recovered{},
			PhaseQueued, StateCancelled,
			effects{dequeue: true, terminate: session},
			nil,
		},
		{
			"what was being cancelled before the server knew of it is final after a crash",
			Transfer{Phase: PhaseCreating, Intent: IntentCancel},
			recovered{},
			PhaseCancelled, StateCancelled,
			effects{dequeue: true},
			nil,
		},
		{
			"final is final",
			Transfer{Phase: PhaseFailed, Fault: &fault.Fault{Kind: fault.Refused}},
			recovered{},
			PhaseFailed, StateFailed,
			effects{},
			nil,
		},
		{
			"a file added again is looked for where it is now, and compared with what was sent of it",
			Transfer{Session: session, Source: source.File{Path: "/old", Size: 100, ModTime: noon, Identity: source.Identity{Index: 1}}},
			adopted{file: source.File{Path: "/new", RelPath: "new", Size: 100, ModTime: noon.Add(time.Hour), Identity: source.Identity{Index: 2}}, batch: 7},
			PhaseQueued, StateWaiting,
			effects{enqueue: true},
			func(t Transfer) bool {
				return t.Batch == 7 && t.Source == source.File{
					Path: "/new", RelPath: "new", Size: 100, ModTime: noon, Identity: source.Identity{Index: 1},
				}
			},
		},
		{
			"a file added again of which nothing was sent is what it is now",
			Transfer{Source: source.File{Path: "/old", Size: 100, ModTime: noon}},
			adopted{file: source.File{Path: "/new", Size: 100, ModTime: noon.Add(time.Hour)}, batch: 7},
			PhaseQueued, StateWaiting,
			effects{enqueue: true},
			func(t Transfer) bool { return t.Source.ModTime.Equal(noon.Add(time.Hour)) },
		},
		{
			"a pause ends the worker",
			Transfer{Phase: PhaseSending, Session: session},
			pausedByUser{},
			PhaseSending, StatePaused,
			effects{halt: true},
			nil,
		},
		{
			"a paused worker that has ended leaves the offset as it was",
			Transfer{Phase: PhaseSending, Intent: IntentHold, Session: session},
			ended{halted: true},
			PhaseQueued, StatePaused,
			effects{},
			func(t Transfer) bool { return t.Session == session },
		},
		{
			"a file that was across when the pause came is done",
			Transfer{Phase: PhaseVerifying, Intent: IntentHold, Session: session, Source: source.File{Size: 100}},
			ended{},
			PhaseDone, StateDone,
			effects{},
			func(t Transfer) bool { return t.Session.Offset == 100 },
		},
		{
			"resumed while the worker was on its way out, it stands in line when that has ended",
			Transfer{Phase: PhaseSending, Session: session},
			ended{halted: true},
			PhaseQueued, StateWaiting,
			effects{enqueue: true},
			nil,
		},
		{
			"a wait that is paused is over",
			Transfer{Phase: PhaseWaiting, NextTry: MomentOf(noon), Fault: &fault.Fault{Kind: fault.Transient}},
			pausedByUser{},
			PhaseQueued, StatePaused,
			effects{dequeue: true},
			func(t Transfer) bool { return t.NextTry.IsZero() && t.Fault == nil },
		},
		{
			"a lost connection waits, longer each time",
			Transfer{Phase: PhaseSending, Session: session, Attempt: 2},
			faulty(fault.Transient, fault.Patch),
			PhaseWaiting, StateRetrying,
			effects{wake: true},
			func(t Transfer) bool {
				return t.Attempt == 3 && t.NextTry.Equal(noon.Add(2*time.Second)) && t.Session == session
			},
		},
		{
			"being offline does not count as a try",
			Transfer{Phase: PhaseSending, Session: session, Attempt: 2},
			faulty(fault.Offline, fault.Head),
			PhaseWaiting, StateOffline,
			effects{wake: true},
			func(t Transfer) bool { return t.Attempt == 2 },
		},
		{
			"progress forgives earlier failures",
			Transfer{Phase: PhaseSending, Session: session, Attempt: 5},
			acked{Session{Offset: 41}},
			PhaseSending, StateUploading,
			effects{},
			func(t Transfer) bool { return t.Attempt == 0 && t.Session.Offset == 41 && t.Session.URL == session.URL },
		},
		{
			"a server that holds less than it said is believed",
			Transfer{Phase: PhaseChecking, Session: session, Attempt: 5},
			acked{Session{Offset: 7}},
			PhaseChecking, StateChecking,
			effects{},
			func(t Transfer) bool { return t.Attempt == 5 && t.Session.Offset == 7 && t.Session.Sent == 7 },
		},
		{
			"an expiry that is not repeated is remembered",
			Transfer{Phase: PhaseSending, Session: Session{URL: "u", Expires: MomentOf(noon)}},
			acked{Session{Offset: 1}},
			PhaseSending, StateUploading,
			effects{},
			func(t Transfer) bool { return t.Session.Expires.Equal(noon) },
		},
		{
			"a sign-in keeps URL and offset",
			Transfer{Phase: PhaseChecking, Session: session},
			faulty(fault.Auth, fault.Head),
			PhaseFailed, StateSignIn,
			effects{},
			func(t Transfer) bool { return t.Session == session },
		},
		{
			"an upload that is gone before it held a byte is made again",
			Transfer{Phase: PhaseChecking, Session: Session{URL: "u"}},
			faulty(fault.Gone, fault.Head),
			PhaseQueued, StateWaiting,
			effects{enqueue: true},
			func(t Transfer) bool { return t.Session == Session{} },
		},
		{
			"but not for ever",
			Transfer{Phase: PhaseChecking, Session: Session{URL: "u"}, Attempt: fewAnew},
			faulty(fault.Gone, fault.Head),
			PhaseFailed, StateForgotten,
			effects{},
			nil,
		},
		{
			"an upload that is gone with progress is told",
			Transfer{Phase: PhaseChecking, Session: session},
			faulty(fault.Gone, fault.Head),
			PhaseFailed, StateForgotten,
			effects{},
			func(t Transfer) bool { return t.Session == session },
		},
		{
			"retried after the server forgot, it starts over",
			Transfer{Phase: PhaseFailed, Fault: &fault.Fault{Kind: fault.Gone}, Session: session, Finished: MomentOf(noon)},
			retriedByUser{},
			PhaseQueued, StateWaiting,
			effects{enqueue: true, terminate: session},
			func(t Transfer) bool { return t.Session == Session{} && t.Finished.IsZero() && t.Fault == nil },
		},
		{
			"retried after a sign-in, it goes on",
			Transfer{Phase: PhaseFailed, Fault: &fault.Fault{Kind: fault.Auth}, Session: session},
			retriedByUser{},
			PhaseQueued, StateWaiting,
			effects{enqueue: true},
			func(t Transfer) bool { return t.Session == session },
		},
		{
			"cancelled in line, it leaves the line",
			Transfer{Phase: PhaseQueued},
			cancelledByUser{},
			PhaseCancelled, StateCancelled,
			effects{dequeue: true},
			nil,
		},
		{
			"the server's part of a cancelled upload is removed",
			Transfer{Phase: PhaseSending, Intent: IntentCancel, Session: session},
			ended{halted: true},
			PhaseQueued, StateCancelled,
			effects{dequeue: true, terminate: session},
			nil,
		},
		{
			"an old leftover's removal does not touch the upload that replaced it",
			Transfer{Phase: PhaseSending, Session: session},
			terminated{},
			PhaseSending, StateUploading,
			effects{},
			func(t Transfer) bool { return t.Session == session },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, then := step(c.from, c.in, noon)
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
