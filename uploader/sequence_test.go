package uploader

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// life is one transfer with as much of the loop as it takes to see that it gets
// stuck nowhere: whether it has a worker, stands in line, has an alarm, waits for
// the user, or for what the server holds of it to be removed.
type life struct {
	transfer Transfer
	working  bool
	looks    bool // the worker asks, and sends nothing
	doomed   bool // the transfer became final, or was tried again, under its worker's hands
	inLine   bool
	asks     bool // an earlier run left it, and the user says whether it goes on
	alarm    Moment
	removals []Session
}

const lifeSize = 100

// TestAnySequenceKeepsTheInvariants feeds whatever can happen in the order in
// which the loop lets it happen: a worker speaks only between taken and ended.
func TestAnySequenceKeepsTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &life{transfer: Transfer{ID: 1, Source: source.File{Path: "/film", Size: lifeSize}}, inLine: true}
		t.Repeat(map[string]func(*rapid.T){
			"command": func(t *rapid.T) {
				l.feed(t, rapid.SampledFrom([]input{
					pausedByUser{}, resumedByUser{}, retriedByUser{}, cancelledByUser{}, removedByUser{}, placed{7},
				}).Draw(t, "command"))
			},
			"added again or relocated": func(t *rapid.T) {
				if !l.transfer.Continuable() {
					t.Skip("it would be a transfer of its own")
				}
				path := rapid.SampledFrom([]string{"/film", "/moved/film"}).Draw(t, "path")
				l.feed(t, adopted{file: source.File{Path: path, Size: lifeSize}, batch: 2, again: rapid.Bool().Draw(t, "again")})
			},
			"joined": func(t *rapid.T) {
				if l.transfer.Phase != PhaseDone {
					t.Skip("only what is across is")
				}
				l.feed(t, joined{3})
			},
			"moved": func(t *rapid.T) {
				if l.transfer.Session.URL == "" {
					t.Skip("no server knows of it")
				}
				l.feed(t, moved{rapid.SampledFrom([]string{"u", "v"}).Draw(t, "url")})
			},
			"unsavable": func(t *rapid.T) { l.feed(t, unsavable{&fault.Fault{Kind: fault.LocalDisk, Op: fault.Save}}) },
			"alarm": func(t *rapid.T) {
				if l.alarm == 0 || l.transfer.Phase != PhaseWaiting {
					t.Skip("none is set")
				}
				l.feed(t, due{})
			},
			"removed from the server": func(t *rapid.T) {
				if len(l.removals) == 0 {
					t.Skip("nothing is to be")
				}
				i := rapid.IntRange(0, len(l.removals)-1).Draw(t, "which")
				session := l.removals[i]
				l.removals = slices.Delete(l.removals, i, i+1)
				l.feed(t, terminated{session})
			},
			"crash":   l.crash,
			"taken":   l.take,
			"worker":  l.speak,
			"stopped": l.stop,
		})
	})
}

func (l *life) crash(t *rapid.T) {
	ask := rapid.Bool().Draw(t, "ask")
	l.working, l.looks, l.doomed, l.inLine, l.alarm, l.removals = false, false, false, false, 0, nil
	l.asks = ask && l.transfer.Intent == IntentRun && !l.transfer.Phase.Final()
	l.feed(t, recovered{ask: ask})
}

func (l *life) take(t *rapid.T) {
	looks := l.asks && rapid.Bool().Draw(t, "looks")
	if l.working || l.transfer.Phase != PhaseQueued || l.transfer.Intent != IntentRun || !l.inLine && !looks {
		t.Skip("the queue would not let it go")
	}
	l.working, l.looks, l.inLine = true, looks, false
	if looks {
		l.feed(t, looking{})
		return
	}
	l.asks = false
	l.feed(t, taken{})
}

func (l *life) speak(t *rapid.T) {
	if !l.working {
		t.Skip("no worker")
	}
	offset := rapid.Int64Range(0, lifeSize).Draw(t, "offset")
	if l.looks {
		l.feed(t, rapid.SampledFrom([]input{entered{PhaseChecking}, acked{Session{Offset: offset}}, partly{}}).Draw(t, "report"))
		return
	}
	l.feed(t, rapid.SampledFrom([]input{
		entered{PhaseCreating},
		entered{PhaseChecking},
		entered{PhaseSending},
		entered{PhaseVerifying},
		restated{source.File{Path: "/film", Size: SizeUnknown}, ""}, // it grows
		restated{source.File{Path: "/renamed", Size: lifeSize}, "f"},
		created{Session{URL: "u", Offset: offset}},
		acked{Session{Offset: offset}},
		handed{offset},
		summed{"sum"},
	}).Draw(t, "report"))
}

