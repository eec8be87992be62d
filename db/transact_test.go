package db_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// TestFailedCommitIsRolledBackBeforeOthersWrite saves a setting from another goroutine
// while a commit fails: the setting must not become part of the failed transaction.
func TestFailedCommitIsRolledBackBeforeOthersWrite(t *testing.T) {
	t.Parallel()
	store := openWith(t, filepath.Join(t.TempDir(), "ferry.db"), withMigrations(`
		CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
		CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED) STRICT;
		CREATE TRIGGER orphan AFTER INSERT ON transfers WHEN new.id = 2 BEGIN INSERT INTO child VALUES (1); END`))
	defer closeDB(t, store)
	saved := make(chan error, 1)
	err := db.Write(store, func(insert func(*uploader.Transfer) error) error {
		before := db.WritersWaiting(store)
		go func() { saved <- store.SaveSetting(context.Background(), "language", json.RawMessage(`"zh"`)) }()
		for db.WritersWaiting(store) == before { // until it is next to get the connection
			time.Sleep(time.Millisecond)
		}
		return insert(sampleTransfers(1, 1)[0])
	})
	if err == nil {
		t.Error("the commit succeeded, want a foreign key violation")
	}
	if err := <-saved; err != nil {
		t.Errorf("save setting: %v", err)
	}
	if value, err := store.Setting(t.Context(), "language"); err != nil || string(value) != `"zh"` {
		t.Errorf("setting is %q, %v after it was saved", value, err)
	}
}

// TestCancelledSavesLeaveNoTransaction cancels saves at random times while settings are
// saved. Every save that succeeded is there, and nothing of one that failed.
func TestCancelledSavesLeaveNoTransaction(t *testing.T) {
	t.Parallel()
	store := openDB(t, filepath.Join(t.TempDir(), "ferry.db"))
	defer closeDB(t, store)
	const saves, rows = 150, 60
	saved := map[uploader.TransferID]bool{}
	cancelled := 0
	var group sync.WaitGroup
	group.Go(func() {
		for n := range saves {
			ctx, cancel := context.WithCancel(t.Context())
			timer := time.AfterFunc(time.Duration(n)*30*time.Microsecond, cancel)
			changes := uploader.Changes{Transfers: sampleTransfers(uploader.TransferID(n*rows), rows)}
			if err := store.Save(ctx, changes); err == nil {
				saved[changes.Transfers[0].ID] = true
			} else if cancelled++; !fault.IsCanceled(err) {
				t.Errorf("save %d: %v", n, err)
			}
			timer.Stop()
			cancel()
		}
	})
	group.Go(func() {
		for n := range saves {
			key := fmt.Sprint("key ", n)
			if err := store.SaveSetting(t.Context(), key, json.RawMessage(`1`)); err != nil {
				t.Errorf("save setting: %v", err)
			}
		}
	})
	group.Wait()
	loaded, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := map[uploader.TransferID]int{}
	for transfer := range loaded.Transfers.Values() {
		found[(transfer.ID-1)/rows*rows+1]++
	}
	for first, n := range found {
		if n != rows || !saved[first] {
			t.Errorf("%d of %d transfers from %d on are saved; saved as a whole: %v", n, rows, first, saved[first])
		}
	}
	if len(found) != len(saved) || cancelled == 0 {
		t.Errorf("%d saves found, %d succeeded, %d cancelled", len(found), len(saved), cancelled)
	}
	for n := range saves {
		if value, err := store.Setting(t.Context(), fmt.Sprint("key ", n)); err != nil || string(value) != "1" {
			t.Errorf("setting %d is %q, %v", n, value, err)
		}
	}
}
