package engine

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/scan"
	"github.com/ferryapp/ferry/uploader/table"
	"github.com/ferryapp/ferry/uploader/uploadtest"
	"github.com/ferryapp/ferry/uploader/worker"
)

// recordingStore records what is saved, until it fails.
type recordingStore struct {
	*uploadtest.Store

	all   []uploader.Changes
	limit int // number of saves that succeed; 0 for all
}

func (c *recordingStore) Save(ctx context.Context, changes uploader.Changes) error {
	if c.limit > 0 && len(c.all) >= c.limit {
		return fault.New(fault.LocalDisk, fault.Save, uploader.ErrUnavailable)
	}
	c.all = append(c.all, changes)
	return c.Store.Save(ctx, changes)
}

func (*recordingStore) HistorySurplus(context.Context, int, uploader.Timestamp, int) ([]uploader.TransferID, error) {
	return nil, nil
}

// newBulkLoop returns a loop with that number of queued transfers, none of which is
// sent.
func newBulkLoop(t *testing.T, rows int) (*loop, *recordingStore) {
	t.Helper()
	store := &recordingStore{Store: uploadtest.NewStore()}
	changes := uploader.Changes{Batches: []uploader.Batch{{ID: 1, Server: 2, Scanned: true}}}
	for id := range uploader.TransferID(rows) {
		changes.Transfers = append(changes.Transfers, &uploader.Transfer{
			ID: id + 1, Batch: 1, Server: 2, Rank: int64(id), Fingerprint: fmt.Sprint(id + 1), Added: uploader.TimestampOf(testNow),
		})
	}
	if err := store.Store.Save(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	return restartBulkLoop(t, store), store
}

// restartBulkLoop returns a loop with what the store has.
func restartBulkLoop(t *testing.T, store *recordingStore) *loop {
	t.Helper()
	settings := uploader.DefaultSettings()
	settings.Metered = uploader.MeteredHold
	e := New(Config{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Store: store, Settings: &settings})
	saved, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l := newLoop(e, saved)
	l.state.bulk.portion = bulkPortion
	l.admission.SetMetered(true) // nothing is sent
	l.load()
	l.turn(t.Context(), t.Context())
	store.all = nil
	return l
}

// give executes a command and returns the channel of its reply.
func (l *loop) give(command any) chan error {
	r := request{command, make(chan error, 1)}
	l.execute(r)
	return r.reply
}

// replied reports whether a command got its reply, which was not received yet.
func replied(reply chan error) bool { return len(reply) > 0 }

// savedCommands are the commands that are saved as such.
var savedCommands = map[string]uploader.Command{
	"pause all":  uploader.Pause{Target: uploader.TargetAll()},
	"resume all": uploader.Resume{Target: uploader.TargetAll()},
	"cancel all": uploader.Cancel{Target: uploader.TargetAll()},
	"remove all": uploader.Remove{Target: uploader.TargetAll()},
}

// TestSavedCommandAllocatesLittle: what a command for very many transfers allocates for each of
// them, the process keeps until the next garbage collection. Only a text or two of a transfer
// are allocated, and in a test with the race detector some memory that is not used again.
func TestSavedCommandAllocatesLittle(t *testing.T) {
	const rows, most = 20_000, 3.0 // allocations for each transfer
	l, _ := newBulkLoop(t, rows)
	for _, name := range []string{"pause all", "resume all", "cancel all"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for reply := l.give(savedCommands[name]); !replied(reply); {
			l.turn(t.Context(), t.Context())
		}
		runtime.ReadMemStats(&after)
		if each := float64(after.Mallocs-before.Mallocs) / rows; each > most {
			t.Errorf("%s: %.1f allocations for each transfer, want at most %.1f", name, each, most)
		}
		l.finishCommands()
	}
}

func TestSavedCommandIsSavedBeforeItsEffect(t *testing.T) {
	for name, command := range savedCommands {
		t.Run(name, func(t *testing.T) {
			const rows = 2*outdatedPortionIdle + 100
			l, store := newBulkLoop(t, rows)
			if name == "resume all" {
				l.give(uploader.Pause{Target: uploader.TargetAll()})
				l.finishCommands()
				store.all = nil
			}
			reply := l.give(command)
			for turn := 1; !replied(reply); turn++ {
				l.turn(t.Context(), t.Context())
				if turn > 1+rows/bulkPortion {
					t.Fatalf("no reply after %d turns", turn)
				}
			}
			if err := <-reply; err != nil {
				t.Error(err)
			}
			if first := store.all[0]; len(first.Commands) != 1 || len(first.Statuses)+len(first.Transfers)+len(first.RemovedTransfers) > 0 {
				t.Errorf("the first commit has %d commands, %d transfers and %d removed ones, want the command alone", len(first.Commands), len(first.Statuses)+len(first.Transfers), len(first.RemovedTransfers))
			}
			l.finishCommands()
			seen := map[uploader.TransferID]bool{}
			for i, c := range store.all {
				if n := len(c.Transfers) + len(c.Statuses) + len(c.RemovedTransfers); n > outdatedPortionIdle {
					t.Errorf("commit %d saved %d transfers, want at most %d", i+1, n, outdatedPortionIdle)
				}
				for _, row := range slices.Concat(c.Transfers, c.Statuses) {
					seen[row.ID] = true
				}
				for _, id := range c.RemovedTransfers {
					seen[id] = true
				}
				if last := i == len(store.all)-1; (c.DoneCommands > 0) != last {
					t.Errorf("commit %d of %d removes the commands up to %d", i+1, len(store.all), c.DoneCommands)
				}
			}
			if len(seen) != rows {
				t.Errorf("%d of %d transfers were saved", len(seen), rows)
			}
		})
	}
}

func TestOtherBulkCommandIsSavedInPortions(t *testing.T) {
	const rows = 2*bulkPortion + 100
	l, store := newBulkLoop(t, rows)
	l.give(uploader.Cancel{Target: uploader.TargetAll()})
	l.finishCommands()
	store.all = nil
	reply := l.give(retryWith{Target: uploader.TargetAll()})
	for turn := 1; !replied(reply); turn++ {
		l.turn(t.Context(), t.Context())
		if turn > 3 {
			t.Fatalf("no reply after %d turns", turn)
		}
	}
	if err := <-reply; err != nil {
		t.Error(err)
	}
	saved := 0
	for i, c := range store.all {
		saved += len(c.Transfers)
		if n := len(c.Transfers); n > bulkPortion || n == 0 {
			t.Errorf("commit %d saved %d transfers, want 1 to %d", i+1, n, bulkPortion)
		}
	}
	if saved != rows || len(store.all) != 3 {
		t.Errorf("%d of %d transfers were saved in %d commits, want 3 commits", saved, rows, len(store.all))
	}
}

// TestKilledSavedCommandHasAllOrNoEffect: after any number of commits the next run finds
// the effect of a command on all transfers or on none.
func TestKilledSavedCommandHasAllOrNoEffect(t *testing.T) {
	for name, command := range savedCommands {
		t.Run(name, func(t *testing.T) {
			const rows = outdatedPortionIdle + bulkPortion
			for commits := range 5 {
				l, store := newBulkLoop(t, rows)
				if name == "resume all" {
					l.give(uploader.Pause{Target: uploader.TargetAll()})
					l.finishCommands()
				}
				before := l.durable()
				store.all, store.limit = nil, commits
				if commits == 0 {
					store.FailFrom(1)
				}
				l.give(command)
				for range 3 + rows/bulkPortion {
					l.turn(t.Context(), t.Context())
				}
				after := l.durable()
				store.limit = 0
				store.FailOn(0)
				next := restartBulkLoop(t, store)
				want := after
				if commits == 0 {
					want = before
				}
				if got := next.durable(); !maps.Equal(got, want) {
					t.Errorf("after %d commits the next run has %d transfers with another outcome than the %d wanted", commits, len(got), len(want))
				}
				next.finishCommands()
				saved, err := store.Load(t.Context())
				if err != nil || len(saved.Commands) > 0 || saved.Transfers.Len() != len(want) {
					t.Errorf("then %d commands and %d transfers are saved, %v; want 0 and %d", len(saved.Commands), saved.Transfers.Len(), err, len(want))
				}
			}
		})
	}
}

// durable returns what must be saved of the transfers, without the times at which they
// became final.
func (l *loop) durable() map[uploader.TransferID]uploader.Transfer {
	all := map[uploader.TransferID]uploader.Transfer{}
	for row := range l.state.table.All() {
		d := table.Durable(row)
		d.Finished = 0
		all[row.ID] = d
	}
	return all
}

// TestKillsBetweenCommandsLoseNone gives commands for all and for single transfers, and
// kills the program some turns after a command got its reply or a bulk command was saved.
func TestKillsBetweenCommandsLoseNone(t *testing.T) {
	const rows = bulkPortion + 20
	rapid.Check(t, func(rt *rapid.T) {
		killed, store := newBulkLoop(t, rows)
		whole, _ := newBulkLoop(t, rows)
		for range rapid.IntRange(1, 6).Draw(rt, "commands") {
			target := uploader.TargetAll()
			switch rapid.IntRange(0, 3).Draw(rt, "target") {
			case 0:
				target = uploader.TargetTransfers(uploader.TransferID(rapid.IntRange(1, rows).Draw(rt, "transfer")))
			case 1:
				target = uploader.Target{Batch: 1, Final: true}
			}
			command := []any{
				uploader.Pause{Target: target}, uploader.Resume{Target: target}, uploader.Cancel{Target: target}, uploader.Remove{Target: target},
			}[rapid.IntRange(0, 3).Draw(rt, "kind")]
			killed.give(command)
			for range rapid.IntRange(1, 4).Draw(rt, "turns") {
				killed.turn(t.Context(), t.Context())
			}
			if rapid.Bool().Draw(rt, "kill") {
				killed = restartBulkLoop(t, store)
			}
			whole.give(command)
			whole.finishCommands()
		}
		killed.finishCommands()
		if !maps.Equal(killed.durable(), whole.durable()) {
			rt.Fatalf("killed: %s\nnot killed: %s", killed.outcome(), whole.outcome())
		}
		restarted := restartBulkLoop(t, store)
		if !maps.Equal(restarted.durable(), whole.durable()) {
			rt.Fatalf("restarted: %s\nnot killed: %s", restarted.outcome(), whole.outcome())
		}
	})
}

// TestScanFindsNoTransferThatWasCancelled: a scan that starts before the rows of cancelled
// transfers are saved does not find them.
func TestScanFindsNoTransferThatWasCancelled(t *testing.T) {
	const rows = bulkPortion + 1
	for name, command := range map[string]uploader.Command{
		"cancelled": uploader.Cancel{Target: uploader.TargetAll()}, "removed": uploader.Remove{Target: uploader.TargetAll()},
	} {
		t.Run(name, func(t *testing.T) {
			l, store := newBulkLoop(t, rows)
			find := func() int { return len(scan.NewEarlier(l.state.table.Snapshot()).Find("1")) }
			if found := find(); found != 1 {
				t.Errorf("found %d transfers before the command, want 1", found)
			}
			for reply := l.give(command); !replied(reply); {
				l.turn(t.Context(), t.Context())
			}
			if saved, _ := store.Load(t.Context()); len(saved.Commands) != 1 || find() != 0 {
				t.Errorf("found %d transfers while %d commands are saved, want 0 and 1", find(), len(saved.Commands))
			}
		})
	}
}

func TestUploadURLIsSavedWithNextPortion(t *testing.T) {
	l, store := newBulkLoop(t, 3*bulkPortion)
	running := uploader.TransferID(3 * bulkPortion)
	l.state.running[running] = &runningWorker{stop: func(error) {}, counters: &worker.Counters{}, remote: &worker.Remote{}}
	l.state.apply(running, lifecycle.WorkerStarted{})
	l.give(uploader.Pause{Target: uploader.TargetAll()})
	l.turn(t.Context(), t.Context())
	if got := l.state.table.Get(running); got.Intent != uploader.IntentPause {
		t.Errorf("intent of the running transfer is %v, want it to be paused first", got.Intent)
	}
	before, saved := len(store.all), false
	l.state.apply(running, lifecycle.UploadCreated{Session: uploader.Session{URL: "http://server/1"}})
	l.state.afterCommit = append(l.state.afterCommit, func(context.Context) { saved = true })
	l.turn(t.Context(), t.Context())
	if !saved || len(store.all) != before+1 || !l.state.bulk.unfinished() {
		t.Errorf("saved: %v, %d commits, %d unfinished bulk commands; want true, 1, 1", saved, len(store.all)-before, len(l.state.bulk.commands))
	}
}

func TestLaterCommandOverridesUnfinishedBulkCommand(t *testing.T) {
	const rows = 2 * bulkPortion
	last := uploader.TransferID(rows)
	l, _ := newBulkLoop(t, rows)
	all := l.give(uploader.Pause{Target: uploader.TargetAll()})
	one := l.give(uploader.Resume{Target: uploader.TargetTransfers(last)})
	l.turn(t.Context(), t.Context())
	if !replied(one) || replied(all) {
		t.Errorf("replied: later command %v, bulk command %v; want true, false", replied(one), replied(all))
	}
	l.turn(t.Context(), t.Context())
	for row := range l.state.table.All() {
		if want := row.ID == last; (row.Intent == uploader.IntentRun) != want {
			t.Fatalf("intent of transfer %d is %v", row.ID, row.Intent)
		}
	}
	l.give(uploader.Pause{Target: uploader.TargetAll()})
	l.give(uploader.Resume{Target: uploader.TargetAll()})
	for l.state.bulk.unfinished() {
		l.turn(t.Context(), t.Context())
	}
	for row := range l.state.table.All() {
		if row.Intent != uploader.IntentRun {
			t.Fatalf("intent of transfer %d is %v", row.ID, row.Intent)
		}
	}
	if queued := l.state.queue.Waiting(); queued != rows {
		t.Errorf("%d of %d transfers are queued", queued, rows)
	}
}

func TestBulkCommandWaitsForFailingStore(t *testing.T) {
	const rows = 4 * bulkPortion
	for name, commits := range map[string]int{"command not saved": 0, "effect not saved": 1} {
		t.Run(name, func(t *testing.T) {
			l, store := newBulkLoop(t, rows)
			if commits == 0 {
				store.FailFrom(1)
			}
			store.limit = commits
			reply := l.give(uploader.Pause{Target: uploader.TargetAll()})
			for range 6 {
				l.turn(t.Context(), t.Context())
			}
			if !replied(reply) || (<-reply == nil) != (commits == 1) {
				t.Error("the command must fail unless it is saved")
			}
			store.FailOn(0)
			store.limit, l.commits.retryAt = 0, time.Time{}
			l.finishCommands()
			saved, err := store.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for row := range saved.Transfers.Values() {
				if row.Intent != uploader.IntentPause {
					t.Fatalf("transfer %d is not paused", row.ID)
				}
			}
			if paused := l.countOf(uploader.StatePaused); paused != rows || len(saved.Commands) > 0 {
				t.Errorf("%d of %d transfers are paused, %d commands are left", paused, rows, len(saved.Commands))
			}
		})
	}
}

func TestBulkCommandIsSavedAtShutdown(t *testing.T) {
	const rows = 3 * bulkPortion
	l, store := newBulkLoop(t, rows)
	reply := l.give(uploader.Pause{Target: uploader.TargetAll()})
	l.lastSave(t.Context(), t.Context())
	if !replied(reply) || <-reply != nil || len(store.all) != 1 || len(store.all[0].Commands) != 1 {
		t.Errorf("replied: %v, %d commits; want true, 1", replied(reply), len(store.all))
	}
	if paused := restartBulkLoop(t, store).countOf(uploader.StatePaused); paused != rows {
		t.Errorf("%d of %d transfers are paused in the next run", paused, rows)
	}
}

func TestQueuedTransfersAreCaughtUpInPortions(t *testing.T) {
	const rows = 10 * bulkPortion
	l, _ := newBulkLoop(t, rows)
	l.admission.SetMetered(false)
	l.give(uploader.Pause{Target: uploader.TargetAll()})
	l.turn(t.Context(), t.Context())
	if paused := l.countOf(uploader.StatePaused); paused > 2*bulkPortion || len(l.state.running) > 0 {
		t.Errorf("%d transfers were paused in one turn, %d are running", paused, len(l.state.running))
	}
	for l.state.bulk.unfinished() {
		l.turn(t.Context(), t.Context())
	}
	if paused := l.countOf(uploader.StatePaused); paused != rows || l.state.queue.Waiting()+l.state.queue.Running() > 0 {
		t.Errorf("%d of %d transfers are paused, %d are queued", paused, rows, l.state.queue.Waiting())
	}
}

func TestCommandThatReadsOthersWaitsForBulkCommand(t *testing.T) {
	const rows = 2 * bulkPortion
	l, _ := newBulkLoop(t, rows)
	l.servers.byID[2] = uploader.Server{ID: 2, Endpoint: "http://server/"}
	l.give(uploader.Remove{Target: uploader.TargetAll()})
	server, later := l.give(uploader.RemoveServer{ID: 2}), l.give(uploader.Pause{Target: uploader.TargetAll()})
	for l.state.bulk.unfinished() {
		l.turn(t.Context(), t.Context())
	}
	if !replied(server) || !replied(later) {
		t.Fatal("no reply")
	}
	if err := <-server; err != nil {
		t.Error(err)
	}
}

func TestRemovingFinishedKeepsRetried(t *testing.T) {
	const rows = 2 * bulkPortion
	l, _ := newBulkLoop(t, rows)
	for _, command := range []any{uploader.Cancel{Target: uploader.TargetAll()}, uploader.Retry{Target: uploader.TargetAll()}, uploader.Remove{Target: uploader.Target{All: true, Final: true}}} {
		if retry, is := command.(uploader.Retry); is {
			command = retryWith{Target: retry.Target}
		}
		l.give(command)
	}
	for l.state.bulk.unfinished() {
		l.turn(t.Context(), t.Context())
	}
	if waiting := l.countOf(uploader.StateWaiting); waiting != rows {
		t.Errorf("%d of %d transfers wait", waiting, rows)
	}
}

// TestFileOfRemovedTransferIsAddedAsNew: the history has the finished ones, of which the user
// is asked.
func TestFileOfRemovedTransferIsAddedAsNew(t *testing.T) {
	const rows = 2 * bulkPortion
	for name, c := range map[string]struct {
		match scan.Match
		want  uploader.State
	}{
		"resumes":  {scan.Match{Resumes: rows}, uploader.StateWaiting},
		"moves":    {scan.Match{Moves: rows - 1}, uploader.StateNeedsDecision},
		"uploaded": {scan.Match{Uploaded: rows - 1}, uploader.StateNeedsDecision},
		"possible": {scan.Match{Possible: rows}, uploader.StateWaiting},
		"no match": {scan.Match{}, uploader.StateWaiting},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := newBulkLoop(t, rows)
			l.state.apply(rows-1, lifecycle.WorkerStarted{})
			l.state.apply(rows-1, lifecycle.WorkerEnded{})
			l.state.keepBatch(uploader.Batch{ID: 7, Server: 2})
			l.give(uploader.Remove{Target: uploader.Target{Batch: 1}})
			l.scans.take(7, scan.Found{Match: c.match})
			if row := l.state.table.Get(rows + 1); row == nil || row.State() != c.want || row.Batch != 7 {
				t.Errorf("new transfer is %+v", row)
			}
		})
	}
}

