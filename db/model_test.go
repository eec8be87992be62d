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

func TestQueriesUseIndexes(t *testing.T) {
	t.Parallel()
	store := openDB(t, filepath.Join(t.TempDir(), "ferry.db"))
	defer closeDB(t, store)
	tests := map[string]string{
		"SELECT * FROM transfers ORDER BY rank, id": "transfers_order",
		"SELECT * FROM transfers WHERE phase <> 'cancelled' AND fingerprint IN (SELECT CAST(substr(x'01', value ->> 0, value ->> 1) AS BLOB) FROM jsonb_each('[[1,1]]')) ORDER BY id": "transfers_previous",
		"SELECT * FROM transfers WHERE phase IN ('done', 'failed', 'cancelled') ORDER BY finished DESC, id DESC":                                                                      "transfers_history",
	}
	for query, index := range tests {
		plan, err := db.QueryPlan(store, query)
		if err != nil || !strings.Contains(plan, "USING INDEX "+index) {
			t.Errorf("%s: %s, %v; want %s", query, plan, err, index)
		}
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
