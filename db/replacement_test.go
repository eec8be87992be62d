package db_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// createWith creates a database with so many transfers, and closes it.
func createWith(t *testing.T, path string, transfers int) {
	t.Helper()
	store := openDB(t, path)
	save(t, store, uploader.Changes{Transfers: sampleTransfers(0, transfers)})
	closeDB(t, store)
}

// createBackup writes a backup of a database with so many transfers, as "Back up" does.
func createBackup(t *testing.T, transfers int) string {
	t.Helper()
	store := openDB(t, filepath.Join(t.TempDir(), "ferry.db"))
	defer closeDB(t, store)
	save(t, store, uploader.Changes{Transfers: sampleTransfers(0, transfers), Servers: []uploader.Server{{ID: 7, Name: "Studio", Endpoint: "https://studio.example/files/"}}})
	backup := filepath.Join(t.TempDir(), "ferry-backup.db")
	if err := store.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	return backup
}

// wantTransfers opens a database, and compares the number of its transfers.
func wantTransfers(t *testing.T, path string, want ...int) (recovery db.Recovery) {
	t.Helper()
	store := openDB(t, path)
	defer closeDB(t, store)
	all, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if result, err := db.QueryValue[string](store, "PRAGMA integrity_check"); err != nil || result != "ok" {
		t.Errorf("integrity check: %s, %v", result, err)
	}
	for _, n := range want {
		if all.Transfers.Len() == n {
			return store.Recovery()
		}
	}
	t.Errorf("%d transfers, want one of %d", all.Transfers.Len(), want)
	return store.Recovery()
}

func TestReplacement(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	createWith(t, path, 5)
	backup := createBackup(t, 3)
	before, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}

	open := openDB(t, path) // as the window has it while the user is asked
	r, err := db.PrepareReplacement(t.Context(), path, backup)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Contents; got.Transfers != 3 || got.Unfinished != 3 || got.Servers != 1 || got.Saved.IsZero() {
		t.Errorf("contents are %+v", got)
	}
	if _, err := r.Install(); !errors.Is(err, db.ErrLocked) {
		t.Errorf("replaced a database that is open: %v", err)
	}
	save(t, open, uploader.Changes{Transfers: sampleTransfers(5, 1)})
	closeDB(t, open)

	earlier, err := r.Install()
	if err != nil {
		t.Fatal(err)
	}
	recovery := wantTransfers(t, path, 3)
	want := db.Recovery{Requested: true, SetAside: earlier, Restored: backup}
	if diff := cmp.Diff(want, recovery); diff != "" {
		t.Errorf("recovery differs (-want +got):\n%s", diff)
	}
	if again := wantTransfers(t, path, 3); again.Happened() {
		t.Errorf("reported twice: %+v", again)
	}
	wantTransfers(t, earlier, 6) // also what was saved after the backup was checked
	if after, err := os.ReadFile(backup); err != nil || string(after) != string(before) {
		t.Errorf("the backup was changed: %v", err)
	}
	if err := r.Discard(); err != nil {
		t.Error(err)
	}
}

func TestReplacementCanBeReplacedByTheEarlierDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	createWith(t, path, 5)
	replace := func(backup string) string {
		t.Helper()
		r, err := db.PrepareReplacement(t.Context(), path, backup)
		if err != nil {
			t.Fatal(err)
		}
		earlier, err := r.Install()
		if err != nil {
			t.Fatal(err)
		}
		return earlier
	}
	earlier := replace(createBackup(t, 3))
	wantTransfers(t, path, 3)
	replace(earlier)
	wantTransfers(t, path, 5)
}

func TestBackupWithOlderSchemaIsMigrated(t *testing.T) {
	t.Parallel()
	path, backup := filepath.Join(t.TempDir(), "ferry.db"), filepath.Join(t.TempDir(), "first.db")
	createWith(t, path, 5)
	createFirstSchema(t, backup, 4)
	r, err := db.PrepareReplacement(t.Context(), path, backup)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Install(); err != nil {
		t.Fatal(err)
	}
	wantTransfers(t, path, 4)
}

