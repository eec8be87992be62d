package engine

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
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
	"github.com/ferryapp/ferry/uploader/worker"
)

// recordingStore records what is saved, until it fails.
type recordingStore struct {
	uploader.Store

	all   []uploader.Changes
	limit int // number of saves that succeed; 0 for all
}

func (c *recordingStore) Save(_ context.Context, changes uploader.Changes) error {
	if c.limit > 0 && len(c.all) >= c.limit {
		return fault.New(fault.LocalDisk, fault.Save, uploader.ErrUnavailable)
	}
	c.all = append(c.all, changes)
	return nil
}

func (*recordingStore) HistorySurplus(context.Context, int, uploader.Timestamp, int) ([]uploader.TransferID, error) {
	return nil, nil
}

// newBulkLoop returns a loop with that number of queued transfers, none of which is
// sent.
func newBulkLoop(t *testing.T, rows int) (*loop, *recordingStore) {
	t.Helper()
	store := &recordingStore{}
	e := New(Config{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Store: store})
	saved := uploader.Saved{NextID: uploader.TransferID(rows) + 1, Batches: []uploader.Batch{{ID: 1, Server: 2, Scanned: true}}}
	for id := range uploader.TransferID(rows) {
		saved.Transfers = append(saved.Transfers, &uploader.Transfer{ID: id + 1, Batch: 1, Server: 2, Rank: int64(id), Added: uploader.TimestampOf(testNow)})
	}
	l := newLoop(e, saved)
	l.load()
	l.stopping = true // nothing is sent
	l.turn(t.Context(), t.Context())
	store.all = nil
	return l, store
}

// give executes a command and returns the channel of its reply.
func (l *loop) give(command any) chan error {
	r := request{command, make(chan error, 1)}
	l.execute(r)
	return r.reply
}

// replied reports whether a command got its reply, which was not received yet.
func replied(reply chan error) bool { return len(reply) > 0 }

func TestBulkCommandIsSavedInPortions(t *testing.T) {
	for name, command := range map[string]uploader.Command{
		"pause all":  uploader.Pause{Target: uploader.TargetAll()},
		"cancel all": uploader.Cancel{Target: uploader.TargetAll()},
		"remove all": uploader.Remove{Target: uploader.TargetAll()},
	} {
		t.Run(name, func(t *testing.T) {
			const rows = 2*bulkPortion + 100
			l, store := newBulkLoop(t, rows)
			reply := l.give(command)
			for turn := 1; !replied(reply); turn++ {
				l.turn(t.Context(), t.Context())
				if turn > 3 {
					t.Fatalf("no reply after %d turns", turn)
				}
			}
			if err := <-reply; err != nil {
				t.Error(err)
			}
			seen := map[uploader.TransferID]bool{}
			for i, c := range store.all {
				if n := len(c.Transfers) + len(c.RemovedTransfers); n > bulkPortion || n == 0 {
					t.Errorf("commit %d saved %d transfers, want 1 to 512", i+1, n)
				}
				for _, row := range c.Transfers {
					seen[row.ID] = true
				}
				for _, id := range c.RemovedTransfers {
					seen[id] = true
				}
			}
			if len(seen) != rows || len(store.all) != 3 {
				t.Errorf("%d of %d transfers were saved in %d commits, want 3 commits", len(seen), rows, len(store.all))
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
	l, store := newBulkLoop(t, rows)
	store.limit = 1
	reply := l.give(uploader.Pause{Target: uploader.TargetAll()})
	for range 5 {
		l.turn(t.Context(), t.Context())
	}
	if !replied(reply) || <-reply == nil {
		t.Error("command got no error")
	}
	if paused := l.countOf(uploader.StatePaused); paused != 2*bulkPortion {
		t.Errorf("%d transfers are paused, want %d, of which half are saved", paused, 2*bulkPortion)
	}
	store.limit, l.commits.retryAt = 0, time.Time{}
	for l.state.bulk.unfinished() || l.commits.unsaved() {
		l.turn(t.Context(), t.Context())
	}
	if paused := l.countOf(uploader.StatePaused); paused != rows {
		t.Errorf("%d of %d transfers are paused", paused, rows)
	}
}

func TestBulkCommandIsSavedAtShutdown(t *testing.T) {
	const rows = 3 * bulkPortion
	l, store := newBulkLoop(t, rows)
	reply := l.give(uploader.Pause{Target: uploader.TargetAll()})
	l.lastSave(t.Context(), t.Context())
	if !replied(reply) || <-reply != nil || len(store.all) != 1 || len(store.all[0].Transfers) != rows {
		t.Errorf("replied: %v, %d commits; want true, 1", replied(reply), len(store.all))
	}
}

func TestQueuedTransfersAreCaughtUpInPortions(t *testing.T) {
	const rows = 10 * bulkPortion
	l, _ := newBulkLoop(t, rows)
	l.give(uploader.Pause{Target: uploader.TargetAll()})
	l.stopping = false
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

func TestFileOfRemovedTransferIsAddedAsNew(t *testing.T) {
	const rows = 2 * bulkPortion
	for name, found := range map[string]scan.Found{
		"resumes":  {Match: scan.Match{Resumes: rows}},
		"moves":    {Match: scan.Match{Moves: rows - 1}},
		"uploaded": {Match: scan.Match{Uploaded: rows - 1}},
		"possible": {Match: scan.Match{Possible: rows}},
		"no match": {},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := newBulkLoop(t, rows)
			l.state.apply(rows-1, lifecycle.WorkerStarted{})
			l.state.apply(rows-1, lifecycle.WorkerEnded{})
			l.state.keepBatch(uploader.Batch{ID: 7, Server: 2})
			l.give(uploader.Remove{Target: uploader.Target{Batch: 1}})
			l.scans.take(7, found)
			if row := l.state.table.Get(rows + 1); row == nil || row.State() != uploader.StateWaiting || row.Batch != 7 {
				t.Errorf("new transfer is %+v", row)
			}
		})
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
		stored := map[uploader.TransferID]uploader.Transfer{}
		for id := range uploader.TransferID(rows) {
			stored[id+1] = uploader.Transfer{ID: id + 1, Batch: 1, Server: 2, Rank: int64(id), Added: uploader.TimestampOf(testNow)}
		}
		for _, c := range store.all {
			for _, row := range c.Transfers {
				stored[row.ID] = table.Durable(row)
			}
			for _, id := range c.RemovedTransfers {
				delete(stored, id)
			}
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
	for l.state.bulk.unfinished() || l.commits.unsaved() || len(l.state.dropped) > 0 {
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
