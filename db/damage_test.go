package db_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// belongings is all that a profile keeps of one transfer.
type belongings struct {
	Transfer uploader.Transfer
	Proof    source.Proof
	Parts    []uploader.Part
	Events   []uploader.Event
}

// memory is all that a profile keeps.
type memory struct {
	Servers   map[uploader.ServerID]uploader.Server
	Batches   map[uploader.BatchID]uploader.Batch
	Transfers map[uploader.TransferID]belongings
}

func (m memory) without(row int64) memory {
	delete(m.Servers, uploader.ServerID(row))
	delete(m.Batches, uploader.BatchID(row))
	delete(m.Transfers, uploader.TransferID(row))
	return m
}

// recall reads everything, or says why it cannot be read.
func recall(t *testing.T, store *db.DB) (memory, error) {
	t.Helper()
	all, err := store.Load(t.Context())
	if err != nil {
		return memory{}, err
	}
	m := memory{map[uploader.ServerID]uploader.Server{}, map[uploader.BatchID]uploader.Batch{}, map[uploader.TransferID]belongings{}}
	for _, s := range all.Servers {
		m.Servers[s.ID] = s
	}
	for _, b := range all.Batches {
		b.Rank = 0 // is given anew where two have the same
		m.Batches[b.ID] = b
	}
	for i := range all.Transfers {
		own := belongings{Transfer: all.Transfers[i]}
		id := own.Transfer.ID
		if own.Proof, err = store.Proof(t.Context(), id); err != nil {
			return memory{}, err
		}
		if own.Parts, err = store.Parts(t.Context(), id); err != nil {
			return memory{}, err
		}
		if own.Events, err = store.Events(t.Context(), id); err != nil {
			return memory{}, err
		}
		m.Transfers[id] = own
	}
	return m, nil
}

// damages are values that fit into a column and make no sense there, as SQL.
func damages(kind string, mayBeNull bool) []string {
	var values []string
	switch kind {
	case "INTEGER":
		values = []string{"-1", "0", fmt.Sprint(math.MaxInt64), fmt.Sprintf("(%d - 1)", math.MinInt64+1)}
	case "TEXT":
		values = []string{"''", "'{'", "'[]'", `'{"chunkMax":"x","signIn":7}'`, "CAST(x'00ff' AS TEXT)", "'Done'", "'failed'", "'waiting'"}
	case "BLOB":
		values = []string{"x''", "x'ff'", "x'ffffffffffffffffff01'"}
	}
	if mayBeNull {
		values = append(values, "NULL")
	}
	return values
}

// TestADamagedValueCostsNoOtherRow puts each kind of nonsense into each column of
// one row: disks do that, and nothing in the file tells. What is read is told
// clearly to be damaged, and then repaired by the next start, or it means something;
// everything else is as it was.
func TestADamagedValueCostsNoOtherRow(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "ferry.db")
	store := opened(t, whole)
	withChildren(t, store, 3)
	saved(t, store, uploader.Changes{
		Servers: []uploader.Server{{ID: 2, Name: "two", Endpoint: "http://two/", Identity: "http://two/"}, {ID: 3, Name: "three", Endpoint: "http://three/", Identity: "http://three/"}},
		Batches: []uploader.Batch{{ID: 1, Server: 2, Roots: []string{"/a"}}, {ID: 2, Server: 2, Roots: []string{"/b", "/c"}}, {ID: 3, Server: 3}},
	})
	before, err := recall(t, store)
	if err != nil {
		t.Fatal(err)
	}
	const row = 2
	want := before.without(row)
	var tests []damage
	for table, key := range map[string]string{"servers": "id", "batches": "id", "transfers": "id", "marks": "transfer", "parts": "transfer", "events": "transfer"} {
		tests = append(tests, damagesOf(t, store, table, key, row)...)
	}
	closed(t, store)
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ferry.db")
			left(t, path, content)
			store := opened(t, path)
			if err := db.Do(store, test.statement); err != nil {
				t.Fatal(err)
			}
			got, err := recall(t, store)
			if err != nil {
				if !fault.Is(err, fault.LocalDisk) || !strings.Contains(err.Error(), db.ErrDamaged.Error()) {
					t.Errorf("it was said: %v", err)
				}
				closed(t, store)
				store = opened(t, path)
				if got, err = recall(t, store); err != nil {
					t.Fatalf("still, after the next start: %v", err)
				}
				if !store.Recovery().Happened() {
					t.Error("nobody is told")
				}
			}
			defer closed(t, store)
			if server := got.Servers[row]; strings.Contains(test.name, "servers profile") && server.Endpoint != "http://two/" {
				t.Errorf("nobody knows any more where uploads go on: %+v", server)
			}
			if diff := cmp.Diff(want, got.without(row), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(fault.Fault{})); diff != "" {
				t.Errorf("other rows before (-) and after (+) differ:\n%s", diff)
			}
		})
	}
}

// TestAnEngineWorksWithDamagedTransfers has one transfer for each kind of nonsense in
// each column.
func TestAnEngineWorksWithDamagedTransfers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := opened(t, path)
	kinds := len(damagesOf(t, store, "transfers", "id", 0))
	withChildren(t, store, kinds)
	for i := range kinds {
		if err := db.Do(store, damagesOf(t, store, "transfers", "id", i+1)[i].statement); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Load(t.Context()); err == nil {
		t.Error("all of it was taken for good")
	}
	closed(t, store)
	store = opened(t, path)
	defer closed(t, store)
	if salvaged := store.Recovery().Salvaged; salvaged < kinds/2 || salvaged == kinds {
		t.Errorf("%d of %d could be read", salvaged, kinds)
	}
	exercise(t, store)
}

// exercise has an engine work with what there is.
func exercise(t *testing.T, store *db.DB) {
	t.Helper()
	e, quit := startEngine(t, store)
	defer quit()
	all := uploader.Everything()
	for _, c := range []uploader.Command{
		uploader.Check{Target: all},
		uploader.Retry{Target: all},
		uploader.Continue{Target: all},
		uploader.Pause{Target: all},
		uploader.Move{Target: uploader.These(2), To: uploader.PlaceTop},
		uploader.Resume{Target: all},
		uploader.Cancel{Target: all},
	} {
		if err := e.Do(t.Context(), c); err != nil {
			t.Errorf("%T: %v", c, err)
		}
	}
}

type damage struct{ name, statement string }

func damagesOf(t *testing.T, store *db.DB, table, key string, row int) []damage {
	t.Helper()
	columns, err := db.Ask[string](store, `SELECT group_concat(name || ' ' || type || ' ' || "notnull") FROM pragma_table_info(?) WHERE pk = 0`, table)
	if err != nil {
		t.Fatal(err)
	}
	var all []damage
	for column := range strings.SplitSeq(columns, ",") {
		var name, kind string
		var notNull int
		if _, err := fmt.Sscan(column, &name, &kind, &notNull); err != nil {
			t.Fatal(err)
		}
		for _, value := range damages(kind, notNull == 0) {
			all = append(all, damage{
				fmt.Sprintf("%s %s %s", table, name, value),
				fmt.Sprintf("PRAGMA ignore_check_constraints = on; UPDATE %s SET %s = %s WHERE %s = %d", table, name, value, key, row),
			})
		}
	}
	return all
}