// TestRemovedDoneTransferIsInOnePlace: the row of a transfer that finished, which is not saved
// yet, must not stay in the store: the next run would cancel its upload.
func TestRemovedDoneTransferIsInOnePlace(t *testing.T) {
	const rows, done = 4 * bulkPortion, 2*bulkPortion + 7
	l, store := newBulkLoop(t, rows)
	l.state.apply(done, lifecycle.WorkerStarted{})
	l.state.apply(done, lifecycle.WorkerEnded{})
	l.give(uploader.Remove{Target: uploader.TargetAll()})
	for removed := false; !removed; {
		l.turn(t.Context(), t.Context())
		saved, err := store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		entries, err := store.FindHistory(t.Context(), uploader.HistoryQuery{Removed: true})
		if err != nil {
			t.Fatal(err)
		}
		removed = len(entries) == 1
		if listed := saved.Transfers.Find(done) != nil; listed == removed {
			t.Fatalf("after a commit the transfer is listed: %t, in the history: %t", listed, removed)
		}
	}
}

func TestCommandsDuringBulkCommandAreSequential(t *testing.T) {
	const rows = 2*bulkPortion + 10
	rapid.Check(t, func(rt *rapid.T) {
		portioned, store := newBulkLoop(t, rows)
		whole, _ := newBulkLoop(t, rows)
		targets := rapid.Custom(func(rt *rapid.T) uploader.Target {
			switch first := rapid.Int64Range(1, rows).Draw(rt, "from"); rapid.IntRange(0, 4).Draw(rt, "selection") {
			case 0:
				return uploader.TargetTransfers(uploader.TransferID(first))
			case 1:
				return uploader.TargetTransfers(uploader.TransferID(first), 1, rows, 1)
			case 2:
				return uploader.Target{Batch: 1, Final: true}
			default:
				return uploader.TargetAll()
			}
		})
		commands := rapid.Custom(func(rt *rapid.T) any {
			target := targets.Draw(rt, "target")
			return []any{
				uploader.Pause{Target: target}, uploader.Resume{Target: target}, uploader.Cancel{Target: target}, uploader.Remove{Target: target}, retryWith{Target: target}, uploader.Check{Target: target}, uploader.Unblock{Server: 2},
			}[rapid.IntRange(0, 6).Draw(rt, "kind")]
		})
		for _, command := range rapid.SliceOfN(commands, 1, 6).Draw(rt, "commands") {
			if remove, is := command.(uploader.Remove); is && len(remove.Target.IDs) == 0 && !remove.Target.Final && rapid.Bool().Draw(rt, "skipped") {
				continue // leave transfers for the other commands
			}
			portioned.give(command)
			for range rapid.IntRange(0, 3).Draw(rt, "turns") {
				portioned.turn(t.Context(), t.Context())
			}
			whole.give(command)
			whole.finishCommands()
		}
		portioned.finishCommands()
		if a, b := portioned.outcome(), whole.outcome(); a != b {
			rt.Fatalf("with other commands in between: %s\none after the other: %s", a, b)
		}
		saved, err := store.Load(t.Context())
		if err != nil {
			rt.Fatal(err)
		}
		stored := map[uploader.TransferID]uploader.Transfer{}
		for row := range saved.Transfers.Values() {
			stored[row.ID] = table.Durable(row)
		}
		listed := map[uploader.TransferID]uploader.Transfer{}
		for row := range portioned.state.table.All() {
			listed[row.ID] = table.Durable(row)
		}
		if !maps.Equal(stored, listed) {
			rt.Fatalf("stored and listed transfers differ: %d are stored, %d are listed", len(stored), len(listed))
		}
	})
}

