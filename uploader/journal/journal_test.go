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

func TestWhatIsWorthAWord(t *testing.T) {
	busy, lost := &fault.Fault{Kind: fault.Busy}, &fault.Fault{Kind: fault.SourceMissing}
	held := uploader.Session{URL: "http://s/1", Offset: 40}
	moved := func(phase uploader.Phase, session uploader.Session) uploader.Transfer {
		return uploader.Transfer{Phase: phase, Session: session, Started: uploader.MomentOf(recordedAt)}
	}
	for _, c := range []struct {
		name   string
		before uploader.Transfer
		in     lifecycle.Input
		want   uploader.Event // its kind is empty when nothing is told
	}{
		{"a worker took it up", uploader.Transfer{}, lifecycle.WorkerStarted{}, uploader.Event{Kind: uploader.EventStarted}},
		{"a worker took it up again", moved(uploader.PhaseQueued, held), lifecycle.WorkerStarted{}, uploader.Event{Kind: uploader.EventStarted, Offset: 40}},
		{"the server made an upload", moved(uploader.PhaseCreating, uploader.Session{}), lifecycle.UploadCreated{Session: uploader.Session{URL: "u"}}, uploader.Event{Kind: uploader.EventCreated}},
		{"the file was cut into parts", moved(uploader.PhaseCreating, uploader.Session{}), lifecycle.PartsPlanned{Parts: make([]uploader.Part, 3)}, uploader.Event{Kind: uploader.EventCreated}},
		{"the parts were joined", moved(uploader.PhaseVerifying, uploader.Session{Parts: 3, Offset: 9}), lifecycle.UploadCreated{Session: uploader.Session{URL: "u", Parts: 3}}, uploader.Event{}},
		{"the server said what it holds", moved(uploader.PhaseChecking, held), lifecycle.PhaseEntered{Phase: uploader.PhaseSending}, uploader.Event{Kind: uploader.EventResumed, Offset: 40}},
		{"the server holds all of it", moved(uploader.PhaseChecking, held), lifecycle.PhaseEntered{Phase: uploader.PhaseVerifying}, uploader.Event{Kind: uploader.EventResumed, Offset: 40}},
		{"bytes crossed", moved(uploader.PhaseSending, held), lifecycle.Acknowledged{Session: uploader.Session{Offset: 50}}, uploader.Event{}},
		{
			"it has to wait", moved(uploader.PhaseSending, held),
			lifecycle.WorkerEnded{Fault: busy, Random: 0.5},
			uploader.Event{Kind: uploader.EventWaiting, Offset: 40, Until: recordedAt.Add(500 * time.Millisecond), Fault: busy},
		},
		{"its wait is over", moved(uploader.PhaseWaiting, held), lifecycle.WaitEnded{}, uploader.Event{}},
		{"the user paused it", moved(uploader.PhaseSending, held), lifecycle.PausedByUser{}, uploader.Event{Kind: uploader.EventPaused, Offset: 40}},
		{"the user paused what never moved", uploader.Transfer{}, lifecycle.PausedByUser{}, uploader.Event{}},
		{"it failed", moved(uploader.PhasePreparing, held), lifecycle.WorkerEnded{Fault: lost}, uploader.Event{Kind: uploader.EventFailed, Offset: 40, Fault: lost}},
		{"it failed before it moved", uploader.Transfer{}, lifecycle.WorkerEnded{Fault: lost}, uploader.Event{Kind: uploader.EventFailed, Fault: lost}},
		{
			"the server forgot an upload it held nothing of", moved(uploader.PhaseChecking, uploader.Session{URL: "u"}),
			lifecycle.WorkerEnded{Fault: &fault.Fault{Kind: fault.Gone, Op: fault.Head}},
			uploader.Event{Kind: uploader.EventRestarted},
		},
		{
			"the user starts over",
			uploader.Transfer{Phase: uploader.PhaseFailed, Session: held, Started: uploader.MomentOf(recordedAt), Fault: &fault.Fault{Kind: fault.Gone}},
			lifecycle.RetriedByUser{},
			uploader.Event{Kind: uploader.EventRestarted, Offset: 40},
		},
		{"it is across", moved(uploader.PhaseVerifying, uploader.Session{URL: "u", Offset: 0}), lifecycle.WorkerEnded{}, uploader.Event{Kind: uploader.EventDone}},
		{
			"it is given up",
			uploader.Transfer{Phase: uploader.PhaseQueued, Session: held, Started: uploader.MomentOf(recordedAt), Intent: uploader.IntentCancel},
			lifecycle.UploadDeleted{Session: held},
			uploader.Event{Kind: uploader.EventCancelled, Offset: 40},
		},
		{"what never moved is given up", uploader.Transfer{}, lifecycle.CancelledByUser{}, uploader.Event{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			after, _ := lifecycle.Step(c.before, c.in, recordedAt)
			got, is := eventOf(&c.before, &after, recordedAt)
			if is {
				got.Until = got.Until.Round(time.Millisecond)
				c.want.At = recordedAt
			}
			if c.want.Kind == uploader.EventWaiting {
				c.want.Until = after.NextTry.Time()
			}
			if diff := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(fault.Fault{})); diff != "" {
				t.Errorf("want (-) and got (+) differ:\n%s", diff)
			}
		})
	}
}

