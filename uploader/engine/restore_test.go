package engine_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
)

// history returns the entries of a query, at most one page.
func (h *harness) history(query uploader.HistoryQuery) []uploader.Transfer {
	h.t.Helper()
	entries, err := h.engine.FindHistory(h.t.Context(), query)
	if err != nil {
		h.t.Fatal(err)
	}
	return entries
}

func (h *harness) historyIDs(query uploader.HistoryQuery) []uploader.TransferID {
	h.t.Helper()
	query.ByID = true
	var ids []uploader.TransferID
	for _, entry := range h.history(query) {
		ids = append(ids, entry.ID)
	}
	return ids
}

func (h *harness) listed() []uploader.TransferID {
	var ids []uploader.TransferID
	for t := range h.engine.Snapshot().Transfers.Values() {
		ids = append(ids, t.ID)
	}
	return ids
}

func wantIDs(t *testing.T, what string, got []uploader.TransferID, want ...uploader.TransferID) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// newHistoryHarness starts an engine with four transfers, each in a batch: 1, 2 and 3 are
// done, 4 failed. It is called in a synctest bubble, and stopped by its caller.
func newHistoryHarness(t *testing.T) *harness {
	t.Helper()
	store := newHistoryStore(t, 4, func(transfer *uploader.Transfer) {
		if transfer.ID == 4 {
			transfer.Phase, transfer.Intent = uploader.PhaseQueued, uploader.IntentPause
		}
	})
	settings := uploader.DefaultSettings()
	h := &harness{t: t, store: store, configure: func(c *engine.Config) { c.Settings = &settings }}
	h.start()
	h.waitLoaded()
	return h
}

func TestRemovedTransfersStayInHistoryIfTheyAreDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHistoryHarness(t)
		defer func() { h.stop() }()
		wantIDs(t, "history of the list", h.historyIDs(uploader.HistoryQuery{}), 3, 2, 1)
		wantIDs(t, "removed", h.historyIDs(uploader.HistoryQuery{Removed: true}))
		h.do(uploader.Remove{Target: uploader.TargetTransfers(1, 3, 4)})
		wantIDs(t, "list", h.listed(), 2)
		wantIDs(t, "history", h.historyIDs(uploader.HistoryQuery{}), 3, 2, 1)
		wantIDs(t, "removed", h.historyIDs(uploader.HistoryQuery{Removed: true}), 3, 1)
		h.restart()
		h.waitLoaded()
		wantIDs(t, "history of the next run", h.historyIDs(uploader.HistoryQuery{}), 3, 2, 1)
	})
}

func TestRestorePutsRemovedTransfersBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHistoryHarness(t)
		defer func() { h.stop() }()
		before := h.engine.Snapshot()
		restore := uploader.Restore{Finished: []uploader.TransferID{1, 3, 99}, Unfinished: []*uploader.Transfer{before.Transfer(4)}}
		for _, id := range []uploader.BatchID{1, 3, 4} {
			restore.Batches = append(restore.Batches, *before.Batches[id])
		}
		for range 2 { // the second time without a commit in between
			h.do(uploader.Remove{Target: uploader.TargetAll()})
			h.do(restore)
			restore.Unfinished = nil
		}
		wantIDs(t, "list", h.listed(), 1, 3)
		wantIDs(t, "removed", h.historyIDs(uploader.HistoryQuery{Removed: true}), 2)
		s := h.engine.Snapshot()
		if len(s.Batches) != 2 || s.Transfer(3).Phase != uploader.PhaseDone || s.Transfer(3).Finished != before.Transfer(3).Finished {
			t.Errorf("batches %v, transfer %+v", s.Batches, s.Transfer(3))
		}
		h.restart()
		h.waitLoaded()
		wantIDs(t, "list of the next run", h.listed(), 1, 3)
	})
}

func TestRestoredUnfinishedTransferIsNewAndStartsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHistoryHarness(t)
		defer func() { h.stop() }()
		before := h.engine.Snapshot()
		old := *before.Transfer(4)
		old.Session = uploader.Session{URL: "http://deleted.example/4", Offset: 5}
		h.do(uploader.Remove{Target: uploader.TargetTransfers(4)})
		h.do(uploader.Restore{Unfinished: []*uploader.Transfer{&old}, Batches: []uploader.Batch{*before.Batches[4]}})
		got := h.engine.Snapshot().Transfer(5)
		if got == nil || got.Session.Begun() || got.State() != uploader.StatePaused || got.Batch != 4 || got.Source.Path != old.Source.Path {
			t.Errorf("restored %+v, listed %v", got, h.listed())
		}
	})
}

