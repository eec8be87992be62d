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

func TestDamageIsFoundAfterAnUncleanExit(t *testing.T) {
	t.Parallel()
	path := newFilledFile(t, 2000)
	broken := damageFile(t, path)
	writeFile(t, path+"-wal", nil)

	store := openDB(t, path)
	defer closeDB(t, store)
	recovery := store.Recovery()
	if !recovery.Happened() || recovery.Restored != "" || recovery.Reason == "" || recovery.Salvaged < 1000 {
		t.Errorf("recovery is %+v, and a third of 2000 transfers was broken", recovery)
	}
	if aside, err := os.ReadFile(recovery.SetAside); err != nil || !bytes.Equal(aside, broken) {
		t.Errorf("the damaged file was not kept as it was, %v", err)
	}
	checkUsable(t, store, recovery.Salvaged)
	want := []string{"ferry.db", "ferry.db-shm", "ferry.db-wal", filepath.Base(recovery.SetAside)}
	if diff := cmp.Diff(want, listFiles(t, filepath.Dir(path))); diff != "" {
		t.Errorf("want (-) and left (+) files differ:\n%s", diff)
	}
}

func TestDamageThatAppearsLaterIsRepairedTheNextTime(t *testing.T) {
	t.Parallel()
	path := newFilledFile(t, 2000)
	damageFile(t, path)

	store := openDB(t, path)
	_, err := store.Load(t.Context())
	if !errors.Is(err, db.ErrDamaged) || !fault.Is(err, fault.LocalDisk) {
		t.Errorf("load returned %v", err)
	}
	if store.Recovery().Happened() {
		t.Error("it was repaired before it was found")
	}
	closeDB(t, store)

	store = openDB(t, path)
	if !store.Recovery().Happened() {
		t.Error("it was not repaired")
	}
	checkUsable(t, store, store.Recovery().Salvaged)
	closeDB(t, store)

	store = openDB(t, path)
	defer closeDB(t, store)
	if store.Recovery().Happened() {
		t.Error("it was repaired twice")
	}
}

func TestDamageIsRepairedWithTheNewestGoodBackup(t *testing.T) {
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
	writeFile(t, path+".backup-20260104-000000.000-v1", []byte("no database at all"))
	damageFile(t, path+".backup-20260103-000000.000-v1")

	store = openDB(t, path)
	defer closeDB(t, store)
	if want := path + ".backup-20260102-000000.000-v1"; store.Recovery().Restored != want {
		t.Errorf("recovery is %+v, want %s", store.Recovery(), want)
	}
	all, err := store.Load(t.Context())
	if err != nil || len(all.Transfers) < 30 || all.Transfers[29].ID != 30 {
		t.Errorf("loaded %d transfers, %v", len(all.Transfers), err)
	}
	if _, err := os.Stat(store.Recovery().Restored); err != nil {
		t.Errorf("the backup itself is gone: %v", err)
	}
}

func TestWhatOnlyTheLogHoldsIsSalvagedToo(t *testing.T) {
	t.Parallel()
	path := newFilledFile(t, 2000)
	store := openDB(t, path)
	save(t, store, uploader.Changes{Transfers: sampleTransfers(2000, 7)})
	crashed := filepath.Join(t.TempDir(), "ferry.db")
	for _, suffix := range []string{"", "-wal"} { // as a crash would leave them
		content, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, crashed+suffix, content)
	}
	closeDB(t, store)
	damageFile(t, crashed)

	store = openDB(t, crashed)
	defer closeDB(t, store)
	all, err := store.Load(t.Context())
	if err != nil || store.Recovery().Salvaged < 1000 {
		t.Fatalf("recovery is %+v, %v", store.Recovery(), err)
	}
	newest := all.Transfers[len(all.Transfers)-7:]
	if newest[0].ID != 2001 || newest[6].ID != 2007 {
		t.Errorf("the newest are %d to %d, want 2001 to 2007", newest[0].ID, newest[6].ID)
	}
}

func TestWhatACrashLeftHalfMadeIsSweptAway(t *testing.T) {
	t.Parallel()
	path := newFilledFile(t, 1)
	writeFile(t, path+".new-123", []byte("half"))
	if err := os.Mkdir(path+".new-456", 0o700); err != nil {
		t.Fatal(err)
	}
	closeDB(t, openDB(t, path))
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("there are %v, %v", entries, err)
	}
}

