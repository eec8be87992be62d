package db_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

// finishedTransfers returns transfers that are done, a second after each other.
func finishedTransfers(after uploader.TransferID, count int) []*uploader.Transfer {
	transfers := sampleTransfers(after, count)
	for _, t := range transfers {
		t.Phase, t.Finished = uploader.PhaseDone, uploader.Timestamp(t.ID)*1000
	}
	return transfers
}

func removal(transfers []*uploader.Transfer) uploader.Changes {
	changes := uploader.Changes{History: transfers}
	for _, t := range transfers {
		changes.RemovedTransfers = append(changes.RemovedTransfers, t.ID)
	}
	return changes
}

// allHistory returns the IDs of all entries, and which of them are not in the list.
func allHistory(t *testing.T, store *db.DB) (ids []uploader.TransferID, removed map[uploader.TransferID]bool) {
	t.Helper()
	removed = map[uploader.TransferID]bool{}
	for _, query := range []uploader.HistoryQuery{{ByID: true}, {ByID: true, Removed: true}} {
		for {
			page, err := store.FindHistory(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for i := range page {
				if query.Removed {
					removed[page[i].ID] = true
				} else {
					ids = append(ids, page[i].ID)
				}
			}
			query.After = uploader.PositionInHistory(&page[len(page)-1])
		}
	}
	return ids, removed
}

// TestRemovingFinishedSurvivesKill kills a process that removes finished transfers from the
// list. Each transfer is in the history once, before as after.
func TestRemovingFinishedSurvivesKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	rounds := 8
	if testing.Short() {
		rounds = 2
	}
	removedUntil := 0
	for range rounds {
		child, lines := startChild(t, "remove", path)
		removedUntil = max(removedUntil, killAfterLines(t, child, lines, 1+rand.IntN(40)))
		store := openDB(t, path)
		ids, removed := allHistory(t, store)
		if len(ids) < removedUntil || len(ids)%2 != 0 {
			t.Errorf("history has %d entries, want an even number from %d", len(ids), removedUntil)
		}
		for i, id := range ids {
			if want := uploader.TransferID(len(ids) - i); id != want {
				t.Fatalf("entry %d is %d, want %d", i, id, want)
			}
			if int(id) <= removedUntil && !removed[id] {
				t.Errorf("transfer %d is in the list again", id)
			}
		}
		loaded, err := store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for transfer := range loaded.Transfers.Values() {
			if removed[transfer.ID] {
				t.Errorf("transfer %d is in the list and was removed from it", transfer.ID)
			}
		}
		closeDB(t, store)
	}
}

func TestRecoveryKeepsHistory(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openDB(t, path)
	all := finishedTransfers(0, 3000)
	save(t, store, uploader.Changes{Transfers: all})
	if err := store.Backup(t.Context(), path+".backup-20260101-000000.000-v2"); err != nil { // has all of them in the list
		t.Fatal(err)
	}
	save(t, store, removal(all[:2000]))
	store = damageAndReopen(t, path, store)
	defer closeDB(t, store)
	if store.Recovery().Restored == "" {
		t.Fatalf("recovery %+v", store.Recovery())
	}
	ids, _ := allHistory(t, store)
	if len(ids) != len(all) {
		t.Errorf("history has %d entries, want each of %d once", len(ids), len(all))
	}
}

func TestRecoveryWithoutBackupReadsHistory(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openDB(t, path)
	all := finishedTransfers(0, 3000)
	save(t, store, uploader.Changes{Transfers: sampleTransfers(3000, 2000)})
	save(t, store, removal(all))
	store = damageAndReopen(t, path, store)
	defer closeDB(t, store)
	if !store.Recovery().Happened() {
		t.Fatal("the file was not damaged")
	}
	_, removed := allHistory(t, store)
	if len(removed) == 0 {
		t.Error("no entry of the history was recovered")
	}
	t.Logf("%d of %d entries were recovered", len(removed), len(all))
}

func TestHistoryQueriesUseIndexes(t *testing.T) {
	t.Parallel()
	store := openDB(t, filepath.Join(t.TempDir(), "ferry.db"))
	defer closeDB(t, store)
	for query, want := range map[string]string{
		"SELECT id FROM history WHERE instr(search, x'61') > 0 ORDER BY finished DESC, id DESC LIMIT 9":                  "SCAN history USING COVERING INDEX history_order",
		"SELECT id FROM history WHERE fingerprint IN (x'61')":                                                            "SEARCH history USING COVERING INDEX history_previous (fingerprint=?)",
		"SELECT id FROM transfers WHERE phase = 'done' AND finished IS NOT NULL ORDER BY finished DESC, id DESC LIMIT 9": "SEARCH transfers USING COVERING INDEX transfers_done (finished>?)",
	} {
		if plan, err := db.QueryPlan(store, query); err != nil || fmt.Sprint(plan) != want {
			t.Errorf("%s:\n%s, %v; want %s", query, plan, err, want)
		}
	}
}
