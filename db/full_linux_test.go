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

// TestEngineWithFullDisk has the profile on a small file system that becomes full during
// uploads, and later has space again.
func TestEngineWithFullDisk(t *testing.T) {
	t.Parallel()
	disk := mountSmallDisk(t)
	run := startUploads(t, disk)
	ballast := filepath.Join(disk, "ballast")
	fillDisk(t, ballast)
	folder := t.TempDir()
	for i := range 300 {
		writeFile(t, filepath.Join(folder, strings.Repeat("long name ", 20)+string(rune('a'+i%26))+strings.Repeat("x", i/26)), []byte("x"))
	}
	// The write-ahead log may have space allocated for this save.
	err := run.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: []string{folder}})
	if err != nil && !errors.Is(err, db.ErrFull) {
		t.Fatal(err)
	}
	waitUntil(t, run.engine, "a store error", func(s *uploader.Snapshot) bool { return s.StoreFault != nil })
	if err := run.engine.Snapshot().StoreFault; !errors.Is(err, db.ErrFull) {
		t.Errorf("store error %v, want %v", err, db.ErrFull)
	}

	run.proxy.Restore(t)
	waitUntil(t, run.engine, "both uploads", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] >= 2 })
	if failed := run.engine.Snapshot().Totals.Count[uploader.StateFailed]; failed > 0 {
		t.Errorf("%d transfers failed, want 0", failed)
	}

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	run.waitDone(t, 302)
	run.checkComplete(t, 302)
}

// mountSmallDisk mounts an 8 MiB file system and returns its path. It skips the test if
// mounting is not permitted.
func mountSmallDisk(t *testing.T) string {
	t.Helper()
	disk := t.TempDir()
	switch err := syscall.Mount("ferry-test", disk, "tmpfs", 0, "size=8m,mode=700"); {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES):
		t.Skipf("mount is not permitted: %v", err)
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

// fillDisk writes to path until the disk is full.
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
