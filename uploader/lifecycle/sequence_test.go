package lifecycle

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// model is one transfer and the part of the engine's state that decides whether the
// transfer can make progress.
type model struct {
	transfer  uploader.Transfer
	working   bool
	checking  bool // the worker checks, and sends nothing
	final     bool // the transfer became final while its worker ran
	queued    bool
	asks      bool // interrupted, and the user decides whether it resumes
	wakeAt    uploader.Timestamp
	deletions []uploader.Session
}

const modelSize = 100

// TestRandomInputsKeepInvariants feeds inputs in any order that the engine allows:
// worker inputs occur only between WorkerStarted and WorkerEnded.
func TestRandomInputsKeepInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{transfer: uploader.Transfer{ID: 1, Source: source.File{Path: "/film", Size: modelSize}}, queued: true}
		t.Repeat(map[string]func(*rapid.T){
			"command": func(t *rapid.T) {
				m.step(t, rapid.SampledFrom([]Input{
					PausedByUser{}, ResumedByUser{}, RetriedByUser{}, RetriedByUser{KeepUpload: true}, ContinuedByUser{}, UploadedAsIs{}, FileWaitEnded{}, ExistsResolved{uploader.ExistsOverwrite}, ExistsResolved{uploader.ExistsRename}, ExistsResolved{uploader.ExistsSkip}, CancelledByUser{}, RemovedByUser{}, RankChanged{7},
				}).Draw(t, "command"))
			},
			"added again or relocated": func(t *rapid.T) {
				if !m.transfer.Resumable() {
					t.Skip("the engine would add a new transfer")
				}
				path := rapid.SampledFrom([]string{"/film", "/moved/film"}).Draw(t, "path")
				m.step(t, AddedAgain{File: source.File{Path: path, Size: modelSize}, Batch: 2, UploadAgain: rapid.Bool().Draw(t, "again")})
			},
			"moved to batch": func(t *rapid.T) {
				if m.transfer.Phase != uploader.PhaseDone {
					t.Skip("not done")
				}
				m.step(t, MovedToBatch{3})
			},
			"URL changed": func(t *rapid.T) {
				if m.transfer.Session.URL == "" {
					t.Skip("no upload")
				}
				m.step(t, URLChanged{rapid.SampledFrom([]string{"u", "v"}).Draw(t, "url")})
			},
			"save failed": func(t *rapid.T) { m.step(t, Rejected{&fault.Fault{Kind: fault.LocalDisk, Op: fault.Save}}) },
			"wait ended": func(t *rapid.T) {
				if m.wakeAt == 0 || m.transfer.Phase != uploader.PhaseWaiting {
					t.Skip("not waiting")
				}
				m.step(t, WaitEnded{})
			},
			"upload deleted": func(t *rapid.T) {
				if len(m.deletions) == 0 {
					t.Skip("nothing to delete")
				}
				i := rapid.IntRange(0, len(m.deletions)-1).Draw(t, "which")
				session := m.deletions[i]
				m.deletions = slices.Delete(m.deletions, i, i+1)
				m.step(t, UploadDeleted{session})
			},
			"crash":         m.crash,
			"start worker":  m.startWorker,
			"worker report": m.workerReport,
			"end worker":    m.endWorker,
		})
	})
}

func (m *model) crash(t *rapid.T) {
	ask := rapid.Bool().Draw(t, "ask")
	m.working, m.checking, m.final, m.queued, m.wakeAt, m.deletions = false, false, false, false, 0, nil
	m.asks = ask && m.transfer.Intent == uploader.IntentRun && !m.transfer.Phase.Final()
	m.step(t, Restored{Ask: ask})
}

func (m *model) startWorker(t *rapid.T) {
	check := m.asks && rapid.Bool().Draw(t, "check")
	if m.working || m.transfer.Phase != uploader.PhaseQueued || m.transfer.Intent != uploader.IntentRun || !m.queued && !check {
		t.Skip("not queued")
	}
	m.working, m.checking, m.queued = true, check, false
	if check {
		m.step(t, CheckStarted{})
		return
	}
	m.asks = false
	m.step(t, WorkerStarted{})
}

func (m *model) workerReport(t *rapid.T) {
	if !m.working {
		t.Skip("no worker")
	}
	offset := rapid.Int64Range(0, modelSize).Draw(t, "offset")
	if m.checking {
		m.step(t, rapid.SampledFrom([]Input{PhaseEntered{uploader.PhaseChecking}, Acknowledged{Session: uploader.Session{Offset: offset}}, PartChanged{}}).Draw(t, "report"))
		return
	}
	created := uploader.Session{URL: "u", Offset: offset}
	if !m.transfer.Session.Begun() && rapid.Bool().Draw(t, "complete without URL") {
		created = uploader.Session{Offset: modelSize}
	}
	m.step(t, rapid.SampledFrom([]Input{
		PhaseEntered{uploader.PhaseCreating},
		PhaseEntered{uploader.PhaseChecking},
		PhaseEntered{uploader.PhaseSending},
		PhaseEntered{uploader.PhaseVerifying},
		FileUpdated{source.File{Path: "/film", Size: uploader.SizeUnknown}, ""}, // still being written
		FileUpdated{source.File{Path: "/renamed", Size: modelSize}, "f"},
		UploadCreated{Session: created},
		Acknowledged{Session: uploader.Session{Offset: offset}},
		BytesSent{offset},
		FileHashed{"sum"},
	}).Draw(t, "report"))
}

