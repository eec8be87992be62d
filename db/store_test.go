package db_test

import (
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestStoreFulfilsTheContract(t *testing.T) {
	uploadtest.TestStore(t, func(t testing.TB) uploadtest.Reopen {
		path := filepath.Join(t.TempDir(), "ferry.db")
		var current *db.DB
		t.Cleanup(func() { closed(t, current) })
		return func() uploader.Store {
			closed(t, current)
			current = opened(t, path)
			return current
		}
	})
}

func opened(t testing.TB, path string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return d
}

func closed(t testing.TB, d *db.DB) {
	t.Helper()
	if d == nil {
		return
	}
	if err := d.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}
