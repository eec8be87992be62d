package db_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/db"
)

func TestTransferColumnsMatchTable(t *testing.T) {
	t.Parallel()
	store := openDB(t, filepath.Join(t.TempDir(), "ferry.db"))
	defer closeDB(t, store)
	list, err := db.QueryValue[string](store, "SELECT group_concat(name) FROM pragma_table_info('transfers') WHERE name <> 'command'")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(list, ","), db.TransferColumns); diff != "" {
		t.Errorf("columns differ (-table +scan):\n%s", diff)
	}
}

func FuzzRoots(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x02/a\x00"))
	f.Add([]byte("\x05/a"))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x"))
	f.Add([]byte("\x80"))
	f.Fuzz(func(t *testing.T, packed []byte) {
		roots, err := db.UnpackRoots(packed)
		if err != nil {
			return
		}
		got, err := db.UnpackRoots(db.PackRoots(roots))
		if err != nil || !slices.Equal(got, roots) {
			t.Errorf("UnpackRoots(PackRoots(%q)) = %q, %v", roots, got, err)
		}
	})
}