func (m *model) endWorker(t *rapid.T) {
	if !m.working {
		t.Skip("no worker")
	}
	in := WorkerEnded{Stopped: rapid.Bool().Draw(t, "stopped"), Random: 0.5}
	if !in.Stopped && rapid.Bool().Draw(t, "fault") {
		in.Fault = &fault.Fault{
			Kind: rapid.SampledFrom(fault.Kinds()).Draw(t, "kind"),
			Op:   rapid.SampledFrom([]fault.Op{fault.Head, fault.Patch, fault.Create}).Draw(t, "op"),
			Code: rapid.SampledFrom([]string{"", fault.CodeFileChanging}).Draw(t, "code"),
		}
	}
	m.working = false
	if m.checking {
		m.checking = false
		m.step(t, CheckEnded{Fault: in.Fault, AwaitsUser: m.asks})
	} else {
		m.step(t, in)
	}
	m.final = false
}

// step feeds an input, carries out the effects as the engine does, and checks the
// invariants.
func (m *model) step(t *rapid.T, in Input) {
	before := m.transfer
	after, effects := Step(before, in, noon)
	m.transfer = after
	switch in.(type) {
	case ResumedByUser, AddedAgain: // the user has answered
		m.asks = m.asks && after.Intent != uploader.IntentRun
	case Rejected:
		m.final = m.final || m.working
	}
	if effects.Dequeue {
		m.queued = false
	}
	if effects.Enqueue {
		m.asks, m.queued = false, !m.working // the queue ignores a running transfer
	}
	if effects.ScheduleRetry {
		m.wakeAt = after.NextTry
	}
	if effects.Delete.Begun() {
		m.deletions = append(m.deletions, effects.Delete)
	}
	checkStep(t, in, before, after, effects)
	m.check(t)
}

// check tests what holds for a transfer at any time.
func (m *model) check(t *rapid.T) {
	tr := m.transfer
	sameUpload := func(s uploader.Session) bool { return s.SameUpload(tr.Session) }
	switch {
	case tr.Phase == uploader.PhaseWaiting && (tr.Fault == nil || tr.NextTry.IsZero() || m.wakeAt != tr.NextTry):
		t.Fatalf("waiting without a fault or a next try: %+v", tr)
	case tr.Phase == uploader.PhaseFailed && tr.Fault == nil:
		t.Fatalf("failed without a fault: %+v", tr)
	case tr.Phase.Final() == tr.Finished.IsZero():
		t.Fatalf("phase %v, finished at %v", tr.Phase, tr.Finished)
	case tr.Phase.Working() && !m.working:
		t.Fatalf("phase %v without a worker", tr.Phase)
	case m.working && !tr.Phase.Working() && !m.final:
		t.Fatalf("phase %v with a worker", tr.Phase)
	case tr.Phase != uploader.PhaseQueued || m.working:
	case tr.Intent == uploader.IntentRun && !m.queued && !m.asks:
		t.Fatalf("not in the queue: %+v", tr)
	case tr.Intent.Cancels() && !slices.ContainsFunc(m.deletions, sameUpload):
		t.Fatalf("cancelled, but its upload is not being deleted: %+v", tr)
	case m.queued && tr.Intent != uploader.IntentRun:
		t.Fatalf("queued with intent %v", tr.Intent)
	}
}

// checkStep tests what holds for a single step.
func checkStep(t *rapid.T, in Input, before, after uploader.Transfer, effects Effects) {
	_, saveFailed := in.(Rejected)
	same := after
	same.Rank, same.Batch, same.Session.URL = before.Rank, before.Batch, before.Session.URL
	switch {
	case before.Phase == uploader.PhaseDone && !saveFailed && after.Intent == before.Intent && same != before:
		t.Fatalf("a finished transfer became %+v", after)
	case effects.Enqueue && (after.Phase != uploader.PhaseQueued || after.Intent != uploader.IntentRun):
		t.Fatalf("enqueued with phase %v and intent %v", after.Phase, after.Intent)
	case before.Session.URL != "" && after.Session.URL == "" && !effects.Delete.Begun() &&
		after.Phase != uploader.PhaseCancelled && (before.Session.Offset != 0 || before.Attempt > maxRecreated):
		t.Fatalf("progress was lost: %+v became %+v", before, after)
	}
}

func TestAddedAgainWhileWorking(t *testing.T) {
	from := uploader.Transfer{Phase: uploader.PhasePreparing, Source: source.File{Path: "/old", Size: 1}, Fingerprint: "f"}
	got, effects := Step(from, AddedAgain{File: source.File{Path: "/new", Size: 1}}, noon)
	if !effects.StopWorker || got.Source.Path != "/new" || got.Fingerprint != "f" {
		t.Errorf("new path: got %+v, %+v, want the worker stopped", got, effects)
	}
	got, effects = Step(from, AddedAgain{File: source.File{Path: "/old", Size: 1}, Fingerprint: "f"}, noon)
	if effects.StopWorker || !got.Phase.Working() {
		t.Errorf("same path: got %+v, %+v, want the worker kept", got, effects)
	}
}
