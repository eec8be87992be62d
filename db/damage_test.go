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

// transferData is all that a profile keeps of one transfer.
type transferData struct {
	Transfer uploader.Transfer
	Proof    source.Proof
	Parts    []uploader.Part
	Events   []uploader.Event
}

// contents is all that a profile keeps.
type contents struct {
	Servers   map[uploader.ServerID]uploader.Server
	Batches   map[uploader.BatchID]uploader.Batch
	Transfers map[uploader.TransferID]transferData
}

func (m contents) without(row int64) contents {
	delete(m.Servers, uploader.ServerID(row))
	delete(m.Batches, uploader.BatchID(row))
	delete(m.Transfers, uploader.TransferID(row))
	return m
}

// readContents reads everything, or says why it cannot be read.
func readContents(t *testing.T, store *db.DB) (contents, error) {
	t.Helper()
	all, err := store.Load(t.Context())
	if err != nil {
		return contents{}, err
	}
	m := contents{map[uploader.ServerID]uploader.Server{}, map[uploader.BatchID]uploader.Batch{}, map[uploader.TransferID]transferData{}}
	for _, s := range all.Servers {
		m.Servers[s.ID] = s
	}
	for _, b := range all.Batches {
		b.Rank = 0 // is given anew where two have the same
		m.Batches[b.ID] = b
	}
	for i := range all.Transfers {
		own := transferData{Transfer: all.Transfers[i]}
		id := own.Transfer.ID
		if own.Proof, err = store.Proof(t.Context(), id); err != nil {
			return contents{}, err
		}
		if own.Parts, err = store.Parts(t.Context(), id); err != nil {
			return contents{}, err
		}
		if own.Events, err = store.Events(t.Context(), id); err != nil {
			return contents{}, err
		}
		m.Transfers[id] = own
	}
	return m, nil
}

// damagedValues are values that fit into a column and make no sense there, as SQL.
func damagedValues(kind string, mayBeNull bool) []string {
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
	store := openDB(t, whole)
	saveWithChildren(t, store, 3)
	save(t, store, uploader.Changes{
		Servers: []uploader.Server{{ID: 2, Name: "two", Endpoint: "http://two/", Identity: "http://two/"}, {ID: 3, Name: "three", Endpoint: "http://three/", Identity: "http://three/"}},
		Batches: []uploader.Batch{{ID: 1, Server: 2, Roots: []string{"/a"}}, {ID: 2, Server: 2, Roots: []string{"/b", "/c"}}, {ID: 3, Server: 3}},
	})
	before, err := readContents(t, store)
	if err != nil {
		t.Fatal(err)
	}
	const row = 2
	want := before.without(row)
	var tests []damagedColumn
	for table, key := range map[string]string{"servers": "id", "batches": "id", "transfers": "id", "marks": "transfer", "parts": "transfer", "events": "transfer"} {
		tests = append(tests, damagedColumns(t, store, table, key, row)...)
	}
	closeDB(t, store)
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ferry.db")
			writeFile(t, path, content)
			store := openDB(t, path)
			if err := db.Exec(store, test.statement); err != nil {
				t.Fatal(err)
			}
			got, err := readContents(t, store)
			if err != nil {
				if !fault.Is(err, fault.LocalDisk) || !strings.Contains(err.Error(), db.ErrDamaged.Error()) {
					t.Errorf("it was said: %v", err)
				}
				closeDB(t, store)
				store = openDB(t, path)
				if got, err = readContents(t, store); err != nil {
					t.Fatalf("still, after the next start: %v", err)
				}
				if !store.Recovery().Happened() {
					t.Error("nobody is told")
				}
			}
			defer closeDB(t, store)
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
	store := openDB(t, path)
	kinds := len(damagedColumns(t, store, "transfers", "id", 0))
	saveWithChildren(t, store, kinds)
	for i := range kinds {
		if err := db.Exec(store, damagedColumns(t, store, "transfers", "id", i+1)[i].statement); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Load(t.Context()); err == nil {
		t.Error("all of it was taken for good")
	}
	closeDB(t, store)
	store = openDB(t, path)
	defer closeDB(t, store)
	if salvaged := store.Recovery().Salvaged; salvaged < kinds/2 || salvaged == kinds {
		t.Errorf("%d of %d could be read", salvaged, kinds)
	}
	runCommands(t, store)
}

// runCommands has an engine work with what there is.
func runCommands(t *testing.T, store *db.DB) {
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

type damagedColumn struct{ name, statement string }

func damagedColumns(t *testing.T, store *db.DB, table, key string, row int) []damagedColumn {
	t.Helper()
	columns, err := db.QueryValue[string](store, `SELECT group_concat(name || ' ' || type || ' ' || "notnull") FROM pragma_table_info(?) WHERE pk = 0`, table)
	if err != nil {
		t.Fatal(err)
	}
	var all []damagedColumn
	for column := range strings.SplitSeq(columns, ",") {
		var name, kind string
		var notNull int
		if _, err := fmt.Sscan(column, &name, &kind, &notNull); err != nil {
			t.Fatal(err)
		}
		for _, value := range damagedValues(kind, notNull == 0) {
			all = append(all, damagedColumn{
				fmt.Sprintf("%s %s %s", table, name, value),
				fmt.Sprintf("PRAGMA ignore_check_constraints = on; UPDATE %s SET %s = %s WHERE %s = %d", table, name, value, key, row),
			})
		}
	}
	return all
}
