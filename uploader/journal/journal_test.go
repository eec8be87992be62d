package journal

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

func TestEventOf(t *testing.T) {
	busy, lost := &fault.Fault{Kind: fault.Busy}, &fault.Fault{Kind: fault.SourceMissing}
	held := uploader.Session{URL: "http://s/1", Offset: 40}
	started := func(phase uploader.Phase, session uploader.Session) uploader.Transfer {
		return uploader.Transfer{Phase: phase, Session: session, Started: uploader.TimestampOf(recordedAt)}
	}
	pausing := func(t uploader.Transfer) uploader.Transfer {
		t.Intent = uploader.IntentPause
		return t
	}
	for _, c := range []struct {
		name   string
		before uploader.Transfer
		in     lifecycle.Input
		want   uploader.Event // zero when there is no event
	}{
		{"worker started", uploader.Transfer{}, lifecycle.WorkerStarted{}, uploader.Event{Kind: uploader.EventStarted}},
		{"worker started again", started(uploader.PhaseQueued, held), lifecycle.WorkerStarted{}, uploader.Event{Kind: uploader.EventStarted, Offset: 40}},
		{"upload created", started(uploader.PhaseCreating, uploader.Session{}), lifecycle.UploadCreated{Session: uploader.Session{URL: "u"}}, uploader.Event{Kind: uploader.EventCreated}},
		{"parts planned", started(uploader.PhaseCreating, uploader.Session{}), lifecycle.PartsPlanned{Parts: make([]uploader.Part, 3)}, uploader.Event{Kind: uploader.EventCreated}},
		{"parts joined", started(uploader.PhaseVerifying, uploader.Session{Parts: 3, Offset: 9}), lifecycle.UploadCreated{Session: uploader.Session{URL: "u", Parts: 3}}, uploader.Event{}},
		{"upload resumed", started(uploader.PhaseChecking, held), lifecycle.PhaseEntered{Phase: uploader.PhaseSending}, uploader.Event{Kind: uploader.EventResumed, Offset: 40}},
		{"complete upload resumed", started(uploader.PhaseChecking, held), lifecycle.PhaseEntered{Phase: uploader.PhaseVerifying}, uploader.Event{Kind: uploader.EventResumed, Offset: 40}},
		{"offset acknowledged", started(uploader.PhaseSending, held), lifecycle.Acknowledged{Session: uploader.Session{Offset: 50}}, uploader.Event{}},
		{
			"waiting", started(uploader.PhaseSending, held),
			lifecycle.WorkerEnded{Fault: busy, Random: 0.5},
			uploader.Event{Kind: uploader.EventWaiting, Offset: 40, Until: recordedAt.Add(500 * time.Millisecond), Fault: busy},
		},
		{"wait ended", started(uploader.PhaseWaiting, held), lifecycle.WaitEnded{}, uploader.Event{}},
		{"paused while its worker runs", started(uploader.PhaseSending, held), lifecycle.PausedByUser{}, uploader.Event{}},
		{"worker ended after a pause", pausing(started(uploader.PhaseSending, held)), lifecycle.WorkerEnded{Stopped: true}, uploader.Event{Kind: uploader.EventPaused, Offset: 40}},
		{"resumed before its worker ended", pausing(started(uploader.PhaseSending, held)), lifecycle.ResumedByUser{}, uploader.Event{}},
		{"finished before its worker stopped", pausing(started(uploader.PhaseVerifying, held)), lifecycle.WorkerEnded{}, uploader.Event{Kind: uploader.EventDone}},
		{"paused while it waits", started(uploader.PhaseWaiting, held), lifecycle.PausedByUser{}, uploader.Event{Kind: uploader.EventPaused, Offset: 40}},
		{"paused before start", uploader.Transfer{}, lifecycle.PausedByUser{}, uploader.Event{}},
		{"failed", started(uploader.PhasePreparing, held), lifecycle.WorkerEnded{Fault: lost}, uploader.Event{Kind: uploader.EventFailed, Offset: 40, Fault: lost}},
		{"failed before start", uploader.Transfer{}, lifecycle.WorkerEnded{Fault: lost}, uploader.Event{Kind: uploader.EventFailed, Fault: lost}},
		{
			"empty upload removed by server", started(uploader.PhaseChecking, uploader.Session{URL: "u"}),
			lifecycle.WorkerEnded{Fault: &fault.Fault{Kind: fault.Gone, Op: fault.Head}},
			uploader.Event{Kind: uploader.EventRestarted},
		},
		{
			"retried with changed file",
			uploader.Transfer{Phase: uploader.PhaseFailed, Session: held, Started: uploader.TimestampOf(recordedAt), Fault: &fault.Fault{Kind: fault.SourceChanged}},
			lifecycle.RetriedByUser{},
			uploader.Event{Kind: uploader.EventRestarted, Offset: 40},
		},
		{ // the server is queried once more; if it has no upload, the worker's end is the event
			"retried after removal by server",
			uploader.Transfer{Phase: uploader.PhaseFailed, Session: held, Started: uploader.TimestampOf(recordedAt), Fault: &fault.Fault{Kind: fault.Gone}},
			lifecycle.RetriedByUser{},
			uploader.Event{},
		},
		{"done", started(uploader.PhaseVerifying, uploader.Session{URL: "u", Offset: 0}), lifecycle.WorkerEnded{}, uploader.Event{Kind: uploader.EventDone}},
		{
			"cancelled",
			uploader.Transfer{Phase: uploader.PhaseQueued, Session: held, Started: uploader.TimestampOf(recordedAt), Intent: uploader.IntentCancel},
			lifecycle.UploadDeleted{Session: held},
			uploader.Event{Kind: uploader.EventCancelled, Offset: 40},
		},
		{"cancelled before start", uploader.Transfer{}, lifecycle.CancelledByUser{}, uploader.Event{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			after, _ := lifecycle.Step(c.before, c.in, recordedAt)
			got, ok := eventOf(&c.before, &after, recordedAt)
			if ok {
				got.Until = got.Until.Round(time.Millisecond)
				c.want.At = recordedAt
			}
			if c.want.Kind == uploader.EventWaiting {
				c.want.Until = after.NextTry.Time()
			}
			if diff := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(fault.Fault{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSmallFileWithholdsEvents(t *testing.T) {
	small, large := source.File{Size: 10}, source.File{Size: uploader.MaxSmallFile + 1}
	busy := lifecycle.WorkerEnded{Fault: &fault.Fault{Kind: fault.Busy}}
	for _, c := range []struct {
		name   string
		source source.File
		inputs []lifecycle.Input
		want   []uploader.EventKind
	}{
		{"small file, first attempt", small, []lifecycle.Input{lifecycle.WorkerStarted{}, lifecycle.UploadCreated{Session: uploader.Session{URL: "u"}}, lifecycle.WorkerEnded{}}, nil},
		{"small file, second attempt", small, []lifecycle.Input{lifecycle.WorkerStarted{}, busy, lifecycle.WaitEnded{}, lifecycle.WorkerStarted{}, lifecycle.WorkerEnded{}}, []uploader.EventKind{uploader.EventStarted, uploader.EventWaiting, uploader.EventStarted, uploader.EventDone}},
		{"small file, failed", small, []lifecycle.Input{lifecycle.WorkerStarted{}, lifecycle.WorkerEnded{Fault: &fault.Fault{Kind: fault.Refused}}}, []uploader.EventKind{uploader.EventStarted, uploader.EventFailed}},
		{"large file, first attempt", large, []lifecycle.Input{lifecycle.WorkerStarted{}, lifecycle.UploadCreated{Session: uploader.Session{URL: "u"}}, lifecycle.WorkerEnded{}}, []uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventDone}},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := checkEvents(t, c.source, c.inputs, c.want)
			if len(j.withheld) > 0 {
				t.Errorf("withheld events remain: %v", j.withheld)
			}
		})
	}
}

func TestRepeatedWaitsAreOneEvent(t *testing.T) {
	writing, offline, busy := &fault.Fault{Kind: fault.SourceBusy}, &fault.Fault{Kind: fault.Offline}, &fault.Fault{Kind: fault.Busy}
	retry := func(f *fault.Fault) []lifecycle.Input {
		return []lifecycle.Input{lifecycle.WaitEnded{}, lifecycle.WorkerStarted{}, lifecycle.WorkerEnded{Fault: f}}
	}
	start := []lifecycle.Input{lifecycle.WorkerStarted{}, lifecycle.UploadCreated{Session: uploader.Session{URL: "u"}}}
	finish := []lifecycle.Input{lifecycle.WaitEnded{}, lifecycle.WorkerStarted{}, lifecycle.PhaseEntered{Phase: uploader.PhaseChecking}, lifecycle.PhaseEntered{Phase: uploader.PhaseSending}, lifecycle.WorkerEnded{}}
	for _, c := range []struct {
		name   string
		inputs [][]lifecycle.Input
		want   []uploader.EventKind
	}{
		{
			"file being written",
			[][]lifecycle.Input{start, {lifecycle.WorkerEnded{Fault: writing}}, retry(writing), retry(writing), retry(writing), finish},
			[]uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventWaiting, uploader.EventStarted, uploader.EventResumed, uploader.EventDone},
		},
		{
			"offline",
			[][]lifecycle.Input{start, {lifecycle.WorkerEnded{Fault: offline}}, retry(offline), retry(offline), finish},
			[]uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventWaiting, uploader.EventStarted, uploader.EventResumed, uploader.EventDone},
		},
		{
			"different reasons",
			[][]lifecycle.Input{start, {lifecycle.WorkerEnded{Fault: offline}}, retry(writing), retry(writing), retry(offline)},
			[]uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventWaiting, uploader.EventStarted, uploader.EventWaiting, uploader.EventStarted, uploader.EventWaiting},
		},
		{
			"waits again after progress",
			[][]lifecycle.Input{start, {lifecycle.WorkerEnded{Fault: offline}}, {lifecycle.WaitEnded{}, lifecycle.WorkerStarted{}, lifecycle.PhaseEntered{Phase: uploader.PhaseChecking}, lifecycle.PhaseEntered{Phase: uploader.PhaseSending}, lifecycle.WorkerEnded{Fault: offline}}},
			[]uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventWaiting, uploader.EventStarted, uploader.EventResumed, uploader.EventWaiting},
		},
		{
			"failed attempts",
			[][]lifecycle.Input{start, {lifecycle.WorkerEnded{Fault: busy}}, retry(busy)},
			[]uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventWaiting, uploader.EventStarted, uploader.EventWaiting},
		},
		{
			"paused",
			[][]lifecycle.Input{start, {lifecycle.WorkerEnded{Fault: writing}}, retry(writing), {lifecycle.PausedByUser{}}},
			[]uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventWaiting, uploader.EventPaused},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			checkEvents(t, source.File{Size: uploader.MaxSmallFile + 1}, slices.Concat(c.inputs...), c.want)
		})
	}
}

