package lifecycle

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

func TestS3DecisionAboutExistingName(t *testing.T) {
	exists := &fault.Fault{Kind: fault.Exists, Op: fault.Create, Status: 409}
	refused := &fault.Fault{Kind: fault.Exists, Op: fault.Create, Status: 409, Code: fault.CodeOverwriteRefused}
	session := uploader.Session{Parts: 2}
	creating := func(policy uploader.ExistsPolicy, number int32) uploader.Transfer {
		return uploader.Transfer{Phase: uploader.PhaseCreating, Exists: policy, NameNumber: number, Source: source.File{Path: "/film.mov", Size: 9}}
	}
	failed := creating(uploader.ExistsAsk, 0)
	failed.Phase, failed.Fault, failed.Finished = uploader.PhaseFailed, exists, uploader.TimestampOf(noon)
	skipped := failed
	skipped.Phase, skipped.Exists = uploader.PhaseCancelled, uploader.ExistsSkip
	renamed := failed
	renamed.NameNumber = 2
	inParts := creating(uploader.ExistsSkip, 0)
	inParts.Session = session
	for _, c := range []struct {
		name    string
		from    uploader.Transfer
		in      Input
		state   uploader.State
		policy  uploader.ExistsPolicy
		number  int32
		effects Effects
	}{
		{"without a policy the user is asked", creating(uploader.ExistsAsk, 0), WorkerEnded{Fault: exists}, uploader.StateNeedsDecision, uploader.ExistsAsk, 0, Effects{}},
		{"the next name is tried at once", creating(uploader.ExistsRename, 0), WorkerEnded{Fault: exists}, uploader.StateWaiting, uploader.ExistsRename, 2, Effects{Enqueue: true}},
		{"and the one after it", creating(uploader.ExistsRename, 2), WorkerEnded{Fault: exists}, uploader.StateWaiting, uploader.ExistsRename, 3, Effects{Enqueue: true}},
		{"names end", creating(uploader.ExistsRename, uploader.MaxNameNumber), WorkerEnded{Fault: exists}, uploader.StateNeedsDecision, uploader.ExistsAsk, uploader.MaxNameNumber, Effects{}},
		{"skipped", creating(uploader.ExistsSkip, 0), WorkerEnded{Fault: exists}, uploader.StateCancelled, uploader.ExistsSkip, 0, Effects{Dequeue: true}},
		{"parts of a skipped file are deleted", inParts, WorkerEnded{Fault: exists}, uploader.StateCancelled, uploader.ExistsSkip, 0, Effects{Dequeue: true, Delete: session}},
		{"decided while the request was sent", creating(uploader.ExistsOverwrite, 0), WorkerEnded{Fault: exists}, uploader.StateWaiting, uploader.ExistsOverwrite, 0, Effects{Enqueue: true}},
		{"overwriting refused", creating(uploader.ExistsOverwrite, 0), WorkerEnded{Fault: refused}, uploader.StateNeedsDecision, uploader.ExistsAsk, 0, Effects{}},

		{"user overwrites", failed, ExistsResolved{uploader.ExistsOverwrite}, uploader.StateWaiting, uploader.ExistsOverwrite, 0, Effects{Enqueue: true}},
		{"user renames", failed, ExistsResolved{uploader.ExistsRename}, uploader.StateWaiting, uploader.ExistsRename, 2, Effects{Enqueue: true}},
		{"user skips", failed, ExistsResolved{uploader.ExistsSkip}, uploader.StateCancelled, uploader.ExistsSkip, 0, Effects{Dequeue: true}},
		{"decision before the name is known to exist", creating(uploader.ExistsAsk, 0), ExistsResolved{uploader.ExistsRename}, uploader.StateChecking, uploader.ExistsRename, 0, Effects{}},
		{"decision for a finished file", skipped, ExistsResolved{uploader.ExistsRename}, uploader.StateCancelled, uploader.ExistsSkip, 0, Effects{}},

		{"retry asks again, for its own name", renamed, RetriedByUser{}, uploader.StateWaiting, uploader.ExistsAsk, 0, Effects{Enqueue: true}},
		{"retry of a skipped file asks again", skipped, RetriedByUser{}, uploader.StateWaiting, uploader.ExistsAsk, 0, Effects{Enqueue: true}},
		{"added again with another policy", failed, AddedAgain{File: failed.Source, Exists: uploader.ExistsRename}, uploader.StateWaiting, uploader.ExistsRename, 0, Effects{Enqueue: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, effects := Step(c.from, c.in, noon)
			if got.State() != c.state || got.Exists != c.policy || got.NameNumber != c.number || effects != c.effects {
				t.Errorf("got %v, policy %q, number %d, %+v; want %v, %q, %d, %+v", got.State(), got.Exists, got.NameNumber, effects, c.state, c.policy, c.number, c.effects)
			}
			if got.State() == uploader.StateCancelled && (!got.Skipped() || got.Session.Begun()) {
				t.Errorf("skipped: %+v", got)
			}
		})
	}
}

func TestS3ChosenNameIsKeptForOtherFaults(t *testing.T) {
	from := uploader.Transfer{Phase: uploader.PhaseFailed, Fault: &fault.Fault{Kind: fault.Refused}, Exists: uploader.ExistsRename, NameNumber: 4}
	if got, _ := Step(from, RetriedByUser{}, noon); got.NameNumber != 4 || got.Exists != uploader.ExistsRename {
		t.Errorf("got %+v", got)
	}
}

