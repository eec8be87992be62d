package db_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

// openWithCalendar is a store whose clock a test sets.
func openWithCalendar(t *testing.T, path string) (store *db.DB, at func(day int)) {
	t.Helper()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	begin := now
	store, err := db.OpenWith(t.Context(), path, db.Migrations(), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeDB(t, store) })
	return store, func(day int) {
		t.Helper()
		now = begin.AddDate(0, 0, day)
		if err := store.BackUpWeekly(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// weeklyBackupDays lists the days in March, or later, of the weekly backups.
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

func TestAWeeklyBackup(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		days []int // after the 1st of March on which it is looked whether one is due
		want []string
	}{
		{"is made when there is none", []int{0}, []string{"20260301"}},
		{"is not made again within the week", []int{0, 1, 6}, []string{"20260301"}},
		{"is made again after a week", []int{0, 7}, []string{"20260301", "20260308"}},
		{"takes the place of the oldest of three", []int{0, 7, 14, 21, 28}, []string{"20260315", "20260322", "20260329"}},
		{"is made although one seems to be from the future", []int{365, 0, 1}, []string{"20260301", "20270301"}},
		{"drops the one from the future first", []int{365, 0, 7, 14}, []string{"20260301", "20260308", "20260315"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ferry.db")
			_, at := openWithCalendar(t, path)
			for _, day := range c.days {
				at(day)
			}
			if diff := cmp.Diff(c.want, weeklyBackupDays(t, path)); diff != "" {
				t.Errorf("want (-) and kept (+) differ:\n%s", diff)
			}
		})
	}
}

func TestAWeeklyBackupIsMadeWhileOthersWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ferry.db")
	store, at := openWithCalendar(t, path)
	save(t, store, uploader.Changes{Transfers: sampleTransfers(0, 5000)})
	written, enough := make(chan error, 1), make(chan struct{})
	go func() {
		for id := uploader.TransferID(5000); ; id += 2 {
			if err := store.Save(t.Context(), uploader.Changes{Transfers: sampleTransfers(id, 2)}); err != nil {
				written <- err
				return
			}
			select {
			case <-enough:
				written <- nil
				return
			default:
			}
		}
	}()
	for day := 0; day < 70; day += 7 {
		at(day)
	}
	close(enough)
	if err := <-written; err != nil {
		t.Errorf("a change was not saved meanwhile: %v", err)
	}
	for _, name := range listFiles(t, filepath.Dir(path)) {
		if strings.Contains(name, ".weekly-") {
			if got := countTransfers(t, filepath.Join(filepath.Dir(path), name)); got < 5000 || got%2 != 0 {
				t.Errorf("%s has %d transfers, which were saved two by two", name, got)
			}
		}
	}
}

func TestADamagedFileIsRestoredFromTheNewestBackupOfAnyKind(t *testing.T) {
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
		t.Errorf("restored from %q", restored)
	}
	if all, err := store.Load(t.Context()); err != nil || len(all.Transfers) != 2500 {
		t.Errorf("loaded %d transfers of 2500, %v", len(all.Transfers), err)
	}
}
