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

// newHistoryStore returns a store with count finished transfers, changed by change.
// Each is in a separate batch and finished one minute before the next, the last one
// now.
func newHistoryStore(t *testing.T, count int, change func(*uploader.Transfer)) *uploadtest.Store {
	t.Helper()
	store := uploadtest.NewStore()
	var changes uploader.Changes
	for i := range count {
		id := i + 1
		transfer := &uploader.Transfer{
			ID: uploader.TransferID(id), Batch: uploader.BatchID(id), Server: uploader.BuiltinServer, Rank: int64(id), Phase: uploader.PhaseDone,
			Finished: uploader.TimestampOf(time.Now().Add(-time.Duration(count-id) * time.Minute)),
		}
		transfer.Source.Path = fmt.Sprintf("/%d", id)
		if change != nil {
			change(transfer)
		}
		changes.Transfers = append(changes.Transfers, transfer)
		changes.Batches = append(changes.Batches, uploader.Batch{ID: transfer.Batch, Server: transfer.Server, Scanned: true})
	}
	if err := store.Save(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	return store
}

// applyHistoryLimits runs an engine on the store until it has applied the limits, and
// returns the remaining transfers. It checks that list and store have the same ones.
func applyHistoryLimits(t *testing.T, store *uploadtest.Store, limits uploader.History) map[uploader.TransferID]bool {
	t.Helper()
	settings := uploader.DefaultSettings()
	settings.History = limits
	h := &harness{t: t, store: store, configure: func(c *engine.Config) { c.Settings = &settings }}
	h.start()
	defer func() { h.stop() }()
	time.Sleep(10 * time.Minute)
	synctest.Wait()
	remaining := map[uploader.TransferID]bool{}
	for transfer := range h.engine.Snapshot().Transfers.Values() {
		remaining[transfer.ID] = true
	}
	saved, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for transfer := range saved.Transfers.Values() {
		if !remaining[transfer.ID] {
			t.Errorf("transfer %d is saved but not listed", transfer.ID)
		}
	}
	if saved.Transfers.Len() != len(remaining) || len(saved.Batches) != len(remaining) || len(h.engine.Snapshot().Batches) != len(remaining) {
		t.Errorf("%d transfers are listed, %d saved, in %d batches", len(remaining), saved.Transfers.Len(), len(saved.Batches))
	}
	return remaining
}

func TestHistoryLimits(t *testing.T) {
	const day = 24 * time.Hour
	in := func(from, to int) func(uploader.TransferID) bool {
		return func(id uploader.TransferID) bool { return int(id) >= from && int(id) <= to }
	}
	for _, c := range []struct {
		name   string
		limits uploader.History
		change func(*uploader.Transfer)
		want   func(uploader.TransferID) bool // of 1000 transfers
	}{
		{"no limit", uploader.History{}, nil, in(1, 1000)},
		{"number", uploader.History{MaxCount: 100}, nil, in(901, 1000)},
		{"age", uploader.History{MaxAge: 5 * time.Hour}, nil, in(700, 1000)},
		{"number before age", uploader.History{MaxCount: 900, MaxAge: 10 * day}, nil, in(101, 1000)},
		{
			"failed transfer is kept",
			uploader.History{MaxCount: 1},
			func(t *uploader.Transfer) {
				if t.ID == 7 {
					t.Phase = uploader.PhaseFailed
				}
			},
			func(id uploader.TransferID) bool { return id == 7 || id == 1000 },
		},
		{
			"transfer with a question and its prior transfer are kept",
			uploader.History{MaxCount: 1},
			func(t *uploader.Transfer) {
				if t.ID == 7 {
					t.Phase, t.Fault, t.EarlierUpload = uploader.PhaseFailed, &fault.Fault{Kind: fault.AlreadyUploaded, Op: fault.Load}, 5
				}
			},
			func(id uploader.TransferID) bool { return id == 5 || id == 7 || id == 1000 },
		},
		{
			"transfer finished in the future is removed first",
			uploader.History{MaxCount: 100, MaxAge: 20 * time.Hour},
			func(t *uploader.Transfer) {
				if t.ID <= 950 {
					t.Finished += uploader.Timestamp((365 * day).Milliseconds())
				}
			},
			in(901, 1000),
		},
		{
			"transfers finished in the future are not too old",
			uploader.History{MaxAge: day},
			func(t *uploader.Transfer) { t.Finished += uploader.Timestamp((365 * day).Milliseconds()) },
			in(1, 1000),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				remaining := applyHistoryLimits(t, newHistoryStore(t, 1000, c.change), c.limits)
				for id := uploader.TransferID(1); id <= 1000; id++ {
					if remaining[id] != c.want(id) {
						t.Fatalf("transfer %d: listed %v, want %v", id, remaining[id], c.want(id))
					}
				}
			})
		})
	}
}

func TestHistoryKeepsUnfinishedBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newHistoryStore(t, 1000, func(t *uploader.Transfer) {
			if t.Batch = 1 + t.Batch/501; t.ID == 1 {
				t.Phase, t.Intent, t.Finished = uploader.PhaseQueued, uploader.IntentPause, 0
			}
		})
		saved, err := store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var empty uploader.Changes
		for _, batch := range saved.Batches {
			if batch.ID > 2 {
				empty.RemovedBatches = append(empty.RemovedBatches, batch.ID)
			}
		}
		if err := store.Save(t.Context(), empty); err != nil {
			t.Fatal(err)
		}
		settings := uploader.DefaultSettings()
		settings.History = uploader.History{MaxCount: 10}
		h := &harness{t: t, store: store, configure: func(c *engine.Config) { c.Settings = &settings }}
		h.start()
		defer func() { h.stop() }()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		s := h.engine.Snapshot()
		if unfinished, finished := s.BatchTotals[1].Files, s.BatchTotals[2].Files; unfinished != 500 || finished != 500 {
			t.Errorf("%d files remain of the unfinished batch, %d of the one that finished last; want all 500", unfinished, finished)
		}
		h.do(uploader.Remove{Target: uploader.TargetTransfers(1)})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		s = h.engine.Snapshot()
		if earlier, last := s.BatchTotals[1].Files, s.BatchTotals[2].Files; earlier != 0 || last != 500 {
			t.Errorf("%d files remain of the batch whose last file was removed, %d of the one that finished last; want 0 and 500", earlier, last)
		}
	})
}
