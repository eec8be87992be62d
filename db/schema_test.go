package db_test

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sqlite "github.com/glebarez/go-sqlite"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

// spin is a query that never ends.
const spin = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

// craftedSchemas are statements that another program may have run on a database.
var craftedSchemas = map[string]string{
	"trigger":          "CREATE TRIGGER spin BEFORE UPDATE ON transfers BEGIN " + spin + "; END",
	"view":             "CREATE VIEW spin AS " + spin,
	"view for a table": "DROP TABLE settings; CREATE VIEW settings (key, value) AS " + spin + ", (SELECT 1)",
	"table":            "CREATE TABLE other (a)",
	"virtual table":    "CREATE VIRTUAL TABLE other USING fts5 (a)",
	"index":            "CREATE INDEX other ON transfers (abs(size))",
	"other trigger":    "DROP TRIGGER servers_keep_builtin; CREATE TRIGGER servers_keep_builtin BEFORE DELETE ON servers BEGIN " + spin + "; END",
	"column":           "ALTER TABLE servers ADD COLUMN x TEXT",
	"generated column": "ALTER TABLE servers ADD COLUMN x INT AS (abs(id))",
	"checked column":   "ALTER TABLE settings ADD COLUMN x TEXT CHECK (length(hex(zeroblob(1000000000))) > 0)",
	"check":            writeSchema("settings", "replace(sql, 'json_valid(value)', 'length(hex(zeroblob(1000000000))) > 0')"),
	// As long as the expected definition.
	"column that is now generated": writeSchema("servers", "replace(sql, 'name     TEXT NOT NULL', 'name     TEXT AS (1+1)')"),
}

// unreadableSchemas are statements after which SQLite cannot read the schema.
var unreadableSchemas = map[string]string{
	"temporary view":  writeSchema("transfers_history", "'CREATE TEMP VIEW transfers AS "+spin+"'"),
	"view as a table": writeSchema("settings", "'CREATE VIEW settings (key) AS "+spin+"'"),
	"two of a name":   "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = 'parts' WHERE name = 'servers'",
	"incomplete":      writeSchema("transfers", "'CREATE TABLE transfers ('"),
}

// writeSchema returns statements that replace the definition of an object.
func writeSchema(name, sql string) string {
	return fmt.Sprintf("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = %s WHERE name = '%s'", sql, name)
}

// TestKnownSum checks that only the schema that the migrations make is not compared with them.
func TestKnownSum(t *testing.T) {
	t.Parallel()
	known, want, err := db.KnownSum(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if known != want {
		t.Errorf("knownSum is %s, want %s", known, want)
	}
}

// TestCraftedSchemaIsRefused opens files with schemas that no version of Ferry creates.
// Nothing of them may run, which would not end, and nothing may be written.
func TestCraftedSchemaIsRefused(t *testing.T) {
	t.Parallel()
	newest := len(migrationNames())
	for version := 1; version <= newest; version++ {
		for name, statement := range craftedSchemas {
			if version < newest && name != "trigger" && name != "column" {
				continue
			}
			t.Run(fmt.Sprintf("version %d/%s", version, name), func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "ferry.db")
				if err := db.CreateOlder(t.Context(), path, version, statement); err != nil {
					t.Fatal(err)
				}
				before := filesOf(t, path)
				wantOpenError(t, path, db.ErrAltered)
				if diff := cmp.Diff(before, filesOf(t, path)); diff != "" {
					t.Errorf("files were changed: %s", diff)
				}
			})
		}
	}
}

// TestCraftedLogIsRefused covers a schema and a version that only the log of a killed
// session has.
func TestCraftedLogIsRefused(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"trigger": craftedSchemas["trigger"], "view for a table": craftedSchemas["view for a table"], "negative version": "PRAGMA user_version = -1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ferry.db")
			store := openDB(t, path)
			if err := db.Exec(store, statement); err != nil {
				t.Fatal(err)
			}
			crafted := filepath.Join(t.TempDir(), "ferry.db")
			for _, suffix := range []string{"", "-wal"} {
				content, err := os.ReadFile(path + suffix)
				if err != nil {
					t.Fatal(err)
				}
				writeFile(t, crafted+suffix, content)
			}
			before := filesOf(t, crafted)
			wantOpenError(t, crafted, db.ErrAltered)
			after := filesOf(t, crafted)
			delete(after, "ferry.db-shm") // the index of the log, which SQLite rebuilds
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("files were changed: %s", diff)
			}
			closeDB(t, store)
		})
	}
}

