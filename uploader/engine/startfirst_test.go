package engine

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/table"
	"github.com/ferryapp/ferry/uploader/uploadtest"
	"github.com/ferryapp/ferry/uploader/worker"
)

const (
	usualServer uploader.ServerID = 2
	givenURL    uploader.ServerID = 3
)

// saveAnyState saves transfers of all kinds, with commands that some of them have the effect
// of, in each of the stores.
func saveAnyState(r *rapid.T, stores ...*uploadtest.Store) {
	commands := rapid.IntRange(0, 3).Draw(r, "commands")
	changes := uploader.Changes{Servers: []uploader.Server{
		{ID: uploader.BuiltinServer, Name: "This computer", Endpoint: "http://127.0.0.1:1/"},
		{ID: usualServer, Name: "studio", Endpoint: "http://127.0.0.1:2/"},
		{ID: givenURL, Name: "given", Endpoint: "http://127.0.0.1:3/", Options: uploader.ServerOptions{GivenURL: true}},
	}}
	for id := range uploader.BatchID(3) {
		changes.Batches = append(changes.Batches, uploader.Batch{ID: id + 1, Server: usualServer, Scanned: true, Rank: rapid.Int64Range(1, 3).Draw(r, "batch rank")})
	}
	for id := range uploader.CommandID(commands) {
		command := uploader.SavedCommand{ID: id + 1, Given: uploader.TimestampOf(testNow)}
		command.Kind = rapid.SampledFrom([]uploader.CommandKind{uploader.CommandPause, uploader.CommandResume, uploader.CommandCancel, uploader.CommandRemove}).Draw(r, "kind")
		command.Target = uploader.TargetAll()
		if rapid.Bool().Draw(r, "a batch") {
			command.Target = uploader.Target{Batch: 1, Final: rapid.Bool().Draw(r, "final")}
		}
		changes.Commands = append(changes.Commands, command)
	}
	save := func(changes uploader.Changes) {
		for _, store := range stores {
			if err := store.Save(r.Context(), changes); err != nil {
				r.Fatal(err)
			}
		}
	}
	save(changes)
	for id := range uploader.TransferID(rapid.IntRange(1, 20).Draw(r, "transfers")) {
		t := anySaved(r, id+1)
		save(uploader.Changes{Transfers: []*uploader.Transfer{&t}, Applied: uploader.CommandID(rapid.IntRange(0, len(changes.Commands)).Draw(r, "applied"))})
	}
}

func anySaved(r *rapid.T, id uploader.TransferID) uploader.Transfer {
	t := uploader.Transfer{
		ID: id, Batch: uploader.BatchID(rapid.IntRange(1, 3).Draw(r, "batch")), Rank: rapid.Int64Range(0, 4).Draw(r, "rank"),
		Server: rapid.SampledFrom([]uploader.ServerID{uploader.BuiltinServer, usualServer, usualServer, givenURL}).Draw(r, "server"),
		Intent: uploader.Intent(rapid.IntRange(0, int(uploader.IntentRemove)).Draw(r, "intent")),
		Phase:  rapid.SampledFrom([]uploader.Phase{uploader.PhaseQueued, uploader.PhaseQueued, uploader.PhaseDone, uploader.PhaseFailed, uploader.PhaseCancelled}).Draw(r, "phase"),
		Added:  uploader.TimestampOf(testNow),
	}
	t.Source.Size = 100
	if rapid.Bool().Draw(r, "begun") {
		t.Session = uploader.Session{URL: fmt.Sprintf("http://127.0.0.1:%d/%d", t.Server, id), Offset: 7}
	}
	if t.Phase.Final() {
		t.Finished = uploader.TimestampOf(testNow)
	}
	if t.Phase == uploader.PhaseFailed {
		t.Fault = fault.Newf(rapid.SampledFrom([]fault.Kind{fault.Auth, fault.Refused, fault.Gone}).Draw(r, "fault"), fault.Create, "")
	}
	return t
}

