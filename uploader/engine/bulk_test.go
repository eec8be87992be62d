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
	limit int // how many saves succeed; 0 for all
}

func (c *recordingStore) Save(_ context.Context, changes uploader.Changes) error {
	if c.limit > 0 && len(c.all) >= c.limit {
		return fault.New(fault.LocalDisk, fault.Save, uploader.ErrUnavailable)
	}
	c.all = append(c.all, changes)
	return nil
}

// sweeper is a loop with so many transfers in line, of which none is sent.
func sweeper(t *testing.T, rows int) (*loop, *recordingStore) {
	t.Helper()
	store := &recordingStore{}
	e := New(Config{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Store: store})
	saved := uploader.Saved{NextID: uploader.TransferID(rows) + 1, Batches: []uploader.Batch{{ID: 1, Server: 2, Scanned: true}}}
	for id := range uploader.TransferID(rows) {
		saved.Transfers = append(saved.Transfers, uploader.Transfer{ID: id + 1, Batch: 1, Server: 2, Rank: int64(id), Added: uploader.TimestampOf(testNow)})
	}
	l := newLoop(e, saved)
	l.load()
	l.stopping = true // nothing is sent
	l.turn(t.Context(), t.Context())
	store.all = nil
	return l, store
}

func (l *loop) given(command any) chan error {
	r := request{command, make(chan error, 1)}
	l.execute(r)
	return r.reply
}

func answered(reply chan error) bool { return len(reply) > 0 }

func TestACommandForManyIsSavedInPortions(t *testing.T) {
	for name, command := range map[string]uploader.Command{
		"pause all":  uploader.Pause{Target: uploader.TargetAll()},
		"cancel all": uploader.Cancel{Target: uploader.TargetAll()},
		"remove all": uploader.Remove{Target: uploader.TargetAll()},
	} {
		t.Run(name, func(t *testing.T) {
			const rows = 2*bulkPortion + 100
			l, store := sweeper(t, rows)
			reply := l.given(command)
			for turn := 1; !answered(reply); turn++ {
				l.turn(t.Context(), t.Context())
				if turn > 3 {
					t.Fatalf("no answer after %d turns", turn)
				}
			}
			if err := <-reply; err != nil {
				t.Error(err)
			}
			seen := map[uploader.TransferID]bool{}
			for i, c := range store.all {
				if n := len(c.Transfers) + len(c.RemovedTransfers); n > bulkPortion || n == 0 {
					t.Errorf("commit %d saves %d rows", i+1, n)
				}
				for _, row := range c.Transfers {
					seen[row.ID] = true
				}
				for _, id := range c.RemovedTransfers {
					seen[id] = true
				}
			}
			if len(seen) != rows || len(store.all) != 3 {
				t.Errorf("%d of %d rows are saved, in %d commits", len(seen), rows, len(store.all))
			}
		})
	}
}

func TestAnUploadURLIsSavedWithTheNextPortion(t *testing.T) {
	l, store := sweeper(t, 3*bulkPortion)
	under := uploader.TransferID(3 * bulkPortion)
	l.state.running[under] = &runningWorker{stop: func(error) {}, counters: &worker.Counters{}, remote: &worker.Remote{}}
	l.state.apply(under, lifecycle.WorkerStarted{})
	l.given(uploader.Pause{Target: uploader.TargetAll()})
	l.turn(t.Context(), t.Context())
	if got := l.state.table.Get(under); got.Intent != uploader.IntentPause {
		t.Errorf("what is under way is %v and not halted first", got.Intent)
	}
	before, safe := len(store.all), false
	l.state.apply(under, lifecycle.UploadCreated{Session: uploader.Session{URL: "http://server/1"}})
	l.state.afterCommit = append(l.state.afterCommit, func(context.Context) { safe = true })
	l.turn(t.Context(), t.Context())
	if !safe || len(store.all) != before+1 || !l.state.bulk.unfinished() {
		t.Errorf("safe: %v, after %d commits, of %d sweeps", safe, len(store.all)-before, len(l.state.bulk.commands))
	}
}