// finishCommands runs turns until all commands are carried out and saved.
func (l *loop) finishCommands() {
	for l.state.bulk.unfinished() || l.state.outdated.commands || l.commits.unsaved() || len(l.state.dropped) > 0 {
		l.turn(context.Background(), context.Background())
	}
}

// outcome describes the transfers: for each state and intent their number, the first,
// the last and a sum that depends on their order.
func (l *loop) outcome() string {
	type class struct {
		state  uploader.State
		intent uploader.Intent
		queued bool
	}
	classes := map[class][]uploader.TransferID{}
	for row := range l.state.table.All() {
		c := class{row.State(), row.Intent, l.state.queue.Contains(int64(row.ID))}
		classes[c] = append(classes[c], row.ID)
	}
	var lines []string
	for c, ids := range classes {
		slices.Sort(ids)
		sum := int64(0)
		for i, id := range ids {
			sum += int64(i+1) * int64(id)
		}
		lines = append(lines, fmt.Sprintf("%d %v, %v, queued: %v (%d to %d, %d)", len(ids), c.state, c.intent, c.queued, ids[0], ids[len(ids)-1], sum))
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}

// countOf returns how many transfers are in a state.
func (l *loop) countOf(state uploader.State) int {
	sums := l.state.table.AllTotals()
	return sums.Overall().Count[state]
}

// testNow is a time for tests that need any.
var testNow = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
