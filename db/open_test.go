package db_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestOpenCreatesFileAtAnyPath(t *testing.T) {
	t.Parallel()
	names := map[string]string{
		"plain":                  "ferry.db",
		"question mark":          "what?mode=ro&vfs=none.db",
		"number sign":            "a#b.db",
		"percent sign":           "100%41.db",
		"spaces":                 "my profile/ferry .db",
		"Chinese":                "资料/渡船.db",
		"brackets and wildcards": "[a]*{b}.db",
		"missing folders":        "a/b/c/ferry.db",
		"quotes":                 "it's \"mine\".db",
	}
	if runtime.GOOS == "linux" {
		names["not UTF-8"] = "caf\xe9\xff.db"
	}
	for test, name := range names {
		t.Run(test, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.ContainsAny(name, `?*"`) {
				t.Skip("Windows allows no such name")
			}
			folder := t.TempDir()
			path := filepath.Join(folder, name)
			store := openDB(t, path)
			save(t, store, uploader.Changes{Transfers: sampleTransfers(0, 1)})
			closeDB(t, store)
			if got, want := listFiles(t, folder), []string{name}; !cmp.Equal(got, want) {
				t.Errorf("files %q, want %q", got, want)
			}
			if got := countTransfers(t, path); got != 1 {
				t.Errorf("%d transfers after reopening, want 1", got)
			}
		})
	}
}

func TestCreatedIsOnlyTrueForNewFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	for _, want := range []bool{true, false} {
		store := openDB(t, path)
		if got := store.Created(); got != want {
			t.Errorf("created is %t, want %t", got, want)
		}
		closeDB(t, store)
	}
	store := openDB(t, releaseCopy(t))
	defer closeDB(t, store)
	if store.Created() {
		t.Error("a database of an earlier release was created")
	}
}

func TestOpenInitializesEmptyFile(t *testing.T) {
	t.Parallel()
	path := writeTempFile(t, "ferry.db", "")
	if got := countTransfers(t, path); got != 0 {
		t.Errorf("%d transfers, want 0", got)
	}
}

func TestFilesArePrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no mode bits")
	}
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openDB(t, path)
	defer closeDB(t, store)
	save(t, store, uploader.Changes{Transfers: sampleTransfers(0, 1)})
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("ferry.db%s has mode %v, want no access for others", suffix, mode)
		}
	}
}

func TestOpenRefusesForeignFiles(t *testing.T) {
	t.Parallel()
	page := strings.Repeat("\x00", 4096)
	tests := map[string]string{
		"text":                  "Dear Sir or Madam",
		"one byte":              "\n",
		"zeros":                 page,
		"SQLite magic alone":    "SQLite format 3\x00",
		"text that names Ferry": "Ferry" + page,
	}
	for test, content := range tests {
		t.Run(test, func(t *testing.T) {
			wantUnchangedOpenError(t, writeTempFile(t, "ferry.db", content), db.ErrNotFerry)
		})
	}
	t.Run("database of another program", func(t *testing.T) {
		wantUnchangedOpenError(t, newModifiedDB(t, "PRAGMA application_id = 252006673"), db.ErrNotFerry) // Fossil's
	})
	t.Run("database without application_id", func(t *testing.T) {
		wantUnchangedOpenError(t, newModifiedDB(t, "PRAGMA application_id = 0"), db.ErrNotFerry)
	})
	t.Run("database of a newer version", func(t *testing.T) {
		wantUnchangedOpenError(t, newModifiedDB(t, "PRAGMA user_version = 9999"), db.ErrNewer)
	})
	t.Run("folder", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "ferry.db")
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		wantOpenError(t, path, db.ErrNotFerry)
	})
}

func TestOpenBelowRegularFile(t *testing.T) {
	t.Parallel()
	wantOpenError(t, filepath.Join(writeTempFile(t, "file", "x"), "profile", "ferry.db"), db.ErrUnwritable)
}