// TestCraftedBackupIsNotRestored damages a database beside which there is a backup with a
// schema that no version of Ferry creates.
func TestCraftedBackupIsNotRestored(t *testing.T) {
	t.Parallel()
	path := newClosedDB(t)
	backup := path + ".weekly-20260101-000000.000-v1"
	if err := db.CreateOlder(t.Context(), backup, 1, craftedSchemas["trigger"]); err != nil {
		t.Fatal(err)
	}
	store := damageAndReopen(t, path, openDB(t, path))
	defer closeDB(t, store)
	if r := store.Recovery(); !r.Happened() || r.Restored != "" {
		t.Errorf("recovery %+v, want one without a backup", r)
	}
}

// TestDamagedSchemaIsRecovered covers damage by which a schema has less than expected,
// single other characters, or cannot be read.
func TestDamagedSchemaIsRecovered(t *testing.T) {
	t.Parallel()
	statements := maps.Clone(unreadableSchemas)
	maps.Copy(statements, map[string]string{
		"no index":          "DROP INDEX transfers_order",
		"no trigger":        "DROP TRIGGER servers_keep_builtin",
		"no table":          "DROP TABLE marks",
		"no column":         "ALTER TABLE batches DROP COLUMN again",
		"other character":   writeSchema("settings", "replace(replace(sql, 'value', 'valve'), 'VALUE', 'VALVE')"),
		"renamed trigger":   "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = 'servers_keep_bujltin' WHERE name = 'servers_keep_builtin'",
		"swapped a trigger": "DROP TRIGGER servers_keep_builtin; CREATE TRIGGER spin BEFORE UPDATE ON transfers BEGIN " + spin + "; END",
	})
	for name, statement := range statements {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ferry.db")
			if err := db.CreateOlder(t.Context(), path, 2, statement); err != nil {
				t.Fatal(err)
			}
			store := openDB(t, path)
			defer closeDB(t, store)
			if !store.Recovery().Happened() {
				t.Error("no recovery")
			}
			save(t, store, uploader.Changes{Transfers: sampleTransfers(0, 3)})
		})
	}
}

// TestAnalyzedDatabaseIsOpened covers the statistics that a user may have SQLite create.
func TestAnalyzedDatabaseIsOpened(t *testing.T) {
	t.Parallel()
	path := newClosedDB(t)
	store := openDB(t, path)
	if err := db.Exec(store, "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	closeDB(t, store)
	if got := countTransfers(t, path); got != 3 {
		t.Errorf("%d transfers, want 3", got)
	}
}

// spinBegan receives a value when a statement calls the SQL function spin_began.
var spinBegan = make(chan struct{}, 1)

func init() {
	sqlite.MustRegisterScalarFunction("spin_began", 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		select {
		case spinBegan <- struct{}{}:
		default:
		}
		return int64(1), nil
	})
}

// TestOpenIsInterrupted ends the context while SQLite executes one statement that does
// not end by itself. The driver interrupts once, and SQLite ignores that between two
// statements, so the statement tells that it has begun.
func TestOpenIsInterrupted(t *testing.T) {
	t.Parallel()
	path := newClosedDB(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	opened := make(chan error, 1)
	go func() {
		statement := "CREATE TABLE spin AS " + strings.Replace(spin, "SELECT 1", "SELECT spin_began()", 1)
		_, err := db.OpenWith(ctx, path, withMigrations(statement), time.Now)
		opened <- err
	}()
	select {
	case err := <-opened:
		t.Fatalf("ended by itself: %v", err)
	case <-spinBegan:
		cancel()
	}
	if err := <-opened; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	if got := countTransfers(t, path); got != 3 {
		t.Errorf("%d transfers, want 3", got)
	}
}

// filesOf returns size and hash of the files in the folder of path, by name.
func filesOf(t *testing.T, path string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range listFiles(t, filepath.Dir(path)) {
		content, err := os.ReadFile(filepath.Join(filepath.Dir(path), name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = fmt.Sprintf("%d bytes, SHA-256 %x", len(content), sha256.Sum256(content))
	}
	return all
}
