package db_test

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestMigrationKeepsDataAndBackup(t *testing.T) {
	t.Parallel()
	path := newClosedDB(t)
	later := withMigrations("ALTER TABLE servers ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'")
	store := openWith(t, path, later)
	if got, err := db.QueryValue[string](store, "SELECT colour FROM servers WHERE id = 1"); err != nil || got != "blue" {
		t.Errorf("new column = %q, %v; want \"blue\"", got, err)
	}
	closeDB(t, store)
	if got := countTransfers(t, migrationBackups(t, path)[0]); got != 3 {
		t.Errorf("backup has %d transfers, want 3", got)
	}
	wantOpenError(t, path, db.ErrNewer)
	store = openWith(t, path, later)
	defer closeDB(t, store)
	if all, err := store.Load(t.Context()); err != nil || all.Transfers.Len() != 3 {
		t.Errorf("loaded %d transfers, %v; want 3", all.Transfers.Len(), err)
	}
	if got := len(migrationBackups(t, path)); got != 1 {
		t.Errorf("%d backups after opening a current file, want 1", got)
	}
}

func TestMigrationIsAtomic(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"syntax error":          "DROP TABLE settings; CREATE TABEL x (y)",
		"foreign key violation": parentAndChild + "DELETE FROM parent;",
		"constraint violation":  "UPDATE transfers SET id = 1",
	}
	for name, sql := range tests {
		t.Run(name, func(t *testing.T) {
			path := newClosedDB(t)
			_, err := db.OpenWith(t.Context(), path, withMigrations(sql), time.Now)
			if !fault.Is(err, fault.LocalDisk) || errors.Is(err, db.ErrDamaged) {
				t.Errorf("got %v, want a fault of kind LocalDisk without ErrDamaged", err)
			}
			if got := countTransfers(t, path); got != 3 {
				t.Errorf("%d transfers, want 3", got)
			}
		})
	}
}

func TestMigrationRebuildsParentTable(t *testing.T) {
	t.Parallel()
	rebuild := parentAndChild + `
		CREATE TABLE parent_new (id INTEGER PRIMARY KEY, name TEXT) STRICT;
		INSERT INTO parent_new SELECT id, 'x' FROM parent;
		DROP TABLE parent;
		ALTER TABLE parent_new RENAME TO parent;`
	store := openWith(t, newClosedDB(t), withMigrations(rebuild))
	defer closeDB(t, store)
	if got, err := db.QueryValue[int](store, "SELECT count(*) FROM child"); err != nil || got != 1 {
		t.Errorf("%d child rows, %v; want 1", got, err)
	}
}

const parentAndChild = `
	CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
	CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE) STRICT;
	INSERT INTO parent VALUES (1);
	INSERT INTO child VALUES (1, 1);`

func TestMigrationBackupsArePruned(t *testing.T) {
	t.Parallel()
	path := newClosedDB(t)
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var more []string
	for range 5 {
		more = append(more, "SELECT 1")
		clock = clock.Add(time.Hour)
		store, err := db.OpenWith(t.Context(), path, withMigrations(more...), func() time.Time { return clock })
		if err != nil {
			t.Fatal(err)
		}
		closeDB(t, store)
	}
	backups := migrationBackups(t, path)
	newest := len(migrationNames()) + 4
	version := func(n int) string { return fmt.Sprintf("-v%d", n) }
	if len(backups) != 3 || !strings.Contains(backups[0], version(newest-2)) || !strings.Contains(backups[2], version(newest)) {
		t.Errorf("backups %q, want those of the three versions up to %d", backups, newest)
	}
}

func TestMigrationNumbering(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"migrations/0099_x.sql", "migrations/x.sql"} {
		files := withMigrations()
		files[name] = &fstest.MapFile{Data: []byte("SELECT 1")}
		if _, err := db.OpenWith(t.Context(), filepath.Join(t.TempDir(), "ferry.db"), files, time.Now); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// newClosedDB returns the path of a closed database with three transfers.
func newClosedDB(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openWith(t, path, withMigrations())
	save(t, store, uploader.Changes{Transfers: sampleTransfers(0, 3)})
	closeDB(t, store)
	return path
}

// withMigrations returns the embedded migrations and then those given.
func withMigrations(sql ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for _, name := range migrationNames() {
		text, err := fs.ReadFile(db.Migrations(), name)
		if err != nil {
			panic(err) // cannot happen: it is embedded
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	for i, text := range sql {
		files[fmt.Sprintf("migrations/%04d_later.sql", len(migrationNames())+i+1)] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// migrationNames returns the names of the embedded migrations.
func migrationNames() []string {
	names, err := fs.Glob(db.Migrations(), "migrations/*.sql")
	if err != nil {
		panic(err) // cannot happen: the pattern is valid
	}
	return names
}

func openWith(t *testing.T, path string, files fs.FS) *db.DB {
	t.Helper()
	store, err := db.OpenWith(t.Context(), path, files, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// migrationBackups returns the backups from before migrations. It fails if there is none.
func migrationBackups(t *testing.T, path string) []string {
	t.Helper()
	var backups []string
	for _, name := range listFiles(t, filepath.Dir(path)) {
		if strings.HasPrefix(name, filepath.Base(path)+".backup-") {
			backups = append(backups, filepath.Join(filepath.Dir(path), name))
		}
	}
	if len(backups) == 0 {
		t.Fatal("no backup")
	}
	return backups
}