func TestWhatIsCommandedLaterHolds(t *testing.T) {
	const rows = 2 * bulkPortion
	last := uploader.TransferID(rows)
	l, _ := sweeper(t, rows)
	all := l.given(uploader.Pause{Target: uploader.TargetAll()})
	one := l.given(uploader.Resume{Target: uploader.TargetTransfers(last)})
	l.turn(t.Context(), t.Context())
	if !answered(one) || answered(all) {
		t.Errorf("answered: the one %v, all %v", answered(one), answered(all))
	}
	l.turn(t.Context(), t.Context())
	for row := range l.state.table.All() {
		if want := row.ID == last; (row.Intent == uploader.IntentRun) != want {
			t.Fatalf("transfer %d is to %v", row.ID, row.Intent)
		}
	}
	l.given(uploader.Pause{Target: uploader.TargetAll()})
	l.given(uploader.Resume{Target: uploader.TargetAll()})
	for l.state.bulk.unfinished() {
		l.turn(t.Context(), t.Context())
	}
	for row := range l.state.table.All() {
		if row.Intent != uploader.IntentRun {
			t.Fatalf("transfer %d is to %v", row.ID, row.Intent)
		}
	}
	if standing := l.state.queue.Waiting(); standing != rows {
		t.Errorf("%d of %d stand in line", standing, rows)
	}
}

func TestADiskThatFailsHoldsUpTheRest(t *testing.T) {
	const rows = 4 * bulkPortion
	l, store := sweeper(t, rows)
	store.limit = 1
	reply := l.given(uploader.Pause{Target: uploader.TargetAll()})
	for range 5 {
		l.turn(t.Context(), t.Context())
	}
	if !answered(reply) || <-reply == nil {
		t.Error("nobody is told")
	}
	if held := l.countOf(uploader.StatePaused); held != 2*bulkPortion {
		t.Errorf("%d are paused, and one portion is saved", held)
	}
	store.limit, l.commits.retryAt = 0, time.Time{}
	for l.state.bulk.unfinished() || l.commits.unsaved() {
		l.turn(t.Context(), t.Context())
	}
	if held := l.countOf(uploader.StatePaused); held != rows {
		t.Errorf("%d of %d are paused", held, rows)
	}
}

func TestWhatIsCommandedIsSavedBeforeTheEnd(t *testing.T) {
	const rows = 3 * bulkPortion
	l, store := sweeper(t, rows)
	reply := l.given(uploader.Pause{Target: uploader.TargetAll()})
	l.lastSave(t.Context(), t.Context())
	if !answered(reply) || <-reply != nil || len(store.all) != 1 || len(store.all[0].Transfers) != rows {
		t.Errorf("answered: %v, in %d commits", answered(reply), len(store.all))
	}
}

func TestWhatIsInLineIsGoneThroughInPortions(t *testing.T) {
	const rows = 10 * bulkPortion
	l, _ := sweeper(t, rows)
	l.given(uploader.Pause{Target: uploader.TargetAll()})
	l.stopping = false
	l.turn(t.Context(), t.Context())
	if held := l.countOf(uploader.StatePaused); held > 2*bulkPortion || len(l.state.running) > 0 {
		t.Errorf("%d are paused in one turn, %d are sent", held, len(l.state.running))
	}
	for l.state.bulk.unfinished() {
		l.turn(t.Context(), t.Context())
	}
	if held := l.countOf(uploader.StatePaused); held != rows || l.state.queue.Waiting()+l.state.queue.Running() > 0 {
		t.Errorf("%d of %d are paused, %d stand in line", held, rows, l.state.queue.Waiting())
	}
}

func TestACommandThatLooksAtTransfersWaitsForThoseBefore(t *testing.T) {
	const rows = 2 * bulkPortion
	l, _ := sweeper(t, rows)
	l.servers.byID[2] = uploader.Server{ID: 2, Endpoint: "http://server/"}
	l.given(uploader.Remove{Target: uploader.TargetAll()})
	server, later := l.given(uploader.RemoveServer{ID: 2}), l.given(uploader.Pause{Target: uploader.TargetAll()})
	for l.state.bulk.unfinished() {
		l.turn(t.Context(), t.Context())
	}
	if !answered(server) || !answered(later) {
		t.Fatal("no answer")
	}
	if err := <-server; err != nil {
		t.Error(err)
	}
}

func TestClearingLeavesWhatIsTriedAgain(t *testing.T) {
	const rows = 2 * bulkPortion
	l, _ := sweeper(t, rows)
	for _, command := range []any{uploader.Cancel{Target: uploader.TargetAll()}, uploader.Retry{Target: uploader.TargetAll()}, uploader.Remove{Target: uploader.Target{All: true, Final: true}}} {
		if again, is := command.(uploader.Retry); is {
			command = retryWith{Target: again.Target}
		}
		l.given(command)
	}
	for l.state.bulk.unfinished() {
		l.turn(t.Context(), t.Context())
	}
	if waiting := l.countOf(uploader.StateWaiting); waiting != rows {
		t.Errorf("%d of %d wait", waiting, rows)
	}
}