// startLoop returns a loop that sends nothing, with everything that the store has or, with a
// limit, the first part of it.
func startLoop(r *rapid.T, store *uploadtest.Store, endpoint string, limit int) *loop {
	settings := uploader.DefaultSettings()
	settings.Metered = uploader.MeteredHold
	settings.History = uploader.History{}
	e := New(Config{
		Store: store, Log: slog.New(slog.DiscardHandler), Settings: &settings, BuiltinEndpoint: endpoint, First: limit,
		Connect: func(uploader.Server) (uploader.Protocol, error) { return nil, errors.New("not connected") },
	})
	load := store.Load
	if limit > 0 {
		load = e.loadFirst
	}
	saved, err := load(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	l := newLoop(e, saved)
	l.state.bulk.portion = 3
	l.admission.SetMetered(true)
	l.load()
	l.blockBuiltin()
	return l
}

// blockBuiltin makes nothing be sent to the built-in receiver, which no limit holds.
func (l *loop) blockBuiltin() {
	l.admission.Block(uploader.BuiltinServer, fault.Newf(fault.TLS, fault.Create, ""))
}

// joinRest adds what the loop did not start with.
func (l *loop) joinRest(r *rapid.T) {
	if l.loading == nil {
		return
	}
	saved, err := l.engine.config.Store.Load(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	saved.FillFaults()
	l.join(&saved, table.New(saved.Transfers, saved.Batches))
	l.blockBuiltin()
}

// upload makes the transfers that are queued for the usual server uploaded.
func (l *loop) upload(ids []uploader.TransferID) {
	for _, id := range ids {
		if t := l.state.table.Get(id); t == nil || t.Server != usualServer || t.Phase != uploader.PhaseQueued || t.Intent != uploader.IntentRun {
			continue
		}
		l.state.queue.Remove(int64(id))
		for _, in := range []lifecycle.Input{
			lifecycle.WorkerStarted{},
			lifecycle.UploadCreated{Session: uploader.Session{URL: fmt.Sprint("new", id)}},
			lifecycle.Acknowledged{Session: uploader.Session{URL: fmt.Sprint("new", id), Offset: 100, Sent: 100}},
			lifecycle.WorkerEnded{},
		} {
			l.workers.receive(id, in)
		}
	}
}

// loopState is what a loop has when all is loaded and saved.
type loopState struct {
	Transfers map[uploader.TransferID]uploader.Transfer
	Order     []uploader.TransferID
	Queued    map[uploader.TransferID]bool
	Batches   map[uploader.BatchID]*uploader.Batch
	Blocked   map[uploader.ServerID]bool
	NextID    uploader.TransferID
	Saved     uploader.Saved
}

func (l *loop) stateOf(r *rapid.T) loopState {
	for l.loading != nil {
		l.turn(r.Context(), r.Context())
	}
	l.finishCommands()
	s := loopState{
		Transfers: l.durable(), Queued: map[uploader.TransferID]bool{}, Batches: l.state.batches, Blocked: map[uploader.ServerID]bool{},
		NextID: l.state.nextID,
	}
	for _, row := range l.state.table.Snapshot().Rows() {
		s.Order = append(s.Order, row.ID())
		if row.Rank() >= l.state.nextRank {
			r.Errorf("the next rank is %d, transfer %d has %d", l.state.nextRank, row.ID(), row.Rank())
		}
	}
	for id := range s.Transfers {
		s.Queued[id] = l.state.queue.Contains(int64(id))
	}
	for id := range l.admission.Blocked() {
		s.Blocked[id] = true
	}
	var err error
	if s.Saved, err = l.engine.config.Store.Load(r.Context()); err != nil {
		r.Fatal(err)
	}
	return s
}

var compareStates = cmp.Options{
	cmpopts.IgnoreUnexported(fault.Fault{}), cmpopts.EquateEmpty(),
	cmp.Transformer("rows", func(rows uploader.Rows) []uploader.Transfer {
		var all []uploader.Transfer
		for t := range rows.Values() {
			d := table.Durable(t)
			d.Started, d.Finished, d.ActiveTime = 0, 0, 0
			all = append(all, d)
		}
		return all
	}),
	cmp.Transformer("transfer", func(t uploader.Transfer) string {
		t.Started, t.Finished, t.ActiveTime = 0, 0, 0
		f := t.Fault
		t.Fault = nil
		return fmt.Sprintf("%+v %v", t, f)
	}),
}

// TestStartWithFirstTransfersEqualsStartWithAll compares a start in which the others are
// loaded later, maybe after some of the first ones are uploaded, with one that loads all.
func TestStartWithFirstTransfersEqualsStartWithAll(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		store, other := uploadtest.NewStore(), uploadtest.NewStore()
		saveAnyState(r, store, other)
		endpoint := rapid.SampledFrom([]string{"", "http://127.0.0.1:1/", "http://127.0.0.1:9/"}).Draw(r, "endpoint")
		whole := startLoop(r, other, endpoint, 0)
		parted := startLoop(r, store, endpoint, rapid.IntRange(1, 6).Draw(r, "limit"))
		var first []uploader.TransferID
		if parted.loading != nil && rapid.Bool().Draw(r, "upload") {
			for id := range parted.loading.first {
				first = append(first, id)
			}
		}
		parted.upload(first)
		for range rapid.IntRange(0, 2).Draw(r, "turns") {
			parted.turn(r.Context(), r.Context())
		}
		parted.joinRest(r)
		whole.upload(first)
		want := whole.stateOf(r)
		got := parted.stateOf(r)
		if diff := cmp.Diff(want, got, compareStates); diff != "" {
			r.Fatalf("loop that started with the first transfers (-all at once +first):\n%s", diff)
		}
	})
}

