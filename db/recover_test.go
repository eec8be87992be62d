package db_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestRecoveryAfterUncleanExit(t *testing.T) {
	t.Parallel()
	path := newFilledFile(t, 2000)
	damaged := damageFile(t, path)
	writeFile(t, path+"-wal", nil)

	store := openDB(t, path)
	defer closeDB(t, store)
	recovery := store.Recovery()
	if !recovery.Happened() || recovery.Restored != "" || recovery.Reason == "" || recovery.Recovered < 1000 {
		t.Errorf("recovery %+v, with a third of 2000 transfers damaged", recovery)
	}
	if aside, err := os.ReadFile(recovery.SetAside); err != nil || !bytes.Equal(aside, damaged) {
		t.Errorf("file set aside differs from the damaged one, %v", err)
	}
	checkUsable(t, store, recovery.Recovered)
	want := []string{"ferry.db", "ferry.db-shm", "ferry.db-wal", filepath.Base(recovery.SetAside)}
	if diff := cmp.Diff(want, listFiles(t, filepath.Dir(path))); diff != "" {
		t.Errorf("files differ (-want +got):\n%s", diff)
	}
}

func TestRecoveryOfDamageFoundByLoad(t *testing.T) {
	t.Parallel()
	path := newFilledFile(t, 2000)
	damageFile(t, path)

	store := openDB(t, path)
	_, err := store.Load(t.Context())
	if !errors.Is(err, db.ErrDamaged) || !fault.Is(err, fault.LocalDisk) {
		t.Errorf("load returned %v, want ErrDamaged", err)
	}
	if store.Recovery().Happened() {
		t.Error("recovered before the damage was found")
	}
	closeDB(t, store)

	store = openDB(t, path)
	if !store.Recovery().Happened() {
		t.Error("not recovered")
	}
	checkUsable(t, store, store.Recovery().Recovered)
	closeDB(t, store)

	store = openDB(t, path)
	defer closeDB(t, store)
	if store.Recovery().Happened() {
		t.Error("recovered twice")
	}
}

func TestRecoveryUsesNewestGoodBackup(t *testing.T) {
	t.Parallel()
	path := newFilledFile(t, 10)
	store := openDB(t, path)
	for i, name := range []string{"20260101-000000.000-v1", "20260102-000000.000-v1", "20260103-000000.000-v1"} {
		save(t, store, uploader.Changes{Transfers: sampleTransfers(uploader.TransferID(10+i*10), 10)})
		if err := store.Backup(t.Context(), path+".backup-"+name); err != nil {
			t.Fatal(err)
		}
	}
	save(t, store, uploader.Changes{Transfers: sampleTransfers(40, 2000)})
	closeDB(t, store)
	damageFile(t, path)
	writeFile(t, path+"-wal", nil)
	writeFile(t, path+".backup-20260104-000000.000-v1", []byte("not a database"))
	damageFile(t, path+".backup-20260103-000000.000-v1")

	store = openDB(t, path)
	defer closeDB(t, store)
	if want := path + ".backup-20260102-000000.000-v1"; store.Recovery().Restored != want {
		t.Errorf("recovery %+v, want restored from %s", store.Recovery(), want)
	}
	all, err := store.Load(t.Context())
	if err != nil || all.Transfers.Len() < 30 || all.Transfers.At(29).ID != 30 {
		t.Errorf("loaded %d transfers, %v", all.Transfers.Len(), err)
	}
	if _, err := os.Stat(store.Recovery().Restored); err != nil {
		t.Errorf("backup was removed: %v", err)
	}
}

func TestRecoveryReadsWriteAheadLog(t *testing.T) {
	t.Parallel()
	path := newFilledFile(t, 2000)
	store := openDB(t, path)
	save(t, store, uploader.Changes{Transfers: sampleTransfers(2000, 7)})
	copied := filepath.Join(t.TempDir(), "ferry.db")
	for _, suffix := range []string{"", "-wal"} { // as after a crash
		content, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, copied+suffix, content)
	}
	closeDB(t, store)
	damageFile(t, copied)

	store = openDB(t, copied)
	defer closeDB(t, store)
	all, err := store.Load(t.Context())
	if err != nil || store.Recovery().Recovered < 1000 {
		t.Fatalf("recovery %+v, %v", store.Recovery(), err)
	}
	first, last := all.Transfers.At(all.Transfers.Len()-7), all.Transfers.At(all.Transfers.Len()-1)
	if first.ID != 2001 || last.ID != 2007 {
		t.Errorf("newest transfers %d to %d, want 2001 to 2007", first.ID, last.ID)
	}
}

func TestOpenRemovesTemporaryFiles(t *testing.T) {
	t.Parallel()
	path := newFilledFile(t, 1)
	writeFile(t, path+".new-123", []byte("half"))
	if err := os.Mkdir(path+".new-456", 0o700); err != nil {
		t.Fatal(err)
	}
	closeDB(t, openDB(t, path))
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("folder has %v, %v; want the database alone", entries, err)
	}
}

func TestRecoverySurvivesKill(t *testing.T) {
	t.Parallel()
	damaged := damageFile(t, newFilledFile(t, 1000))
	recovered := 0
	for range 10 {
		path := writeTempFile(t, "ferry.db", string(damaged))
		writeFile(t, path+"-wal", nil)
		child, _ := startChild(t, "open", path)
		timer := time.AfterFunc(rand.N(150*time.Millisecond), func() { _ = child.Process.Kill() })
		_ = child.Wait() // killed, or exited before
		timer.Stop()

		store := openDB(t, path)
		if !store.Recovery().Happened() {
			t.Error("no recovery reported")
		}
		recovered = max(recovered, store.Recovery().Recovered)
		if recovered < 500 {
			t.Errorf("recovery %+v, with two thirds of 1000 transfers intact", store.Recovery())
		}
		checkUsable(t, store, recovered)
		closeDB(t, store)
		if aside, err := os.ReadFile(store.Recovery().SetAside); err != nil || !bytes.Equal(aside, damaged) {
			t.Errorf("file set aside differs from the damaged one, %v", err)
		}
	}
}

