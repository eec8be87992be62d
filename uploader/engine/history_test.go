package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// chronicle is a store with as many finished transfers, each a batch of its own
// and a minute older than the next, the last one finished now.
func chronicle(t *testing.T, count int, change func(*uploader.Transfer)) *uploadtest.Store {
	t.Helper()
	store := uploadtest.NewStore()
	var changes uploader.Changes
	for i := range count {
		id := i + 1
		row := &uploader.Transfer{
			ID: uploader.TransferID(id), Batch: uploader.BatchID(id), Server: uploader.BuiltinServer, Rank: int64(id), Phase: uploader.PhaseDone,
			Finished: uploader.MomentOf(time.Now().Add(-time.Duration(count-id) * time.Minute)),
		}
		row.Source.Path = fmt.Sprintf("/%d", id)
		if change != nil {
			change(row)
		}
		changes.Transfers = append(changes.Transfers, row)
		changes.Batches = append(changes.Batches, uploader.Batch{ID: row.Batch, Server: row.Server, Expanded: true})
	}
	if err := store.Save(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	return store
}

// leftOf runs an engine on the store until it has nothing more to do, and returns
// what is in the list and in the store then.
func leftOf(t *testing.T, store *uploadtest.Store, limits uploader.History) map[uploader.TransferID]bool {
	t.Helper()
	settings := uploader.DefaultSettings()
	settings.History = limits
	b := &bench{t: t, store: store, change: func(c *engine.Config) { c.Settings = &settings }}
	b.start()
	defer func() { b.quit() }()
	time.Sleep(10 * time.Minute)
	synctest.Wait()
	left := map[uploader.TransferID]bool{}
	for _, row := range b.engine.Snapshot().Transfers {
		left[row.ID] = true
	}
	saved, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range saved.Transfers {
		if !left[row.ID] {
			t.Errorf("transfer %d is saved and not shown", row.ID)
		}
	}
	if len(saved.Transfers) != len(left) || len(saved.Batches) != len(left) || len(b.engine.Snapshot().Batches) != len(left) {
		t.Errorf("%d transfers are shown, %d saved, in %d batches", len(left), len(saved.Transfers), len(saved.Batches))
	}
	return left
}

func TestHistoryHasLimits(t *testing.T) {
	const day = 24 * time.Hour
	in := func(from, to int) func(uploader.TransferID) bool {
		return func(id uploader.TransferID) bool { return int(id) >= from && int(id) <= to }
	}
	for _, c := range []struct {
		name   string
		limits uploader.History
		change func(*uploader.Transfer)
		stays  func(uploader.TransferID) bool // of 1,000
	}{
		{"all is kept when there is no limit", uploader.History{}, nil, in(1, 1000)},
		{"so many are kept, the newest", uploader.History{Most: 100}, nil, in(901, 1000)},
		{"what is old enough leaves", uploader.History{Age: 5 * time.Hour}, nil, in(700, 1000)},
		{"whichever limit is met first", uploader.History{Most: 900, Age: 10 * day}, nil, in(101, 1000)},
		{
			"what failed waits for the user",
			uploader.History{Most: 1},
			func(t *uploader.Transfer) {
				if t.ID == 7 {
					t.Phase = uploader.PhaseFailed
				}
			},
			func(id uploader.TransferID) bool { return id == 7 || id == 1000 },
		},
		{
			"what the user is asked about stays",
			uploader.History{Most: 1},
			func(t *uploader.Transfer) {
				if t.ID == 7 {
					t.Phase, t.Fault, t.Prior = uploader.PhaseFailed, &fault.Fault{Kind: fault.Uploaded, Op: fault.Load}, 5
				}
			},
			func(id uploader.TransferID) bool { return id == 5 || id == 7 || id == 1000 },
		},
		{
			"what ended under a clock that was ahead leaves first",
			uploader.History{Most: 100, Age: 20 * time.Hour},
			func(t *uploader.Transfer) {
				if t.ID <= 950 {
					t.Finished += uploader.Moment((365 * day).Milliseconds())
				}
			},
			in(901, 1000),
		},
		{
			"nothing is too old for a clock that was set back",
			uploader.History{Age: day},
			func(t *uploader.Transfer) { t.Finished += uploader.Moment((365 * day).Milliseconds()) },
			in(1, 1000),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := func() *uploadtest.Store { return chronicle(t, 1000, c.change) }
			synctest.Test(t, func(t *testing.T) {
				left := leftOf(t, store(), c.limits)
				for id := uploader.TransferID(1); id <= 1000; id++ {
					if left[id] != c.stays(id) {
						t.Fatalf("transfer %d: in the list %v, want %v", id, left[id], c.stays(id))
					}
				}
			})
		})
	}
}

func TestABatchIsHistoryWhenAllOfItIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := chronicle(t, 1000, func(t *uploader.Transfer) {
			if t.Batch = 1 + t.Batch/501; t.ID == 1 {
				t.Phase, t.Intent, t.Finished = uploader.PhaseQueued, uploader.IntentHold, 0
			}
		})
		saved, err := store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var empty uploader.Changes
		for _, b := range saved.Batches {
			if b.ID > 2 {
				empty.RemovedBatches = append(empty.RemovedBatches, b.ID)
			}
		}
		if err := store.Save(t.Context(), empty); err != nil {
			t.Fatal(err)
		}
		settings := uploader.DefaultSettings()
		settings.History = uploader.History{Most: 10}
		b := &bench{t: t, store: store, change: func(c *engine.Config) { c.Settings = &settings }}
		b.start()
		defer func() { b.quit() }()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		s := b.engine.Snapshot()
		if going, over := s.Sums[1].Files, s.Sums[2].Files; going != 500 || over != 10 {
			t.Errorf("%d files are left of a batch that goes on, %d of one that is over; want 500 and 10", going, over)
		}
		b.do(uploader.Remove{Target: uploader.These(1)})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if left := len(b.engine.Snapshot().Transfers); left != 10 {
			t.Errorf("%d are left when all is over, want 10", left)
		}
	})
}
