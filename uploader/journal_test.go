package uploader

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

func TestWhatIsWorthAWord(t *testing.T) {
	busy, lost := &fault.Fault{Kind: fault.Busy}, &fault.Fault{Kind: fault.SourceMissing}
	held := Session{URL: "http://s/1", Offset: 40}
	moved := func(phase Phase, session Session) Transfer {
		return Transfer{Phase: phase, Session: session, Started: MomentOf(testNow)}
	}
	for _, c := range []struct {
		name   string
		before Transfer
		in     input
		want   Event // its kind is empty when nothing is told
	}{
		{"a worker took it up", Transfer{}, taken{}, Event{Kind: EventStarted}},
		{"a worker took it up again", moved(PhaseQueued, held), taken{}, Event{Kind: EventStarted, Offset: 40}},
		{"the server made an upload", moved(PhaseCreating, Session{}), created{Session{URL: "u"}}, Event{Kind: EventCreated}},
		{"the file was cut into parts", moved(PhaseCreating, Session{}), parted{make([]Part, 3)}, Event{Kind: EventCreated}},
		{"the parts were joined", moved(PhaseVerifying, Session{Parts: 3, Offset: 9}), created{Session{URL: "u", Parts: 3}}, Event{}},
		{"the server said what it holds", moved(PhaseChecking, held), entered{PhaseSending}, Event{Kind: EventResumed, Offset: 40}},
		{"the server holds all of it", moved(PhaseChecking, held), entered{PhaseVerifying}, Event{Kind: EventResumed, Offset: 40}},
		{"bytes crossed", moved(PhaseSending, held), acked{Session{Offset: 50}}, Event{}},
		{
			"it has to wait", moved(PhaseSending, held),
			ended{fault: busy, random: 0.5},
			Event{Kind: EventWaiting, Offset: 40, Until: testNow.Add(500 * time.Millisecond), Fault: busy},
		},
		{"its wait is over", moved(PhaseWaiting, held), due{}, Event{}},
		{"the user paused it", moved(PhaseSending, held), pausedByUser{}, Event{Kind: EventPaused, Offset: 40}},
		{"the user paused what never moved", Transfer{}, pausedByUser{}, Event{}},
		{"it failed", moved(PhasePreparing, held), ended{fault: lost}, Event{Kind: EventFailed, Offset: 40, Fault: lost}},
		{"it failed before it moved", Transfer{}, ended{fault: lost}, Event{Kind: EventFailed, Fault: lost}},
		{
			"the server forgot an upload it held nothing of", moved(PhaseChecking, Session{URL: "u"}),
			ended{fault: &fault.Fault{Kind: fault.Gone, Op: fault.Head}},
			Event{Kind: EventRestarted},
		},
		{
			"the user starts over",
			Transfer{Phase: PhaseFailed, Session: held, Started: MomentOf(testNow), Fault: &fault.Fault{Kind: fault.Gone}},
			retriedByUser{},
			Event{Kind: EventRestarted, Offset: 40},
		},
		{"it is across", moved(PhaseVerifying, Session{URL: "u", Offset: 0}), ended{}, Event{Kind: EventDone}},
		{
			"it is given up",
			Transfer{Phase: PhaseQueued, Session: held, Started: MomentOf(testNow), Intent: IntentCancel},
			terminated{held},
			Event{Kind: EventCancelled, Offset: 40},
		},
		{"what never moved is given up", Transfer{}, cancelledByUser{}, Event{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			after, _ := step(c.before, c.in, testNow)
			got, is := happened(&c.before, &after, testNow)
			if is {
				got.Until = got.Until.Round(time.Millisecond)
				c.want.At = testNow
			}
			if c.want.Kind == EventWaiting {
				c.want.Until = after.NextTry.Time()
			}
			if diff := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(fault.Fault{})); diff != "" {
				t.Errorf("want (-) and got (+) differ:\n%s", diff)
			}
		})
	}
}