func TestRepairSurvivesBeingKilled(t *testing.T) {
	t.Parallel()
	whole := newFilledFile(t, 1000)
	broken := damageFile(t, whole)
	repaired := 0
	for range 10 {
		path := writeTempFile(t, "ferry.db", string(broken))
		writeFile(t, path+"-wal", nil)
		child, _ := startChild(t, "open", path)
		death := time.AfterFunc(rand.N(150*time.Millisecond), func() { _ = child.Process.Kill() })
		_ = child.Wait() // killed, or done before that
		death.Stop()

		store := openDB(t, path)
		if !store.Recovery().Happened() {
			t.Error("the user would never hear of it")
		}
		repaired = max(repaired, store.Recovery().Salvaged)
		if repaired < 500 {
			t.Errorf("recovery is %+v, and two thirds of 1000 transfers were whole", store.Recovery())
		}
		checkUsable(t, store, repaired)
		closeDB(t, store)
		if kept, err := os.ReadFile(store.Recovery().SetAside); err != nil || !bytes.Equal(kept, broken) {
			t.Errorf("the damaged file was not kept, %v", err)
		}
	}
}

func TestATruncatedFileIsSetAside(t *testing.T) {
	t.Parallel()
	path := newFilledFile(t, 2000)
	if err := os.Truncate(path, 3*4096); err != nil {
		t.Fatal(err)
	}
	writeFile(t, path+"-wal", nil)
	store := openDB(t, path)
	defer closeDB(t, store)
	if !store.Recovery().Happened() {
		t.Error("nothing was said")
	}
	checkUsable(t, store, store.Recovery().Salvaged)
}

func TestALogWithoutItsDatabaseIsSetAside(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	writeFile(t, path+"-wal", []byte("somebody's log"))
	store := openDB(t, path)
	defer closeDB(t, store)
	aside := store.Recovery().SetAside
	if kept, err := os.ReadFile(aside + "-wal"); err != nil || string(kept) != "somebody's log" {
		t.Errorf("the log was not kept: %q, %v", kept, err)
	}
	checkUsable(t, store, 0)
}

func TestAnyDamageLeadsBackToAWorkingStore(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(newFilledFile(t, 300))
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 0))
		broken := bytes.Clone(whole)
		for range 1 + random.IntN(200) {
			broken[100+random.IntN(len(broken)-100)] = byte(random.Uint32())
		}
		path := writeTempFile(t, "ferry.db", string(broken))
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

func TestAFullDiskSavesNothingAndMends(t *testing.T) {
	t.Parallel()
	store, _ := newFilledDB(t, 10)
	pages, err := db.QueryValue[int](store, "PRAGMA page_count")
	if err != nil {
		t.Fatal(err)
	}
	limitPages(t, store, pages+3)
	err = store.Save(t.Context(), uploader.Changes{Transfers: sampleTransfers(10, 1000)})
	if !errors.Is(err, db.ErrFull) || !fault.Is(err, fault.LocalDisk) {
		t.Errorf("save returned %v", err)
	}
	limitPages(t, store, 1<<30)
	checkUsable(t, store, 10)
}

func limitPages(t *testing.T, store *db.DB, pages int) {
	t.Helper()
	if err := db.Exec(store, fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
		t.Fatal(err)
	}
}

// checkUsable expects that many transfers, saves one more and finds it again.
func checkUsable(t *testing.T, store *db.DB, want int) {
	t.Helper()
	before, err := store.Load(t.Context())
	if err != nil || len(before.Transfers) != want {
		t.Fatalf("loaded %d transfers, want %d, %v", len(before.Transfers), want, err)
	}
	save(t, store, uploader.Changes{Transfers: sampleTransfers(before.NextID-1, 1)})
	after, err := store.Load(t.Context())
	if err != nil || len(after.Transfers) != want+1 {
		t.Fatalf("loaded %d transfers, want %d, %v", len(after.Transfers), want+1, err)
	}
}

// newFilledFile is a closed database with that many transfers.
func newFilledFile(t *testing.T, count int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store := openDB(t, path)
	save(t, store, uploader.Changes{Transfers: sampleTransfers(0, count)})
	closeDB(t, store)
	return path
}

// damageFile breaks the file's middle third and returns what it is now.
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
