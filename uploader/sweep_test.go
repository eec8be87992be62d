package uploader

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// commits is a store that takes down what is saved, until it fails.
type commits struct {
	Store

	all   []Changes
	after int // how many it takes; 0 for all
}

func (c *commits) Save(_ context.Context, changes Changes) error {
	if c.after > 0 && len(c.all) >= c.after {
		return fault.New(fault.LocalDisk, fault.Save, ErrUnavailable)
	}
	c.all = append(c.all, changes)
	return nil
}

// sweeper is a loop with so many transfers in line, of which none is sent.
func sweeper(t *testing.T, rows int) (*loop, *commits) {
	t.Helper()
	store := &commits{}
	e := New(Config{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Store: store})
	saved := Saved{NextID: TransferID(rows) + 1, Batches: []Batch{{ID: 1, Server: 2, Expanded: true}}}
	for id := range TransferID(rows) {
		saved.Transfers = append(saved.Transfers, Transfer{ID: id + 1, Batch: 1, Server: 2, Rank: int64(id), Added: MomentOf(noon)})
	}
	l := newLoop(e, saved)
	l.takeUp()
	l.stopping = true // nothing is sent
	l.turn(t.Context(), t.Context())
	store.all = nil
	return l, store
}

func (l *loop) given(command Command) chan error {
	o := order{command, make(chan error, 1)}
	l.carryOut(o)
	return o.reply
}

func answered(reply chan error) bool { return len(reply) > 0 }

func TestACommandForManyIsSavedInPortions(t *testing.T) {
	for name, command := range map[string]Command{
		"pause all":  Pause{Everything()},
		"cancel all": Cancel{Everything()},
		"remove all": Remove{Everything()},
	} {
		t.Run(name, func(t *testing.T) {
			const rows = 2*sweepPortion + 100
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
			seen := map[TransferID]bool{}
			for i, c := range store.all {
				if n := len(c.Transfers) + len(c.RemovedTransfers); n > sweepPortion || n == 0 {
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
	l, store := sweeper(t, 3*sweepPortion)
	under := TransferID(3 * sweepPortion)
	l.flights[under] = &flight{halt: func(error) {}, tally: &tally{}, remote: &remote{}}
	l.feed(under, taken{})
	l.given(Pause{Everything()})
	l.turn(t.Context(), t.Context())
	if got := l.table.get(under); got.Intent != IntentHold {
		t.Errorf("what is under way is %v and not halted first", got.Intent)
	}
	before, safe := len(store.all), false
	l.feed(under, created{Session{URL: "http://server/1"}})
	l.after = append(l.after, func(context.Context) { safe = true })
	l.turn(t.Context(), t.Context())
	if !safe || len(store.all) != before+1 || len(l.sweeps) == 0 {
		t.Errorf("safe: %v, after %d commits, of %d sweeps", safe, len(store.all)-before, len(l.sweeps))
	}
}

func TestWhatIsCommandedLaterHolds(t *testing.T) {
	const rows = 2 * sweepPortion
	last := TransferID(rows)
	l, _ := sweeper(t, rows)
	all := l.given(Pause{Everything()})
	one := l.given(Resume{These(last)})
	l.turn(t.Context(), t.Context())
	if !answered(one) || answered(all) {
		t.Errorf("answered: the one %v, all %v", answered(one), answered(all))
	}
	l.turn(t.Context(), t.Context())
	for row := range l.table.each() {
		if want := row.ID == last; (row.Intent == IntentRun) != want {
			t.Fatalf("transfer %d is to %v", row.ID, row.Intent)
		}
	}
	l.given(Pause{Everything()})
	l.given(Resume{Everything()})
	for len(l.sweeps) > 0 {
		l.turn(t.Context(), t.Context())
	}
	for row := range l.table.each() {
		if row.Intent != IntentRun {
			t.Fatalf("transfer %d is to %v", row.ID, row.Intent)
		}
	}
	if standing := l.queue.Waiting(); standing != rows {
		t.Errorf("%d of %d stand in line", standing, rows)
	}
}

func TestADiskThatFailsHoldsUpTheRest(t *testing.T) {
	const rows = 4 * sweepPortion
	l, store := sweeper(t, rows)
	store.after = 1
	reply := l.given(Pause{Everything()})
	for range 5 {
		l.turn(t.Context(), t.Context())
	}
	if !answered(reply) || <-reply == nil {
		t.Error("nobody is told")
	}
	if held := l.table.ledger.count[StatePaused]; held != 2*sweepPortion {
		t.Errorf("%d are paused, and one portion is saved", held)
	}
	store.after, l.retryAt = 0, time.Time{}
	for len(l.sweeps) > 0 || l.unsaved() {
		l.turn(t.Context(), t.Context())
	}
	if held := l.table.ledger.count[StatePaused]; held != rows {
		t.Errorf("%d of %d are paused", held, rows)
	}
}

func TestWhatIsCommandedIsSavedBeforeTheEnd(t *testing.T) {
	const rows = 3 * sweepPortion
	l, store := sweeper(t, rows)
	reply := l.given(Pause{Everything()})
	l.lastSave(t.Context(), t.Context())
	if !answered(reply) || <-reply != nil || len(store.all) != 1 || len(store.all[0].Transfers) != rows {
		t.Errorf("answered: %v, in %d commits", answered(reply), len(store.all))
	}
}