func (l *life) stop(t *rapid.T) {
	if !l.working {
		t.Skip("no worker")
	}
	in := ended{halted: rapid.Bool().Draw(t, "halted"), random: 0.5}
	if !in.halted && rapid.Bool().Draw(t, "faulty") {
		in.fault = &fault.Fault{
			Kind: rapid.SampledFrom(fault.Kinds()).Draw(t, "kind"),
			Op:   rapid.SampledFrom([]fault.Op{fault.Head, fault.Patch, fault.Create}).Draw(t, "op"),
		}
	}
	l.working = false
	if l.looks {
		l.looks = false
		l.feed(t, checked{fault: in.fault, held: l.asks})
	} else {
		l.feed(t, in)
	}
	l.doomed = false
}

// feed does with the effects what the loop does.
func (l *life) feed(t *rapid.T, in input) {
	before := l.transfer
	after, then := step(before, in, noon)
	l.transfer = after
	switch in.(type) {
	case resumedByUser, adopted: // the user has answered
		l.asks = l.asks && after.Intent != IntentRun
	case unsavable:
		l.doomed = l.doomed || l.working
	}
	if then.dequeue {
		l.inLine = false
	}
	if then.enqueue {
		l.asks, l.inLine = false, !l.working // what is under way is left alone by the queue
	}
	if then.wake {
		l.alarm = after.NextTry
	}
	if then.terminate.Begun() {
		l.removals = append(l.removals, then.terminate)
	}
	checkStep(t, in, before, after, then)
	l.check(t)
}

// check is for what must hold of a transfer at any time.
func (l *life) check(t *rapid.T) {
	tr := l.transfer
	removed := func(s Session) bool { return s.SameUpload(tr.Session) }
	switch {
	case tr.Phase == PhaseWaiting && (tr.Fault == nil || tr.NextTry.IsZero() || l.alarm != tr.NextTry):
		t.Fatalf("waits without a reason or an end: %+v", tr)
	case tr.Phase == PhaseFailed && tr.Fault == nil:
		t.Fatalf("failed without a reason: %+v", tr)
	case tr.Phase.Final() == tr.Finished.IsZero():
		t.Fatalf("%v, finished at %v", tr.Phase, tr.Finished)
	case tr.Phase.Working() && !l.working:
		t.Fatalf("%v without a worker", tr.Phase)
	case l.working && !tr.Phase.Working() && !l.doomed:
		t.Fatalf("%v with a worker", tr.Phase)
	case tr.Phase != PhaseQueued || l.working:
	case tr.Intent == IntentRun && !l.inLine && !l.asks:
		t.Fatalf("is to go on, and stands in no line: %+v", tr)
	case tr.Intent.GivenUp() && !slices.ContainsFunc(l.removals, removed):
		t.Fatalf("is given up, and nothing removes it: %+v", tr)
	case l.inLine && tr.Intent != IntentRun:
		t.Fatalf("stands in line as %v", tr.Intent)
	}
}

// checkStep is for what must hold of a single step.
func checkStep(t *rapid.T, in input, before, after Transfer, then effects) {
	_, refused := in.(unsavable)
	same := after
	same.Rank, same.Batch, same.Session.URL = before.Rank, before.Batch, before.Session.URL
	switch {
	case before.Phase == PhaseDone && !refused && after.Intent == before.Intent && same != before:
		t.Fatalf("a finished transfer became %+v", after)
	case then.enqueue && (after.Phase != PhaseQueued || after.Intent != IntentRun):
		t.Fatalf("stands in line as %v, %v", after.Phase, after.Intent)
	case before.Session.URL != "" && after.Session.URL == "" && !then.terminate.Begun() &&
		after.Phase != PhaseCancelled && (before.Session.Offset != 0 || before.Attempt > fewAnew):
		t.Fatalf("progress is thrown away: %+v became %+v", before, after)
	}
}

func TestAFileIsLocatedUnderItsWorkersHands(t *testing.T) {
	from := Transfer{Phase: PhasePreparing, Source: source.File{Path: "/old", Size: 1}, Fingerprint: "f"}
	located, then := step(from, adopted{file: source.File{Path: "/new", Size: 1}}, noon)
	if !then.halt || located.Source.Path != "/new" || located.Fingerprint != "f" {
		t.Errorf("the worker that looks at the old place goes on: %+v, %+v", located, then)
	}
	same, then := step(from, adopted{file: source.File{Path: "/old", Size: 1}, fingerprint: "f"}, noon)
	if then.halt || !same.Phase.Working() {
		t.Errorf("dropped where it is, it is stopped: %+v", then)
	}
}