func TestUnsavedEventsAreLimited(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		j := New()
		all := 0
		for _, n := range rapid.SliceOf(rapid.IntRange(0, 2*uploader.MaxEvents)).Draw(r, "events") {
			events := make([]uploader.Event, n)
			for i := range events {
				events[i].Offset = int64(all)
				all++
			}
			j.add(1, events)
			kept := j.Unsaved[1]
			if len(kept) != min(all, uploader.MaxEvents) {
				r.Fatalf("%d of %d events kept", len(kept), all)
			}
			for i, e := range kept {
				if want := int64(all - len(kept) + i); e.Offset != want {
					r.Fatalf("event %d kept, want %d", e.Offset, want)
				}
			}
		}
	})
}

// checkEvents applies inputs to a transfer and compares its unsaved events.
func checkEvents(t *testing.T, file source.File, inputs []lifecycle.Input, want []uploader.EventKind) Journal {
	t.Helper()
	j, transfer := New(), uploader.Transfer{ID: 1, Source: file}
	for _, in := range inputs {
		next, _ := lifecycle.Step(transfer, in, recordedAt)
		j.Record(&transfer, &next, recordedAt)
		transfer = next
	}
	var kinds []uploader.EventKind
	for _, e := range j.Unsaved[1] {
		kinds = append(kinds, e.Kind)
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	return j
}

// recordedAt is the time of the events in these tests.
var recordedAt = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