func TestTheJournalOfASmallFileBeginsWhenThereIsSomethingToTell(t *testing.T) {
	small, large := source.File{Size: 10}, source.File{Size: uploader.SmallFile + 1}
	busy := lifecycle.WorkerEnded{Fault: &fault.Fault{Kind: fault.Busy}}
	for _, c := range []struct {
		name   string
		source source.File
		inputs []lifecycle.Input
		want   []uploader.EventKind
	}{
		{"at the first try", small, []lifecycle.Input{lifecycle.WorkerStarted{}, lifecycle.UploadCreated{Session: uploader.Session{URL: "u"}}, lifecycle.WorkerEnded{}}, nil},
		{"at the second", small, []lifecycle.Input{lifecycle.WorkerStarted{}, busy, lifecycle.WaitEnded{}, lifecycle.WorkerStarted{}, lifecycle.WorkerEnded{}}, []uploader.EventKind{uploader.EventStarted, uploader.EventWaiting, uploader.EventStarted, uploader.EventDone}},
		{"never", small, []lifecycle.Input{lifecycle.WorkerStarted{}, lifecycle.WorkerEnded{Fault: &fault.Fault{Kind: fault.Refused}}}, []uploader.EventKind{uploader.EventStarted, uploader.EventFailed}},
		{"large, at the first try", large, []lifecycle.Input{lifecycle.WorkerStarted{}, lifecycle.UploadCreated{Session: uploader.Session{URL: "u"}}, lifecycle.WorkerEnded{}}, []uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventDone}},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := told(t, c.source, c.inputs, c.want)
			if len(j.held) > 0 {
				t.Errorf("%v is still held back", j.held)
			}
		})
	}
}