// TestRestoredTransferThatWasDoneMeanwhileDoesNotStartOver restores a transfer that was done
// after the user had removed it, when it was being sent.
func TestRestoredTransferThatWasDoneMeanwhileDoesNotStartOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHistoryHarness(t)
		defer func() { h.stop() }()
		before := h.engine.Snapshot()
		sending := *before.Transfer(1)
		sending.Phase, sending.Finished = uploader.PhaseSending, 0
		restore := uploader.Restore{
			Unfinished: []*uploader.Transfer{&sending, before.Transfer(4)},
			Batches:    []uploader.Batch{*before.Batches[1], *before.Batches[4]},
		}
		given := slices.Clone(restore.Unfinished)
		h.do(uploader.Remove{Target: uploader.TargetAll()})
		h.do(restore)
		wantIDs(t, "list", h.listed(), 1, 5)
		wantIDs(t, "removed", h.historyIDs(uploader.HistoryQuery{Removed: true}), 3, 2)
		if got := h.engine.Snapshot().Transfer(1); got == nil || got.Phase != uploader.PhaseDone || got.Finished != before.Transfer(1).Finished {
			t.Errorf("restored %+v", got)
		}
		if !slices.Equal(restore.Unfinished, given) {
			t.Error("the command was changed")
		}
	})
}

func TestRestoreThatCannotBeSavedIsInEffectAndSavedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHistoryHarness(t)
		defer func() { h.stop() }()
		before := h.engine.Snapshot()
		h.do(uploader.Remove{Target: uploader.TargetAll()})
		h.store.FailSaves(func(*uploader.Transfer) bool { return true })
		err := h.engine.Do(t.Context(), uploader.Restore{Unfinished: []*uploader.Transfer{before.Transfer(4)}, Batches: []uploader.Batch{*before.Batches[4]}})
		if !fault.Is(err, fault.LocalDisk) || fault.Of(err).Op != fault.Save {
			t.Errorf("restore with a failing store: got %v, want a fault of saving", err)
		}
		wantIDs(t, "list", h.listed(), 5)
		h.store.FailSaves(nil)
		h.waitFor("saves to succeed", func(s *uploader.Snapshot) bool { return s.StoreFault == nil })
		h.restart()
		h.waitLoaded()
		wantIDs(t, "list of the next run", h.listed(), 5)
	})
}

func TestForgetRemovesFromHistoryAndList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHistoryHarness(t)
		defer func() { h.stop() }()
		h.do(uploader.Remove{Target: uploader.TargetTransfers(1)})
		h.do(uploader.Forget{IDs: []uploader.TransferID{1, 2, 4, 99}})
		wantIDs(t, "list", h.listed(), 3, 4)
		wantIDs(t, "history", h.historyIDs(uploader.HistoryQuery{}), 3)
		h.restart()
		h.waitLoaded()
		wantIDs(t, "history of the next run", h.historyIDs(uploader.HistoryQuery{}), 3)
		wantIDs(t, "list of the next run", h.listed(), 3, 4)
	})
}

// TestHistoryEntriesBeyondLimitsAreRemoved has 600 entries, one finished every minute, and
// one transfer in the list that counts.
func TestHistoryEntriesBeyondLimitsAreRemoved(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits uploader.History
		want   int // entries, without the one in the list
	}{
		{"no limits", uploader.History{}, 599},
		{"number", uploader.History{MaxCount: 10}, 9},
		{"age", uploader.History{MaxAge: time.Hour}, 49}, // after ten minutes
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := newHistoryStore(t, 600, nil)
				saved, err := store.Load(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				var moved uploader.Changes
				for _, transfer := range slices.Collect(saved.Transfers.Values())[:599] {
					moved.History, moved.RemovedTransfers = append(moved.History, transfer), append(moved.RemovedTransfers, transfer.ID)
					moved.RemovedBatches = append(moved.RemovedBatches, transfer.Batch)
				}
				if err := store.Save(t.Context(), moved); err != nil {
					t.Fatal(err)
				}
				settings := uploader.DefaultSettings()
				settings.History = c.limits
				h := &harness{t: t, store: store, configure: func(c *engine.Config) { c.Settings = &settings }}
				h.start()
				defer func() { h.stop() }()
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				if got := len(h.history(uploader.HistoryQuery{Removed: true})); got < c.want-1 || got > c.want+10 {
					t.Errorf("%d entries remain, want %d", got, c.want)
				}
			})
		})
	}
}
