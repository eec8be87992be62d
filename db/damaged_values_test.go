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

// transferData is everything saved of one transfer.
type transferData struct {
	Transfer uploader.Transfer
	Proof    source.Proof
	Parts    []uploader.Part
	Events   []uploader.Event
}

// contents is everything saved in a profile but the settings.
type contents struct {
	Servers   map[uploader.ServerID]uploader.Server
	Batches   map[uploader.BatchID]uploader.Batch
	Transfers map[uploader.TransferID]transferData
	Cookies   map[uploader.ServerID]string
}

func (m contents) without(row int64) contents {
	delete(m.Servers, uploader.ServerID(row))
	delete(m.Batches, uploader.BatchID(row))
	delete(m.Transfers, uploader.TransferID(row))
	delete(m.Cookies, uploader.ServerID(row))
	return m
}

// readContents reads the contents of store.
func readContents(t *testing.T, store *db.DB) (contents, error) {
	t.Helper()
	all, err := store.Load(t.Context())
	if err != nil {
		return contents{}, err
	}
	m := contents{map[uploader.ServerID]uploader.Server{}, map[uploader.BatchID]uploader.Batch{}, map[uploader.TransferID]transferData{}, all.Cookies}
	for _, s := range all.Servers {
		m.Servers[s.ID] = s
	}
	for _, b := range all.Batches {
		b.Rank = 0 // changed on load if two are equal
		m.Batches[b.ID] = b
	}
	for i := range all.Transfers.Len() {
		data := transferData{Transfer: *all.Transfers.At(i)}
		id := data.Transfer.ID
		if data.Proof, err = store.Proof(t.Context(), id); err != nil {
			return contents{}, err
		}
		if data.Parts, err = store.Parts(t.Context(), id); err != nil {
			return contents{}, err
		}
		if data.Events, err = store.Events(t.Context(), id); err != nil {
			return contents{}, err
		}
		m.Transfers[id] = data
	}
	return m, nil
}

// damagedValues returns SQL values of the type of a column that are invalid in most columns.
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

// TestDamagedValueLosesNoOtherRow sets each column of one row to each damaged value, which
// SQLite does not detect. Either the load fails with ErrDamaged and the next Open repairs the
// file, or the row is loaded. All other rows stay unchanged.
func TestDamagedValueLosesNoOtherRow(t *testing.T) {
	t.Parallel()
	original := filepath.Join(t.TempDir(), "ferry.db")
	store := openDB(t, original)
	saveWithChildren(t, store, 3)
	save(t, store, uploader.Changes{
		Servers: []uploader.Server{{ID: 2, Name: "two", Endpoint: "http://two/", OriginalEndpoint: "http://two/"}, {ID: 3, Name: "three", Endpoint: "http://three/", OriginalEndpoint: "http://three/"}},
		Cookies: map[uploader.ServerID]string{2: "[]", 3: `[{"name":"node"}]`},
		Batches: []uploader.Batch{{ID: 1, Server: 2, Roots: []string{"/a"}}, {ID: 2, Server: 2, Roots: []string{"/b", "/c"}}, {ID: 3, Server: 3}},
	})
	before, err := readContents(t, store)
	if err != nil {
		t.Fatal(err)
	}
	const row = 2
	want := before.without(row)
	var tests []damagedColumn
	for table, key := range map[string]string{"servers": "id", "cookies": "id", "batches": "id", "transfers": "id", "marks": "transfer", "parts": "transfer", "events": "transfer"} {
		tests = append(tests, damagedColumns(t, store, table, key, row)...)
	}
	closeDB(t, store)
	content, err := os.ReadFile(original)
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
					t.Errorf("got %v, want a fault of kind LocalDisk that wraps ErrDamaged", err)
				}
				closeDB(t, store)
				store = openDB(t, path)
				if got, err = readContents(t, store); err != nil {
					t.Fatalf("after reopening: %v", err)
				}
				if !store.Recovery().Happened() {
					t.Error("no recovery reported")
				}
			}
			defer closeDB(t, store)
			if server := got.Servers[row]; strings.Contains(test.name, "servers profile") && server.Endpoint != "http://two/" {
				t.Errorf("endpoint lost: %+v", server)
			}
			if diff := cmp.Diff(want, got.without(row), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(fault.Fault{})); diff != "" {
				t.Errorf("other rows differ (-before +after):\n%s", diff)
			}
		})
	}
}

// TestEngineWithDamagedTransfers has one transfer for each damaged value of each column.
func TestEngineWithDamagedTransfers(t *testing.T) {
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
		t.Error("loaded damaged values")
	}
	closeDB(t, store)
	store = openDB(t, path)
	defer closeDB(t, store)
	if recovered := store.Recovery().Recovered; recovered < kinds/2 || recovered == kinds {
		t.Errorf("recovered %d of %d", recovered, kinds)
	}
	runCommands(t, store)
}

// runCommands runs an engine on store and several commands for everything.
func runCommands(t *testing.T, store *db.DB) {
	t.Helper()
	e, stop := startEngine(t, store)
	defer stop()
	all := uploader.TargetAll()
	for _, c := range []uploader.Command{
		uploader.Check{Target: all},
		uploader.Retry{Target: all},
		uploader.ContinueEarlier{Target: all},
		uploader.Pause{Target: all},
		uploader.Move{Targets: []uploader.Target{uploader.TargetTransfers(2)}, To: uploader.MoveTop},
		uploader.Resume{Target: all},
		uploader.Cancel{Target: all},
	} {
		if err := e.Do(t.Context(), c); err != nil {
			t.Errorf("%T: %v", c, err)
		}
	}
}

// damagedColumn is a statement that damages a column.
type damagedColumn struct{ name, statement string }

// damagedColumns returns a statement for each column of the row with that key and each damaged
// value.
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
