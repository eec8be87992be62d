package db_test

import (
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

// openWithCalendar opens a database whose clock begins on the 1st of March. backUp sets it to
// so many days later and calls BackUpWeekly.
func openWithCalendar(t *testing.T, path string) (store *db.DB, backUp func(day int)) {
	t.Helper()
	var day atomic.Int64
	now := func() time.Time { return time.Date(2026, 3, 1+int(day.Load()), 12, 0, 0, 0, time.UTC) }
	store, err := db.OpenWith(t.Context(), path, db.Migrations(), now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeDB(t, store) })
	return store, func(days int) {
		t.Helper()
		day.Store(int64(days))
		if err := store.BackUpWeekly(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// weeklyBackupDays lists the dates of the weekly backups.
func weeklyBackupDays(t *testing.T, path string) []string {
	t.Helper()
	var days []string
	for _, name := range listFiles(t, filepath.Dir(path)) {
		if _, stamp, ok := strings.Cut(name, ".weekly-"); ok {
			days = append(days, stamp[:8])
		}
	}
	return days
}

func TestBackUpWeekly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		days []int // days after the 1st of March on which BackUpWeekly is called
		want []string
	}{
		{"first backup", []int{0}, []string{"20260301"}},
		{"none within a week of the last", []int{0, 1, 6}, []string{"20260301"}},
		{"next one after a week", []int{0, 7}, []string{"20260301", "20260308"}},
		{"oldest of four removed", []int{0, 7, 14, 21, 28}, []string{"20260315", "20260322", "20260329"}},
		{"made although one is dated in the future", []int{365, 0, 1}, []string{"20260301", "20270301"}},
		{"one dated in the future removed first", []int{365, 0, 7, 14}, []string{"20260301", "20260308", "20260315"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ferry.db")
			_, backUp := openWithCalendar(t, path)
			for _, day := range c.days {
				backUp(day)
			}
			if diff := cmp.Diff(c.want, weeklyBackupDays(t, path)); diff != "" {
				t.Errorf("backups differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBackUpWeeklyDuringSaves(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store, backUp := openWithCalendar(t, path)
	save(t, store, uploader.Changes{Transfers: sampleTransfers(0, 5000)})
	saveErr, stop := make(chan error, 1), make(chan struct{})
	go func() {
		for id := uploader.TransferID(5000); ; id += 2 {
			if err := store.Save(t.Context(), uploader.Changes{Transfers: sampleTransfers(id, 2)}); err != nil {
				saveErr <- err
				return
			}
			select {
			case <-stop:
				saveErr <- nil
				return
			default:
			}
		}
	}()
	for day := 0; day < 70; day += 7 {
		backUp(day)
	}
	close(stop)
	if err := <-saveErr; err != nil {
		t.Errorf("save during a backup: %v", err)
	}
	for _, name := range listFiles(t, filepath.Dir(path)) {
		if strings.Contains(name, ".weekly-") {
			if got := countTransfers(t, filepath.Join(filepath.Dir(path), name)); got < 5000 || got%2 != 0 {
				t.Errorf("%s has %d transfers, want an even number from 5000", name, got)
			}
		}
	}
}

func TestRecoveryUsesNewestBackupOfAnyKind(t *testing.T) {
	t.Parallel()
	path := newFilledFile(t, 2000)
	store := openDB(t, path)
	if err := store.Backup(t.Context(), path+".backup-20260101-000000.000-v1"); err != nil {
		t.Fatal(err)
	}
	save(t, store, uploader.Changes{Transfers: sampleTransfers(2000, 500)})
	if err := store.BackUpWeekly(t.Context()); err != nil {
		t.Fatal(err)
	}
	closeDB(t, store)
	damageFile(t, path)
	writeFile(t, path+"-wal", nil)

	store = openDB(t, path)
	defer closeDB(t, store)
	if restored := store.Recovery().Restored; !strings.Contains(restored, ".weekly-") {
		t.Errorf("restored from %q, want a weekly backup", restored)
	}
	if all, err := store.Load(t.Context()); err != nil || all.Transfers.Len() != 2500 {
		t.Errorf("loaded %d transfers, %v; want 2500", all.Transfers.Len(), err)
	}
}