func TestAFileThatWasJustRemovedIsAddedAnew(t *testing.T) {
	const rows = 2 * bulkPortion
	for name, known := range map[string]scan.Found{
		"continued":         {Match: scan.Match{Resumes: rows}},
		"across, joined":    {Match: scan.Match{Moves: rows - 1}},
		"across, asked":     {Match: scan.Match{Uploaded: rows - 1}},
		"perhaps, asked":    {Match: scan.Match{Possible: rows}},
		"never seen before": {},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := sweeper(t, rows)
			l.state.apply(rows-1, lifecycle.WorkerStarted{})
			l.state.apply(rows-1, lifecycle.WorkerEnded{})
			l.state.keepBatch(uploader.Batch{ID: 7, Server: 2})
			l.given(uploader.Remove{Target: uploader.Target{Batch: 1}})
			l.scans.take(7, known)
			if row := l.state.table.Get(rows + 1); row == nil || row.State() != uploader.StateWaiting || row.Batch != 7 {
				t.Errorf("it is %+v", row)
			}
		})
	}
}

func TestCommandsInTheMiddleOfASweepEndAsIfOneCameAfterTheOther(t *testing.T) {
	const rows = 2*bulkPortion + 10
	rapid.Check(t, func(rt *rapid.T) {
		swept, store := sweeper(t, rows)
		one, _ := sweeper(t, rows)
		ids := rapid.Custom(func(rt *rapid.T) uploader.Target {
			switch first := rapid.Int64Range(1, rows).Draw(rt, "from"); rapid.IntRange(0, 4).Draw(rt, "what") {
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
		given := rapid.Custom(func(rt *rapid.T) any {
			target := ids.Draw(rt, "target")
			return []any{
				uploader.Pause{Target: target}, uploader.Resume{Target: target}, uploader.Cancel{Target: target}, uploader.Remove{Target: target}, retryWith{Target: target}, uploader.Check{Target: target}, uploader.Unblock{Server: 2},
			}[rapid.IntRange(0, 6).Draw(rt, "kind")]
		})
		for _, command := range rapid.SliceOfN(given, 1, 6).Draw(rt, "commands") {
			if remove, is := command.(uploader.Remove); is && len(remove.Target.IDs) == 0 && !remove.Target.Final && rapid.Bool().Draw(rt, "spared") {
				continue // or nothing is left for the others
			}
			swept.given(command)
			for range rapid.IntRange(0, 3).Draw(rt, "turns") {
				swept.turn(t.Context(), t.Context())
			}
			one.given(command)
			one.carriedOut()
		}
		swept.carriedOut()
		if a, b := swept.outcome(), one.outcome(); a != b {
			rt.Fatalf("in the middle: %s\none after the other: %s", a, b)
		}
		kept := map[uploader.TransferID]uploader.Transfer{}
		for id := range uploader.TransferID(rows) {
			kept[id+1] = uploader.Transfer{ID: id + 1, Batch: 1, Server: 2, Rank: int64(id), Added: uploader.TimestampOf(testNow)}
		}
		for _, c := range store.all {
			for _, row := range c.Transfers {
				kept[row.ID] = table.Durable(row)
			}
			for _, id := range c.RemovedTransfers {
				delete(kept, id)
			}
		}
		shown := map[uploader.TransferID]uploader.Transfer{}
		for row := range swept.state.table.All() {
			shown[row.ID] = table.Durable(row)
		}
		if !maps.Equal(kept, shown) {
			rt.Fatalf("%d are kept, %d are shown, or they differ", len(kept), len(shown))
		}
	})
}

// carriedOut turns until nothing is left to do.
func (l *loop) carriedOut() {
	for l.state.bulk.unfinished() || l.commits.unsaved() || len(l.state.dropped) > 0 {
		l.turn(context.Background(), context.Background())
	}
}

// outcome is how many transfers stand how, and the first and last of each.
func (l *loop) outcome() string {
	type stand struct {
		state  uploader.State
		intent uploader.Intent
		inLine bool
	}
	stands := map[stand][]uploader.TransferID{}
	for row := range l.state.table.All() {
		s := stand{row.State(), row.Intent, l.state.queue.Contains(int64(row.ID))}
		stands[s] = append(stands[s], row.ID)
	}
	var lines []string
	for s, ids := range stands {
		slices.Sort(ids)
		sum := int64(0)
		for i, id := range ids {
			sum += int64(i+1) * int64(id)
		}
		lines = append(lines, fmt.Sprintf("%d %v, %v, in line: %v (%d to %d, %d)", len(ids), s.state, s.intent, s.inLine, ids[0], ids[len(ids)-1], sum))
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}

// countOf returns how many transfers are in a state.
func (l *loop) countOf(state uploader.State) int {
	sums := l.state.table.AllTotals()
	return sums.Overall().Count[state]
}

// testNow is the present in the tests of pure functions.
var testNow = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