func TestRefusedBackups(t *testing.T) {
	t.Parallel()
	edit := func(change func(content []byte) []byte) func(*testing.T, string) string {
		return func(t *testing.T, _ string) string {
			backup := createBackup(t, 500)
			content, err := os.ReadFile(backup)
			if err != nil {
				t.Fatal(err)
			}
			writeFile(t, backup, change(content))
			return backup
		}
	}
	put := func(offset int, value uint32) func([]byte) []byte {
		return func(content []byte) []byte {
			binary.BigEndian.PutUint32(content[offset:], value)
			return content
		}
	}
	statement := func(sql string) func(*testing.T, string) string {
		return func(t *testing.T, _ string) string {
			path := filepath.Join(t.TempDir(), "ferry.db")
			store := openDB(t, path)
			save(t, store, uploader.Changes{Transfers: sampleTransfers(0, 3)})
			if err := db.Exec(store, sql); err != nil {
				t.Fatal(err)
			}
			closeDB(t, store)
			return path
		}
	}
	for name, c := range map[string]struct {
		backup func(t *testing.T, path string) string
		want   error
	}{
		"missing":                {func(t *testing.T, _ string) string { return filepath.Join(t.TempDir(), "none.db") }, fs.ErrNotExist},
		"a folder":               {func(t *testing.T, _ string) string { return t.TempDir() }, db.ErrNotFerry},
		"empty":                  {edit(func([]byte) []byte { return nil }), db.ErrNotFerry},
		"a text":                 {edit(func([]byte) []byte { return []byte(strings.Repeat("no database ", 100)) }), db.ErrNotFerry},
		"of another program":     {edit(put(68, 0x12345678)), db.ErrNotFerry},
		"of a newer version":     {edit(put(60, 999)), db.ErrNewer},
		"damaged":                {edit(func(content []byte) []byte { clear(content[len(content)/3 : 2*len(content)/3]); return content }), db.ErrDamaged},
		"cut off":                {edit(func(content []byte) []byte { return content[:len(content)/2] }), db.ErrDamaged},
		"with a damaged value":   {statement("UPDATE transfers SET phase = 'nonsense'"), db.ErrDamaged},
		"with a trigger":         {statement("CREATE TRIGGER t AFTER INSERT ON settings BEGIN DELETE FROM transfers; END"), db.ErrAltered},
		"the database in use":    {func(_ *testing.T, path string) string { return path }, db.ErrInUse},
		"the database by a link": {linkTo, db.ErrInUse},
		"copied while it was in use": {func(t *testing.T, _ string) string {
			backup := createBackup(t, 3)
			writeFile(t, backup+"-wal", []byte("frames"))
			return backup
		}, db.ErrUnclosed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ferry.db")
			createWith(t, path, 5)
			_, err := db.PrepareReplacement(t.Context(), path, c.backup(t, path))
			if !errors.Is(err, c.want) {
				t.Errorf("error is %v, want %v", err, c.want)
			}
			if diff := cmp.Diff([]string{"ferry.db"}, listFiles(t, filepath.Dir(path))); diff != "" {
				t.Errorf("files differ (-want +got):\n%s", diff)
			}
			wantTransfers(t, path, 5)
		})
	}
}

func linkTo(t *testing.T, path string) string {
	t.Helper()
	link := filepath.Join(t.TempDir(), "link.db")
	uploadtest.NeedSymlink(t, path, link)
	return link
}

func TestPrepareReplacementCanBeCancelled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	createWith(t, path, 5)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.PrepareReplacement(ctx, path, createBackup(t, 3)); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if diff := cmp.Diff([]string{"ferry.db"}, listFiles(t, filepath.Dir(path))); diff != "" {
		t.Errorf("files differ (-want +got):\n%s", diff)
	}
}

// replaceForever replaces the database at path by the file at path.backup again and again. It
// prints a number after each time.
func replaceForever(path string) error {
	for n := 0; ; n++ {
		r, err := db.PrepareReplacement(context.Background(), path, path+".backup")
		if err != nil {
			return err
		}
		if _, err := r.Install(); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// TestReplacementSurvivesKill: the old database or the new one is there, whole, and so is each
// earlier one.
func TestReplacementSurvivesKill(t *testing.T) {
	t.Parallel()
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	for range rounds {
		path := filepath.Join(t.TempDir(), "ferry.db")
		createWith(t, path, 2000)
		if err := os.Rename(createBackup(t, 3000), path+".backup"); err != nil {
			t.Fatal(err)
		}
		child, _ := startChild(t, "replace", path)
		time.AfterFunc(time.Duration(rand.IntN(250))*time.Millisecond, func() { _ = child.Process.Kill() })
		_ = child.Wait()
		if recovery := wantTransfers(t, path, 2000, 3000); recovery.Happened() && !recovery.Requested {
			t.Errorf("recovered an intact file: %+v", recovery)
		}
		for _, name := range listFiles(t, filepath.Dir(path)) {
			if strings.Contains(name, ".replaced-") {
				wantTransfers(t, filepath.Join(filepath.Dir(path), name), 2000, 3000)
			}
			if strings.Contains(name, ".new-") {
				t.Errorf("%s was left", name)
			}
		}
	}
}
