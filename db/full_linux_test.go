package db_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

// TestADiskThatIsReallyFull has the profile on a small disk that something else
// fills to its last byte while films are under way, and that has room again later.
func TestADiskThatIsReallyFull(t *testing.T) {
	t.Parallel()
	disk := mountSmallDisk(t)
	v := startUploads(t, disk)
	ballast := filepath.Join(disk, "ballast")
	fillDisk(t, ballast)
	folder := t.TempDir()
	for i := range 300 {
		writeFile(t, filepath.Join(folder, strings.Repeat("long name ", 20)+string(rune('a'+i%26))+strings.Repeat("x", i/26)), []byte("x"))
	}
	// What the write-ahead log has room for already may still be saved.
	err := v.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: []string{folder}})
	if err != nil && !errors.Is(err, db.ErrFull) {
		t.Fatal(err)
	}
	waitUntil(t, v.engine, "a full disk", func(s *uploader.Snapshot) bool { return s.Trouble != nil })
	if trouble := v.engine.Snapshot().Trouble; !errors.Is(trouble, db.ErrFull) {
		t.Errorf("the trouble is %v", trouble)
	}

	v.proxy.Heal(t)
	waitUntil(t, v.engine, "both films", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] >= 2 })
	if failed := v.engine.Snapshot().Totals.Count[uploader.StateFailed]; failed > 0 {
		t.Errorf("%d transfers failed for want of room", failed)
	}

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	v.waitDone(t, 302)
	v.checkComplete(t, 302)
}

// mountSmallDisk is a file system of its own.
func mountSmallDisk(t *testing.T) string {
	t.Helper()
	disk := t.TempDir()
	switch err := syscall.Mount("ferry-test", disk, "tmpfs", 0, "size=8m,mode=700"); {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES):
		t.Skipf("a disk of its own needs the right to mount one: %v", err)
	case err != nil:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return disk
}

// fillDisk writes until there is no room for a byte more.
func fillDisk(t *testing.T, path string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for size := 1 << 20; size > 0; {
		if _, err := file.Write(make([]byte, size)); err != nil {
			if !errors.Is(err, syscall.ENOSPC) {
				t.Fatal(err)
			}
			size /= 2
		}
	}
}