func TestTheJournalOfASmallFileBeginsWhenThereIsSomethingToTell(t *testing.T) {
	small, large := source.File{Size: 10}, source.File{Size: smallFile + 1}
	busy := ended{fault: &fault.Fault{Kind: fault.Busy}}
	for _, c := range []struct {
		name   string
		source source.File
		inputs []input
		want   []EventKind
	}{
		{"at the first try", small, []input{taken{}, created{Session{URL: "u"}}, ended{}}, nil},
		{"at the second", small, []input{taken{}, busy, due{}, taken{}, ended{}}, []EventKind{EventStarted, EventWaiting, EventStarted, EventDone}},
		{"never", small, []input{taken{}, ended{fault: &fault.Fault{Kind: fault.Refused}}}, []EventKind{EventStarted, EventFailed}},
		{"large, at the first try", large, []input{taken{}, created{Session{URL: "u"}}, ended{}}, []EventKind{EventStarted, EventCreated, EventDone}},
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
	again := func(f *fault.Fault) []input { return []input{due{}, taken{}, ended{fault: f}} }
	begin := []input{taken{}, created{Session{URL: "u"}}}
	across := []input{due{}, taken{}, entered{PhaseChecking}, entered{PhaseSending}, ended{}}
	for _, c := range []struct {
		name   string
		inputs [][]input
		want   []EventKind
	}{
		{
			"while a program writes the file",
			[][]input{begin, {ended{fault: writing}}, again(writing), again(writing), again(writing), across},
			[]EventKind{EventStarted, EventCreated, EventWaiting, EventStarted, EventResumed, EventDone},
		},
		{
			"while the network is away",
			[][]input{begin, {ended{fault: offline}}, again(offline), again(offline), across},
			[]EventKind{EventStarted, EventCreated, EventWaiting, EventStarted, EventResumed, EventDone},
		},
		{
			"and each time it is for something else",
			[][]input{begin, {ended{fault: offline}}, again(writing), again(writing), again(offline)},
			[]EventKind{EventStarted, EventCreated, EventWaiting, EventStarted, EventWaiting, EventStarted, EventWaiting},
		},
		{
			"and again after it went on",
			[][]input{begin, {ended{fault: offline}}, {due{}, taken{}, entered{PhaseChecking}, entered{PhaseSending}, ended{fault: offline}}},
			[]EventKind{EventStarted, EventCreated, EventWaiting, EventStarted, EventResumed, EventWaiting},
		},
		{
			"but each attempt that fails is told",
			[][]input{begin, {ended{fault: busy}}, again(busy)},
			[]EventKind{EventStarted, EventCreated, EventWaiting, EventStarted, EventWaiting},
		},
		{
			"until the user pauses it",
			[][]input{begin, {ended{fault: writing}}, again(writing), {pausedByUser{}}},
			[]EventKind{EventStarted, EventCreated, EventWaiting, EventPaused},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			told(t, source.File{Size: smallFile + 1}, slices.Concat(c.inputs...), c.want)
		})
	}
}

func TestTheJournalIsBounded(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		j := newJournal()
		all := 0
		for _, n := range rapid.SliceOf(rapid.IntRange(0, 2*EventsKept)).Draw(r, "events") {
			events := make([]Event, n)
			for i := range events {
				events[i].Offset = int64(all)
				all++
			}
			j.keep(1, events)
			kept := j.unsaved[1]
			if len(kept) != min(all, EventsKept) {
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
// journal has to save then.
func told(t *testing.T, file source.File, inputs []input, want []EventKind) journal {
	t.Helper()
	j, transfer := newJournal(), Transfer{ID: 1, Source: file}
	for _, in := range inputs {
		next, _ := step(transfer, in, testNow)
		j.note(&transfer, &next, testNow)
		transfer = next
	}
	var kinds []EventKind
	for _, e := range j.unsaved[1] {
		kinds = append(kinds, e.Kind)
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("want (-) and got (+) differ:\n%s", diff)
	}
	return j
}