func TestOpenSetsPragmas(t *testing.T) {
	t.Parallel()
	store := openDB(t, filepath.Join(t.TempDir(), "ferry.db"))
	defer closeDB(t, store)
	pragmas := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000", "application_id": "1181905529",
	}
	for pragma, want := range pragmas {
		for role, query := range map[string]func(*db.DB, string) (string, error){
			"writer": func(d *db.DB, q string) (string, error) { return db.QueryValue[string](d, q) },
			"reader": db.QueryReader[string],
		} {
			if got, err := query(store, "PRAGMA "+pragma); err != nil || got != want {
				t.Errorf("%s of the %s = %q, %v; want %q", pragma, role, got, err, want)
			}
		}
	}
	if _, err := db.QueryReader[int](store, "INSERT INTO settings VALUES ('a', '1') RETURNING 1"); err == nil {
		t.Error("reader can write")
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openDB(t, path)
	for _, value := range []string{`{"limit":3}`, `"中文"`} {
		if err := store.SaveSetting(t.Context(), "transfers", []byte(value)); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.SaveSetting(t.Context(), "other", []byte(`null`)); err != nil {
		t.Fatal(err)
	}
	if err := store.SaveSetting(t.Context(), "broken", []byte(`{`)); !fault.Is(err, fault.LocalDisk) {
		t.Errorf("invalid JSON: got %v, want a fault of kind LocalDisk", err)
	}
	closeDB(t, store)

	store = openDB(t, path)
	defer closeDB(t, store)
	for key, want := range map[string]string{"transfers": `"中文"`, "other": `null`, "broken": "", "never": ""} {
		if got, err := store.Setting(t.Context(), key); err != nil || string(got) != want {
			t.Errorf("setting %s = %q, %v; want %q", key, got, err, want)
		}
	}
	if err := store.SaveSetting(t.Context(), "transfers", nil); err != nil {
		t.Fatal(err)
	}
	if got, err := store.Setting(t.Context(), "transfers"); err != nil || got != nil {
		t.Errorf("removed setting = %q, %v; want nil", got, err)
	}
}

func TestBackup(t *testing.T) {
	t.Parallel()
	store, _ := newFilledDB(t, 500)
	name := "copy ?#.db"
	if runtime.GOOS == "windows" {
		name = "copy %#.db"
	}
	to := filepath.Join(t.TempDir(), name)
	if err := store.Backup(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	if got := countTransfers(t, to); got != 500 {
		t.Errorf("backup has %d transfers, want 500", got)
	}
	if err := store.Backup(t.Context(), to); !fault.Is(err, fault.LocalDisk) {
		t.Errorf("backup to an existing file: got %v, want a fault of kind LocalDisk", err)
	}
}

func TestCloseTwice(t *testing.T) {
	t.Parallel()
	store := openDB(t, filepath.Join(t.TempDir(), "ferry.db"))
	closeDB(t, store)
	closeDB(t, store)
}

func TestOpenWithCancelledContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	if _, err := db.Open(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if got := listFiles(t, filepath.Dir(path)); len(got) != 0 {
		t.Errorf("files %q, want none", got)
	}
}

// newModifiedDB returns the path of a closed database on which statement was run.
func newModifiedDB(t *testing.T, statement string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openDB(t, path)
	save(t, store, uploader.Changes{Transfers: sampleTransfers(0, 3)})
	if err := db.Exec(store, statement); err != nil {
		t.Fatal(err)
	}
	closeDB(t, store)
	return path
}

func wantUnchangedOpenError(t *testing.T, path string, want error) {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wantOpenError(t, path, want)
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("file was changed, %v", err)
	}
	if got := listFiles(t, filepath.Dir(path)); len(got) != 1 {
		t.Errorf("files %q, want the database alone", got)
	}
}

func wantOpenError(t *testing.T, path string, want error) {
	t.Helper()
	store, err := db.Open(t.Context(), path)
	if err == nil {
		closeDB(t, store)
	}
	if !errors.Is(err, want) || !fault.Is(err, fault.LocalDisk) || fault.Of(err).Op != fault.Open || fault.Of(err).Detail == "" {
		t.Errorf("got %v, want a fault of kind LocalDisk that wraps %q", err, want)
	}
}

// countTransfers opens the file and returns the number of its transfers.
func countTransfers(t *testing.T, path string) int {
	t.Helper()
	store := openDB(t, path)
	defer closeDB(t, store)
	all, err := store.Load(t.Context())
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return all.Transfers.Len()
}

func writeTempFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// listFiles lists the files in folder and its subfolders, relative to it and with slashes.
func listFiles(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
