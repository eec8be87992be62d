package lifecycle

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// life is one transfer with as much of the loop as it takes to see that it gets
// stuck nowhere: whether it has a worker, stands in line, has an alarm, waits for
// the user, or for what the server holds of it to be removed.
type life struct {
	transfer uploader.Transfer
	working  bool
	looks    bool // the worker asks, and sends nothing
	doomed   bool // the transfer became final, or was tried again, under its worker's hands
	inLine   bool
	asks     bool // an earlier run left it, and the user says whether it goes on
	alarm    uploader.Moment
	removals []uploader.Session
}

const lifeSize = 100

// TestAnySequenceKeepsTheInvariants feeds whatever can happen in the order in
// which the loop lets it happen: a worker speaks only between taken and ended.
func TestAnySequenceKeepsTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &life{transfer: uploader.Transfer{ID: 1, Source: source.File{Path: "/film", Size: lifeSize}}, inLine: true}
		t.Repeat(map[string]func(*rapid.T){
			"command": func(t *rapid.T) {
				l.feed(t, rapid.SampledFrom([]Input{
					PausedByUser{}, ResumedByUser{}, RetriedByUser{}, CancelledByUser{}, RemovedByUser{}, RankChanged{7},
				}).Draw(t, "command"))
			},
			"added again or relocated": func(t *rapid.T) {
				if !l.transfer.Continuable() {
					t.Skip("it would be a transfer of its own")
				}
				path := rapid.SampledFrom([]string{"/film", "/moved/film"}).Draw(t, "path")
				l.feed(t, AddedAgain{File: source.File{Path: path, Size: lifeSize}, Batch: 2, Again: rapid.Bool().Draw(t, "again")})
			},
			"joined": func(t *rapid.T) {
				if l.transfer.Phase != uploader.PhaseDone {
					t.Skip("only what is across is")
				}
				l.feed(t, MovedToBatch{3})
			},
			"moved": func(t *rapid.T) {
				if l.transfer.Session.URL == "" {
					t.Skip("no server knows of it")
				}
				l.feed(t, URLChanged{rapid.SampledFrom([]string{"u", "v"}).Draw(t, "url")})
			},
			"unsavable": func(t *rapid.T) { l.feed(t, SaveFailed{&fault.Fault{Kind: fault.LocalDisk, Op: fault.Save}}) },
			"alarm": func(t *rapid.T) {
				if l.alarm == 0 || l.transfer.Phase != uploader.PhaseWaiting {
					t.Skip("none is set")
				}
				l.feed(t, WaitEnded{})
			},
			"removed from the server": func(t *rapid.T) {
				if len(l.removals) == 0 {
					t.Skip("nothing is to be")
				}
				i := rapid.IntRange(0, len(l.removals)-1).Draw(t, "which")
				session := l.removals[i]
				l.removals = slices.Delete(l.removals, i, i+1)
				l.feed(t, UploadDeleted{session})
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
	l.asks = ask && l.transfer.Intent == uploader.IntentRun && !l.transfer.Phase.Final()
	l.feed(t, Restored{Ask: ask})
}

func (l *life) take(t *rapid.T) {
	looks := l.asks && rapid.Bool().Draw(t, "looks")
	if l.working || l.transfer.Phase != uploader.PhaseQueued || l.transfer.Intent != uploader.IntentRun || !l.inLine && !looks {
		t.Skip("the queue would not let it go")
	}
	l.working, l.looks, l.inLine = true, looks, false
	if looks {
		l.feed(t, CheckStarted{})
		return
	}
	l.asks = false
	l.feed(t, WorkerStarted{})
}

func (l *life) speak(t *rapid.T) {
	if !l.working {
		t.Skip("no worker")
	}
	offset := rapid.Int64Range(0, lifeSize).Draw(t, "offset")
	if l.looks {
		l.feed(t, rapid.SampledFrom([]Input{PhaseEntered{uploader.PhaseChecking}, Acknowledged{uploader.Session{Offset: offset}}, PartChanged{}}).Draw(t, "report"))
		return
	}
	l.feed(t, rapid.SampledFrom([]Input{
		PhaseEntered{uploader.PhaseCreating},
		PhaseEntered{uploader.PhaseChecking},
		PhaseEntered{uploader.PhaseSending},
		PhaseEntered{uploader.PhaseVerifying},
		FileUpdated{source.File{Path: "/film", Size: uploader.SizeUnknown}, ""}, // it grows
		FileUpdated{source.File{Path: "/renamed", Size: lifeSize}, "f"},
		UploadCreated{uploader.Session{URL: "u", Offset: offset}},
		Acknowledged{uploader.Session{Offset: offset}},
		BytesSent{offset},
		FileHashed{"sum"},
	}).Draw(t, "report"))
}

func (l *life) stop(t *rapid.T) {
	if !l.working {
		t.Skip("no worker")
	}
	in := WorkerEnded{Stopped: rapid.Bool().Draw(t, "halted"), Random: 0.5}
	if !in.Stopped && rapid.Bool().Draw(t, "faulty") {
		in.Fault = &fault.Fault{
			Kind: rapid.SampledFrom(fault.Kinds()).Draw(t, "kind"),
			Op:   rapid.SampledFrom([]fault.Op{fault.Head, fault.Patch, fault.Create}).Draw(t, "op"),
		}
	}
	l.working = false
	if l.looks {
		l.looks = false
		l.feed(t, CheckEnded{Fault: in.Fault, Held: l.asks})
	} else {
		l.feed(t, in)
	}
	l.doomed = false
}

// feed does with the effects what the loop does.
func (l *life) feed(t *rapid.T, in Input) {
	before := l.transfer
	after, then := Step(before, in, noon)
	l.transfer = after
	switch in.(type) {
	case ResumedByUser, AddedAgain: // the user has answered
		l.asks = l.asks && after.Intent != uploader.IntentRun
	case SaveFailed:
		l.doomed = l.doomed || l.working
	}
	if then.Dequeue {
		l.inLine = false
	}
	if then.Enqueue {
		l.asks, l.inLine = false, !l.working // what is under way is left alone by the queue
	}
	if then.Wake {
		l.alarm = after.NextTry
	}
	if then.Delete.Begun() {
		l.removals = append(l.removals, then.Delete)
	}
	checkStep(t, in, before, after, then)
	l.check(t)
}

// check is for what must hold of a transfer at any time.
func (l *life) check(t *rapid.T) {
	tr := l.transfer
	removed := func(s uploader.Session) bool { return s.SameUpload(tr.Session) }
	switch {
	case tr.Phase == uploader.PhaseWaiting && (tr.Fault == nil || tr.NextTry.IsZero() || l.alarm != tr.NextTry):
		t.Fatalf("waits without a reason or an end: %+v", tr)
	case tr.Phase == uploader.PhaseFailed && tr.Fault == nil:
		t.Fatalf("failed without a reason: %+v", tr)
	case tr.Phase.Final() == tr.Finished.IsZero():
		t.Fatalf("%v, finished at %v", tr.Phase, tr.Finished)
	case tr.Phase.Working() && !l.working:
		t.Fatalf("%v without a worker", tr.Phase)
	case l.working && !tr.Phase.Working() && !l.doomed:
		t.Fatalf("%v with a worker", tr.Phase)
	case tr.Phase != uploader.PhaseQueued || l.working:
	case tr.Intent == uploader.IntentRun && !l.inLine && !l.asks:
		t.Fatalf("is to go on, and stands in no line: %+v", tr)
	case tr.Intent.GivenUp() && !slices.ContainsFunc(l.removals, removed):
		t.Fatalf("is given up, and nothing removes it: %+v", tr)
	case l.inLine && tr.Intent != uploader.IntentRun:
		t.Fatalf("stands in line as %v", tr.Intent)
	}
}

// checkStep is for what must hold of a single step.
func checkStep(t *rapid.T, in Input, before, after uploader.Transfer, then Effects) {
	_, refused := in.(SaveFailed)
	same := after
	same.Rank, same.Batch, same.Session.URL = before.Rank, before.Batch, before.Session.URL
	switch {
	case before.Phase == uploader.PhaseDone && !refused && after.Intent == before.Intent && same != before:
		t.Fatalf("a finished transfer became %+v", after)
	case then.Enqueue && (after.Phase != uploader.PhaseQueued || after.Intent != uploader.IntentRun):
		t.Fatalf("stands in line as %v, %v", after.Phase, after.Intent)
	case before.Session.URL != "" && after.Session.URL == "" && !then.Delete.Begun() &&
		after.Phase != uploader.PhaseCancelled && (before.Session.Offset != 0 || before.Attempt > fewAnew):
		t.Fatalf("progress is thrown away: %+v became %+v", before, after)
	}
}

func TestAFileIsLocatedUnderItsWorkersHands(t *testing.T) {
	from := uploader.Transfer{Phase: uploader.PhasePreparing, Source: source.File{Path: "/old", Size: 1}, Fingerprint: "f"}
	located, then := Step(from, AddedAgain{File: source.File{Path: "/new", Size: 1}}, noon)
	if !then.StopWorker || located.Source.Path != "/new" || located.Fingerprint != "f" {
		t.Errorf("the worker that looks at the old place goes on: %+v, %+v", located, then)
	}
	same, then := Step(from, AddedAgain{File: source.File{Path: "/old", Size: 1}, Fingerprint: "f"}, noon)
	if then.StopWorker || !same.Phase.Working() {
		t.Errorf("dropped where it is, it is stopped: %+v", then)
	}
}
