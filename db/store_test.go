package db_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	uploadtest.TestStore(t, func(t testing.TB) uploadtest.Reopen {
		path := filepath.Join(t.TempDir(), "ferry.db")
		var current *db.DB
		t.Cleanup(func() { closeDB(t, current) })
		return func() uploader.Store {
			closeDB(t, current)
			current = openDB(t, path)
			return current
		}
	})
}

func TestSaveAfterFailedCommit(t *testing.T) {
	t.Parallel()
	store := openWith(t, filepath.Join(t.TempDir(), "ferry.db"), withMigrations(`
		CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
		CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED) STRICT;
		CREATE TRIGGER orphan AFTER INSERT ON transfers WHEN new.id = 2 BEGIN INSERT INTO child VALUES (1); END`))
	defer closeDB(t, store)
	if err := store.Save(t.Context(), uploader.Changes{Transfers: sampleTransfers(0, 3)}); !fault.Is(err, fault.LocalDisk) {
		t.Errorf("save with a foreign key violation: got %v, want a fault of kind LocalDisk", err)
	}
	save(t, store, uploader.Changes{Transfers: sampleTransfers(6, 1)})
	all, err := store.Load(t.Context())
	if err != nil || all.Transfers.Len() != 1 || all.Transfers.At(0).ID != 7 {
		t.Errorf("loaded %v, %v; want transfer 7", slices.Collect(all.Transfers.Values()), err)
	}
}

func openDB(t testing.TB, path string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return d
}

func closeDB(t testing.TB, d *db.DB) {
	t.Helper()
	if d == nil {
		return
	}
	if err := d.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}