func TestAWaitThatIsNoAttemptIsToldOnce(t *testing.T) {
	writing, offline, busy := &fault.Fault{Kind: fault.SourceBusy}, &fault.Fault{Kind: fault.Offline}, &fault.Fault{Kind: fault.Busy}
	again := func(f *fault.Fault) []lifecycle.Input {
		return []lifecycle.Input{lifecycle.WaitEnded{}, lifecycle.WorkerStarted{}, lifecycle.WorkerEnded{Fault: f}}
	}
	begin := []lifecycle.Input{lifecycle.WorkerStarted{}, lifecycle.UploadCreated{Session: uploader.Session{URL: "u"}}}
	across := []lifecycle.Input{lifecycle.WaitEnded{}, lifecycle.WorkerStarted{}, lifecycle.PhaseEntered{Phase: uploader.PhaseChecking}, lifecycle.PhaseEntered{Phase: uploader.PhaseSending}, lifecycle.WorkerEnded{}}
	for _, c := range []struct {
		name   string
		inputs [][]lifecycle.Input
		want   []uploader.EventKind
	}{
		{
			"while a program writes the file",
			[][]lifecycle.Input{begin, {lifecycle.WorkerEnded{Fault: writing}}, again(writing), again(writing), again(writing), across},
			[]uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventWaiting, uploader.EventStarted, uploader.EventResumed, uploader.EventDone},
		},
		{
			"while the network is away",
			[][]lifecycle.Input{begin, {lifecycle.WorkerEnded{Fault: offline}}, again(offline), again(offline), across},
			[]uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventWaiting, uploader.EventStarted, uploader.EventResumed, uploader.EventDone},
		},
		{
			"and each time it is for something else",
			[][]lifecycle.Input{begin, {lifecycle.WorkerEnded{Fault: offline}}, again(writing), again(writing), again(offline)},
			[]uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventWaiting, uploader.EventStarted, uploader.EventWaiting, uploader.EventStarted, uploader.EventWaiting},
		},
		{
			"and again after it went on",
			[][]lifecycle.Input{begin, {lifecycle.WorkerEnded{Fault: offline}}, {lifecycle.WaitEnded{}, lifecycle.WorkerStarted{}, lifecycle.PhaseEntered{Phase: uploader.PhaseChecking}, lifecycle.PhaseEntered{Phase: uploader.PhaseSending}, lifecycle.WorkerEnded{Fault: offline}}},
			[]uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventWaiting, uploader.EventStarted, uploader.EventResumed, uploader.EventWaiting},
		},
		{
			"but each attempt that fails is told",
			[][]lifecycle.Input{begin, {lifecycle.WorkerEnded{Fault: busy}}, again(busy)},
			[]uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventWaiting, uploader.EventStarted, uploader.EventWaiting},
		},
		{
			"until the user pauses it",
			[][]lifecycle.Input{begin, {lifecycle.WorkerEnded{Fault: writing}}, again(writing), {lifecycle.PausedByUser{}}},
			[]uploader.EventKind{uploader.EventStarted, uploader.EventCreated, uploader.EventWaiting, uploader.EventPaused},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			told(t, source.File{Size: uploader.SmallFile + 1}, slices.Concat(c.inputs...), c.want)
		})
	}
}

func TestTheJournalIsBounded(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		j := New()
		all := 0
		for _, n := range rapid.SliceOf(rapid.IntRange(0, 2*uploader.EventsKept)).Draw(r, "events") {
			events := make([]uploader.Event, n)
			for i := range events {
				events[i].Offset = int64(all)
				all++
			}
			j.save(1, events)
			kept := j.Unsaved[1]
			if len(kept) != min(all, uploader.EventsKept) {
				r.Fatalf("%d events are kept of %d", len(kept), all)
			}
			for i, e := range kept {
				if want := int64(all - len(kept) + i); e.Offset != want {
					r.Fatalf("event %d is kept in place of %d", e.Offset, want)
				}
			}
		}
	})
}

// told takes a transfer of that file through inputs, and makes sure what its
// Journal has to save then.
func told(t *testing.T, file source.File, inputs []lifecycle.Input, want []uploader.EventKind) Journal {
	t.Helper()
	j, transfer := New(), uploader.Transfer{ID: 1, Source: file}
	for _, in := range inputs {
		next, _ := lifecycle.Step(transfer, in, recordedAt)
		j.Note(&transfer, &next, recordedAt)
		transfer = next
	}
	var kinds []uploader.EventKind
	for _, e := range j.Unsaved[1] {
		kinds = append(kinds, e.Kind)
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
	return j
}

// recordedAt is when the events of these tests happen.
var recordedAt = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