func TestRecoveryOfTruncatedFile(t *testing.T) {
	t.Parallel()
	path := newFilledFile(t, 2000)
	if err := os.Truncate(path, 3*4096); err != nil {
		t.Fatal(err)
	}
	writeFile(t, path+"-wal", nil)
	store := openDB(t, path)
	defer closeDB(t, store)
	if !store.Recovery().Happened() {
		t.Error("no recovery reported")
	}
	checkUsable(t, store, store.Recovery().Recovered)
}

func TestOpenSetsLogWithoutDatabaseAside(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	writeFile(t, path+"-wal", []byte("a log"))
	store := openDB(t, path)
	defer closeDB(t, store)
	aside := store.Recovery().SetAside
	if log, err := os.ReadFile(aside + "-wal"); err != nil || string(log) != "a log" {
		t.Errorf("log set aside = %q, %v", log, err)
	}
	checkUsable(t, store, 0)
}

func TestRecoveryFromRandomDamage(t *testing.T) {
	t.Parallel()
	intact, err := os.ReadFile(newFilledFile(t, 300))
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 0))
		damaged := bytes.Clone(intact)
		for range 1 + random.IntN(200) {
			damaged[100+random.IntN(len(damaged)-100)] = byte(random.Uint32())
		}
		path := writeTempFile(t, "ferry.db", string(damaged))
		if random.IntN(2) == 0 {
			writeFile(t, path+"-wal", nil)
		}
		store, err := db.Open(t.Context(), path)
		if err != nil {
			t.Errorf("seed %d: open: %v", seed, err)
			continue
		}
		_, loadErr := store.Load(t.Context())
		if loadErr != nil && !errors.Is(loadErr, db.ErrDamaged) {
			t.Errorf("seed %d: load: %v", seed, loadErr)
		}
		closeDB(t, store)
		if loadErr != nil {
			countTransfers(t, path)
		}
	}
}

func TestSaveToFullDatabase(t *testing.T) {
	t.Parallel()
	store, _ := newFilledDB(t, 10)
	pages, err := db.QueryValue[int](store, "PRAGMA page_count")
	if err != nil {
		t.Fatal(err)
	}
	limitPages(t, store, pages+3)
	err = store.Save(t.Context(), uploader.Changes{Transfers: sampleTransfers(10, 1000)})
	if !errors.Is(err, db.ErrFull) || !fault.Is(err, fault.LocalDisk) {
		t.Errorf("save returned %v, want ErrFull", err)
	}
	limitPages(t, store, 1<<30)
	checkUsable(t, store, 10)
}

// limitPages sets the size, in pages, at which the database is full.
func limitPages(t *testing.T, store *db.DB, pages int) {
	t.Helper()
	if err := db.Exec(store, fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
		t.Fatal(err)
	}
}

// checkUsable checks that the store has want transfers and that one more can be saved.
func checkUsable(t *testing.T, store *db.DB, want int) {
	t.Helper()
	before, err := store.Load(t.Context())
	if err != nil || before.Transfers.Len() != want {
		t.Fatalf("loaded %d transfers, %v; want %d", before.Transfers.Len(), err, want)
	}
	save(t, store, uploader.Changes{Transfers: sampleTransfers(before.NextID-1, 1)})
	after, err := store.Load(t.Context())
	if err != nil || after.Transfers.Len() != want+1 {
		t.Fatalf("loaded %d transfers, %v; want %d", after.Transfers.Len(), err, want+1)
	}
}

// newFilledFile returns the path of a closed database with count transfers.
func newFilledFile(t *testing.T, count int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openDB(t, path)
	save(t, store, uploader.Changes{Transfers: sampleTransfers(0, count)})
	closeDB(t, store)
	return path
}

// damageFile overwrites the middle third of the file and returns its new content.
func damageFile(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(content) / 3; i < 2*len(content)/3; i++ {
		content[i] = 0xAA
	}
	writeFile(t, path, content)
	return content
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRecoveryKeepsCookiesOfSavedServers(t *testing.T) {
	t.Parallel()
	path := newFilledFile(t, 10)
	store := openDB(t, path)
	save(t, store, uploader.Changes{
		Servers: []uploader.Server{{ID: 7, Name: "seven", Endpoint: "http://seven/"}},
		Cookies: map[uploader.ServerID]string{7: `[{"name":"node"}]`, 99: "[]"},
	})
	if err := db.Exec(store, "UPDATE transfers SET phase = 'unknown' WHERE id = 2"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Load(t.Context()); !errors.Is(err, db.ErrDamaged) {
		t.Errorf("load returned %v, want ErrDamaged", err)
	}
	closeDB(t, store)
	store = openDB(t, path)
	defer closeDB(t, store)
	all, err := store.Load(t.Context())
	if err != nil || !store.Recovery().Happened() {
		t.Fatalf("recovery %+v, %v", store.Recovery(), err)
	}
	if diff := cmp.Diff(map[uploader.ServerID]string{7: `[{"name":"node"}]`}, all.Cookies); diff != "" {
		t.Error(diff)
	}
}
