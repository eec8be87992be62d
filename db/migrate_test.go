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

func TestMigrationKeepsEverythingAndABackup(t *testing.T) {
	t.Parallel()
	path := newClosedDB(t)
	store := openWith(t, path, withMigrations("ALTER TABLE servers ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'"))
	if got, err := db.QueryValue[string](store, "SELECT colour FROM servers WHERE id = 1"); err != nil || got != "blue" {
		t.Errorf("the new column holds %q, %v", got, err)
	}
	closeDB(t, store)
	if got, err := countTransfers(t, migrationBackups(t, path)[0]), error(nil); got != 3 {
		t.Errorf("the backup has %d transfers, %v", got, err)
	}
	wantOpenError(t, path, db.ErrNewer)
	store = openWith(t, path, withMigrations("SELECT 1"))
	defer closeDB(t, store)
	if all, err := store.Load(t.Context()); err != nil || len(all.Transfers) != 3 {
		t.Errorf("loaded %d transfers, %v", len(all.Transfers), err)
	}
	if got := len(migrationBackups(t, path)); got != 1 {
		t.Errorf("%d backups after opening a file that is up to date, want 1", got)
	}
}

func TestMigrationIsAllOrNothing(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"broken SQL after good":          "DROP TABLE settings; CREATE TABEL x (y)",
		"rows that lose their parent":    parentAndChild + "DELETE FROM parent;",
		"a statement that violates data": "UPDATE transfers SET id = 1",
	}
	for what, sql := range tests {
		t.Run(what, func(t *testing.T) {
			path := newClosedDB(t)
			_, err := db.OpenWith(t.Context(), path, withMigrations(sql), time.Now)
			if !fault.Is(err, fault.LocalDisk) || errors.Is(err, db.ErrDamaged) {
				t.Errorf("got %v, want a fault of the local disk that is no damage", err)
			}
			if got := countTransfers(t, path); got != 3 {
				t.Errorf("%d transfers are left", got)
			}
		})
	}
}

func TestMigrationRebuildsAParentWithoutLosingItsChildren(t *testing.T) {
	t.Parallel()
	rebuild := parentAndChild + `
		CREATE TABLE parent_new (id INTEGER PRIMARY KEY, name TEXT) STRICT;
		INSERT INTO parent_new SELECT id, 'x' FROM parent;
		DROP TABLE parent;
		ALTER TABLE parent_new RENAME TO parent;`
	store := openWith(t, newClosedDB(t), withMigrations(rebuild))
	defer closeDB(t, store)
	if got, err := db.QueryValue[int](store, "SELECT count(*) FROM child"); err != nil || got != 1 {
		t.Errorf("%d children are left, %v", got, err)
	}
}

const parentAndChild = `
	CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
	CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE) STRICT;
	INSERT INTO parent VALUES (1);
	INSERT INTO child VALUES (1, 1);`

func TestOnlyTheNewestBackupsAreKept(t *testing.T) {
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
		t.Errorf("kept %q, want those of the three versions up to %d", backups, newest)
	}
}

func TestMigrationsAreNumberedWithoutGaps(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"migrations/0099_x.sql", "migrations/x.sql"} {
		files := withMigrations()
		files[name] = &fstest.MapFile{Data: []byte("SELECT 1")}
		if _, err := db.OpenWith(t.Context(), filepath.Join(t.TempDir(), "ferry.db"), files, time.Now); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// newClosedDB is a closed database of the newest schema with three transfers.
func newClosedDB(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openWith(t, path, withMigrations())
	save(t, store, uploader.Changes{Transfers: sampleTransfers(0, 3)})
	closeDB(t, store)
	return path
}

// withMigrations is every migration there is and then those.
func withMigrations(sql ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for _, name := range migrationNames() {
		text, err := fs.ReadFile(db.Migrations(), name)
		if err != nil {
			panic(err) // it is embedded
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	for i, text := range sql {
		files[fmt.Sprintf("migrations/%04d_later.sql", len(migrationNames())+i+1)] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// migrationNames are the names of the migrations there are.
func migrationNames() []string {
	names, err := fs.Glob(db.Migrations(), "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is well-formed
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

func migrationBackups(t *testing.T, path string) []string {
	t.Helper()
	var found []string
	for _, name := range listFiles(t, filepath.Dir(path)) {
		if strings.HasPrefix(name, filepath.Base(path)+".backup-") {
			found = append(found, filepath.Join(filepath.Dir(path), name))
		}
	}
	if len(found) == 0 {
		t.Fatal("there is no backup")
	}
	return found
}