// TestKilledWhileLoadingLosesNothing kills a loop before or while it joins and restores the
// transfers that it did not start with.
func TestKilledWhileLoadingLosesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		store, other := uploadtest.NewStore(), uploadtest.NewStore()
		saveAnyState(r, store, other)
		want := startLoop(r, other, "", 0).stateOf(r)
		for range rapid.IntRange(1, 3).Draw(r, "kills") {
			killed := startLoop(r, store, "", rapid.IntRange(1, 6).Draw(r, "limit"))
			for range rapid.IntRange(0, 2).Draw(r, "turns") {
				killed.turn(r.Context(), r.Context())
			}
			if rapid.Bool().Draw(r, "joined") {
				killed.joinRest(r)
				for range rapid.IntRange(0, 9).Draw(r, "turns") {
					killed.turn(r.Context(), r.Context())
				}
				if killed.loading != nil && killed.loading.joined() {
					killed.loading.stop()
				}
			}
		}
		next := startLoop(r, store, "", 0)
		got := next.stateOf(r)
		if diff := cmp.Diff(want, got, compareStates); diff != "" {
			r.Fatalf("after kills (-without +with):\n%s", diff)
		}
	})
}

// TestBatchesAndCommandsAreKeptWhileLoading has the first transfers only, which may be removed,
// and takes no batch for an empty one and no command for one without transfers.
func TestBatchesAndCommandsAreKeptWhileLoading(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		store := uploadtest.NewStore()
		saveAnyState(r, store)
		before, _ := store.Load(r.Context())
		l := startLoop(r, store, "", 1)
		if l.loading == nil {
			return
		}
		for range 3 {
			l.turn(r.Context(), r.Context())
		}
		after, _ := store.Load(r.Context())
		if len(l.state.batches) != len(before.Batches) || len(after.Batches) != len(before.Batches) || len(after.Commands) != len(before.Commands) {
			r.Errorf("%d batches and %d commands are saved, want %d and %d", len(after.Batches), len(after.Commands), len(before.Batches), len(before.Commands))
		}
		if s := l.engine.Snapshot(); s.Seq != 0 {
			r.Errorf("a snapshot of a part was published: %+v", s)
		}
	})
}