func TestS4RepeatedError(t *testing.T) {
	status := func(kind fault.Kind, op fault.Op, status int) *fault.Fault {
		return &fault.Fault{Kind: kind, Op: op, Status: status, Detail: "disk of the server failed"}
	}
	serverError := status(fault.Transient, fault.Create, 500)
	for _, c := range []struct {
		name     string
		faults   func(i int) *fault.Fault
		interval time.Duration
		want     int // how many faults it takes; 0: it never ends
	}{
		{"ten times in five minutes", func(int) *fault.Fault { return serverError }, time.Minute, 10},
		{"for five minutes if that is more", func(int) *fault.Fault { return serverError }, 10 * time.Second, 31},
		{"ten times if they are rare", func(int) *fault.Fault { return serverError }, time.Hour, 10},
		{"on HEAD", func(int) *fault.Fault { return status(fault.Transient, fault.Head, 409) }, time.Minute, 10},
		{"on PATCH without progress", func(int) *fault.Fault { return status(fault.Transient, fault.Patch, 460) }, time.Minute, 10},
		{"offset conflict again and again", func(int) *fault.Fault { return status(fault.Conflict, fault.Patch, 409) }, time.Minute, 10},
		{"on joining parts", func(int) *fault.Fault { return status(fault.Transient, fault.Concat, 500) }, time.Minute, 10},
		{"with losses of the connection between them", func(i int) *fault.Fault {
			if i%2 == 1 {
				return status(fault.Transient, fault.Create, 0)
			}
			return serverError
		}, time.Minute, 19},
		{"different errors", func(i int) *fault.Fault { return status(fault.Transient, fault.Create, 500+5*(i%2)) }, time.Hour, 0},
		{"different requests", func(i int) *fault.Fault {
			return status(fault.Transient, []fault.Op{fault.Head, fault.Patch}[i%2], 500)
		}, time.Hour, 0},
		{"gateway without a server", func(int) *fault.Fault { return status(fault.Transient, fault.Create, 502) }, time.Hour, 0},
		{"server that is busy", func(int) *fault.Fault { return status(fault.Busy, fault.Create, 503) }, time.Hour, 0},
		{"server that says when", func(int) *fault.Fault {
			return &fault.Fault{Kind: fault.Transient, Op: fault.Create, Status: 500, RetryAfter: time.Minute}
		}, time.Hour, 0},
		{"lost connection", func(int) *fault.Fault { return status(fault.Transient, fault.Patch, 0) }, time.Hour, 0},
		{"no network", func(int) *fault.Fault { return status(fault.Offline, fault.Create, 0) }, time.Hour, 0},
		{"response of an intermediary", func(int) *fault.Fault {
			return &fault.Fault{Kind: fault.Transient, Op: fault.Head, Status: 404, Code: fault.CodeForeignResponse}
		}, time.Hour, 0},
		{"tusd waits for a lock", func(int) *fault.Fault {
			return &fault.Fault{Kind: fault.Transient, Op: fault.Patch, Status: 500, Code: "ERR_LOCK_TIMEOUT"}
		}, time.Hour, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			transfer, now := uploader.Transfer{Source: source.File{Size: 9}}, noon
			for i := range 200 {
				transfer, _ = Step(transfer, WorkerStarted{}, now)
				transfer, _ = Step(transfer, WorkerEnded{Fault: c.faults(i), Random: 0.5}, now)
				if transfer.Phase == uploader.PhaseFailed {
					if i+1 != c.want || transfer.Fault.Code != fault.CodeRepeatedError || transfer.Fault.Kind != fault.Refused || transfer.Fault.Detail == "" {
						t.Errorf("failed after %d faults with %v, want %d", i+1, transfer.Fault, c.want)
					}
					return
				}
				if i%3 == 0 { // the program was restarted
					transfer, _ = Step(transfer, Restored{}, now)
				} else {
					transfer, _ = Step(transfer, WaitEnded{}, now)
				}
				now = now.Add(c.interval)
			}
			if c.want != 0 {
				t.Errorf("still tried, want an end after %d faults", c.want)
			}
		})
	}
}

func TestS4ProgressEndsTheSeries(t *testing.T) {
	f := &fault.Fault{Kind: fault.Transient, Op: fault.Patch, Status: 500}
	transfer := uploader.Transfer{Phase: uploader.PhaseSending, Session: uploader.Session{URL: "u"}, Source: source.File{Size: 1000}}
	for i := range 100 {
		transfer, _ = Step(transfer, Acknowledged{Session: uploader.Session{Offset: int64(i + 1)}}, noon)
		transfer, _ = Step(transfer, WorkerEnded{Fault: f}, noon.Add(time.Duration(i)*time.Hour))
	}
	if transfer.Phase != uploader.PhaseWaiting {
		t.Errorf("got %v", transfer.Phase)
	}
	// A retry of the user starts the count again.
	transfer.Phase, transfer.Repeated = uploader.PhaseFailed, &uploader.Repeated{Op: fault.Patch, Status: 500, Count: 10}
	if transfer, _ = Step(transfer, RetriedByUser{}, noon); transfer.Repeated != nil {
		t.Errorf("got %+v", transfer.Repeated)
	}
}
