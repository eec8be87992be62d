package db_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

// TestCommandForAllSurvivesRestart ends an engine as soon as it has replied to a command for
// all transfers, whose rows are not all saved by then.
func TestCommandForAllSurvivesRestart(t *testing.T) {
	t.Parallel()
	const rows = 10_000
	for name, test := range map[string]struct {
		command uploader.Command
		state   uploader.State
		left    int
	}{
		"cancel all": {uploader.Cancel{Target: uploader.TargetAll()}, uploader.StateCancelled, rows},
		"cancel listed": {
			uploader.Cancel{Target: uploader.TargetTransfers(idsOf(sampleTransfers(0, rows))...)}, uploader.StateCancelled, rows,
		},
		"remove all":   {uploader.Remove{Target: uploader.TargetAll()}, uploader.StateWaiting, 0},
		"remove batch": {uploader.Remove{Target: uploader.Target{Batch: 1}}, uploader.StateWaiting, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ferry.db")
			store := openDB(t, path)
			transfers := sampleTransfers(0, rows)
			for _, row := range transfers {
				row.Server, row.Intent, row.Phase, row.Session = 2, uploader.IntentPause, uploader.PhaseQueued, uploader.Session{}
			}
			save(t, store, uploader.Changes{
				Servers:   []uploader.Server{{ID: 2, Endpoint: "http://127.0.0.1:1/files/"}},
				Batches:   []uploader.Batch{{ID: 1, Server: 2, Rank: 1, Scanned: true}},
				Transfers: transfers,
			})
			e, stop := startEngine(t, store)
			if err := e.Do(t.Context(), test.command); err != nil {
				t.Fatal(err)
			}
			stop()
			if s := e.Snapshot(); s.Transfers.Len() != test.left || s.Totals.Count[test.state] != test.left {
				t.Errorf("%d transfers, %v; want %d", s.Transfers.Len(), s.Totals.Count, test.left)
			}
			closeDB(t, store)

			store = openDB(t, path)
			defer closeDB(t, store)
			e, stop = startEngine(t, store)
			updates := e.Watch(t.Context())
			for saved := false; !saved; {
				if err := e.Do(t.Context(), uploader.SetMetered{}); err != nil { // after the start, and once in each turn
					t.Fatal(err)
				}
				for e.Snapshot().Loading {
					<-updates
				}
				if s := e.Snapshot(); s.Transfers.Len() != test.left || s.Totals.Count[test.state] != test.left {
					t.Fatalf("after a restart %d transfers, %v; want %d", s.Transfers.Len(), s.Totals.Count, test.left)
				}
				left, err := db.QueryValue[int](store, "SELECT count(*) FROM commands")
				if err != nil {
					t.Fatal(err)
				}
				saved = left == 0
			}
			stop()
			all, err := store.Load(t.Context())
			if err != nil || all.Transfers.Len() != test.left {
				t.Errorf("%d transfers are saved, %v; want %d", all.Transfers.Len(), err, test.left)
			}
			for row := range all.Transfers.Values() {
				if row.State() != test.state {
					t.Fatalf("state of transfer %d is saved as %v, want %v", row.ID, row.State(), test.state)
				}
			}
		})
	}
}

func idsOf(transfers []*uploader.Transfer) []uploader.TransferID {
	ids := make([]uploader.TransferID, len(transfers))
	for i, t := range transfers {
		ids[i] = t.ID
	}
	return ids
}

func TestRecoveryKeepsCommands(t *testing.T) {
	t.Parallel()
	const last, count = 7, 1000
	for name, commands := range map[string][]uploader.SavedCommand{
		"one command":             {{ID: last, Kind: uploader.CommandPause, Target: uploader.TargetTransfers(1, 2, 2*count)}},
		"all commands were saved": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ferry.db")
			store := openDB(t, path)
			save(t, store, uploader.Changes{Transfers: sampleTransfers(0, count), Applied: last - 1})
			save(t, store, uploader.Changes{Transfers: sampleTransfers(count, count), Applied: last, Commands: commands})
			store = damageAndReopen(t, path, store)
			defer closeDB(t, store)
			all, err := store.Load(t.Context())
			if err != nil || !store.Recovery().Happened() || all.Transfers.Len() == 0 {
				t.Fatalf("recovery %+v, %v", store.Recovery(), err)
			}
			if diff := cmp.Diff(commands, all.Commands, cmpopts.EquateEmpty()); diff != "" || all.LastCommand < last {
				t.Errorf("the last command is %d, commands differ (-saved +recovered):\n%s", all.LastCommand, diff)
			}
			for row := range all.Transfers.Values() {
				if applied := all.Applied[row.ID] == last; len(commands) > 0 && applied != (row.ID > count) {
					t.Fatalf("transfer %d has the effect of command %d", row.ID, all.Applied[row.ID])
				}
			}
		})
	}
}