// TestCommandsWhileLoading gives commands to a loop with the first of two transfers.
func TestCommandsWhileLoading(t *testing.T) {
	tests := []struct {
		name    string
		command uploader.Command
		stops   bool // the worker of the first transfer
		admits  bool // transfers may be started
		paused  int  // in the end
	}{
		{"pause all", uploader.Pause{Target: uploader.TargetAll()}, true, false, 2},
		{"pause the first", uploader.Pause{Target: uploader.TargetTransfers(1)}, true, false, 1},
		{"pause the other", uploader.Pause{Target: uploader.TargetTransfers(2)}, false, false, 1},
		{"cancel the batch", uploader.Cancel{Target: uploader.Target{Batch: 1}}, true, false, 0},
		{"remove the final ones", uploader.Remove{Target: uploader.Target{All: true, Final: true}}, false, false, 0},
		{"resume all", uploader.Resume{Target: uploader.TargetAll()}, false, false, 0},
		{"metered", uploader.SetMetered{Metered: true}, true, true, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				store := uploadtest.NewStore()
				err := store.Save(r.Context(), uploader.Changes{
					Servers: []uploader.Server{{ID: usualServer, Name: "studio", Endpoint: "http://127.0.0.1:2/"}},
					Batches: []uploader.Batch{{ID: 1, Server: usualServer, Scanned: true}},
					Transfers: []*uploader.Transfer{
						{ID: 1, Batch: 1, Server: usualServer, Rank: 1, Session: uploader.Session{URL: "u"}}, {ID: 2, Batch: 1, Server: usualServer, Rank: 2},
					},
				})
				if err != nil {
					r.Fatal(err)
				}
				l := startLoop(r, store, "", 1)
				l.admission.SetMetered(false)
				stopped := error(nil)
				l.state.running[1] = &runningWorker{stop: func(cause error) { stopped = cause }, counters: &worker.Counters{}, remote: &worker.Remote{}}
				l.state.apply(1, lifecycle.WorkerStarted{})
				l.state.queue.Remove(1)
				reply := make(chan error, 1)
				l.receive(request{test.command, reply})
				if (stopped != nil) != test.stops || test.stops && !errors.Is(stopped, worker.ErrOverLimit) || l.loading.admits() != test.admits {
					r.Errorf("worker stopped: %v, transfers are started: %v; want %v, %v", stopped, l.loading.admits(), test.stops, test.admits)
				}
				l.workers.receive(1, lifecycle.WorkerEnded{Stopped: true})
				l.admission.SetMetered(true)
				if l.turn(r.Context(), r.Context()); replied(reply) != test.admits {
					r.Errorf("replied before all is loaded: %v, want %v", replied(reply), test.admits)
				}
				l.joinRest(r)
				for l.loading != nil || !replied(reply) {
					l.turn(r.Context(), r.Context())
				}
				if err := <-reply; err != nil || l.countOf(uploader.StatePaused) != test.paused {
					r.Errorf("reply %v, %s; want %d paused", err, l.outcome(), test.paused)
				}
			})
		})
	}
}

// TestLoadingInIdleLoop checks that a loop that waits for the others does not spin.
func TestLoadingInIdleLoop(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		store := uploadtest.NewStore()
		saveAnyState(r, store)
		l := startLoop(r, store, "", 1)
		if l.loading == nil {
			return
		}
		for l.commits.unsaved() {
			l.turn(r.Context(), r.Context())
		}
		if idle := l.idle(time.Now()); idle < time.Second {
			r.Errorf("the loop waits for %v while the others are loaded", idle)
		}
		l.joinRest(r)
		if idle := l.idle(time.Now()); idle > 0 {
			r.Errorf("the loop waits for %v before it restores the others", idle)
		}
		l.loading.stop()
	})
}
