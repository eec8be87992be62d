package engine_test

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// driveHarness is a harness with a limit of one large file at a time, on a disk whose calls
// can block.
type driveHarness struct {
	*harness
	server *uploadtest.Tusd
	proxy  *uploadtest.Proxy
	disk   *uploadtest.Disk
	system source.FileSystem // replaces the disk in the configuration, unless nil
}

func newDriveHarness(t *testing.T) *driveHarness {
	t.Helper()
	h := &driveHarness{server: uploadtest.NewTusd(t), disk: &uploadtest.Disk{}}
	h.proxy = uploadtest.NewProxy(t, h.server.Endpoint)
	h.harness = newHarness(t, h.proxy.URL(h.server.Endpoint))
	h.system = h.disk
	h.harness.stop()
	h.configure = func(c *engine.Config) {
		settings := testSettings(func(s *uploader.Settings) { s.MaxFiles = 1 })
		c.Settings, c.Disk, c.DriveTimeout = &settings, source.NewDisk(h.system), 20*time.Millisecond
	}
	h.start()
	h.waitLoaded()
	return h
}

// addPaused adds a file that was scanned and is paused before an upload was created.
func (h *driveHarness) addPaused(path string) uploader.BatchID {
	h.t.Helper()
	h.proxy.Refuse()
	batch := h.add(path)
	h.waitState(uploader.StateRetrying)
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	h.waitState(uploader.StatePaused)
	h.proxy.Restore(h.t)
	return batch
}

// waitForDrive waits until the transfer of a file waits for its drive, and returns the
// fault.
func (h *driveHarness) waitForDrive(path string) (found *fault.Fault) {
	h.t.Helper()
	h.waitFor(path+" to wait for its drive", func(s *uploader.Snapshot) bool {
		for t := range s.Transfers.Values() {
			if t.Source.Path == path {
				found = s.Wait(t)
			}
		}
		return found != nil
	})
	return found
}

// TestDriveThatDoesNotRespondIsReported blocks the calls for a file in each phase of its
// upload. That is reported until they return, and then the upload continues.
func TestDriveThatDoesNotRespondIsReported(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		hang   func(disk *uploadtest.Disk, path string) (release func())
		sha256 bool
	}{
		{"read", (*uploadtest.Disk).Hang, false},
		{"hash before sending", (*uploadtest.Disk).Hang, true},
		{"stat and open", (*uploadtest.Disk).HangDrive, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newDriveHarness(t)
			settings := testSettings(func(s *uploader.Settings) { s.MaxFiles, s.SendSHA256 = 1, c.sha256 })
			h.do(uploader.Configure{Settings: settings})
			path := createFile(t, "film.mov", 4<<20)
			batch := h.addPaused(path)
			release := c.hang(h.disk, path)
			t.Cleanup(release)
			h.do(uploader.Resume{Target: uploader.TargetAll()})
			if f := h.waitForDrive(path); f.Kind != fault.SourceBusy || f.Code != fault.CodeDriveHangs {
				t.Errorf("fault is %v", f)
			}
			if totals := h.engine.Snapshot().BatchTotals[batch]; totals.Wait == nil {
				t.Error("the totals of the batch have no wait")
			}
			release()
			transfer := h.waitFinal(batch)[0]
			if s := h.engine.Snapshot(); transfer.Phase != uploader.PhaseDone || transfer.Attempt != 0 || s.Wait(transfer) != nil {
				t.Errorf("phase %v, fault %v", transfer.Phase, transfer.Fault)
			}
			h.waitFor("all drives to respond", func(s *uploader.Snapshot) bool { return len(s.Drives) == 0 })
			wantStored(t, h.server, path)
		})
	}
}

// TestScanOfDriveThatDoesNotRespondIsReported: the scans of other batches are not kept
// waiting.
func TestScanOfDriveThatDoesNotRespondIsReported(t *testing.T) {
	t.Parallel()
	h := newDriveHarness(t)
	folder, other := filepath.Join(t.TempDir(), "raws"), createFile(t, "other.bin", 10)
	createFiles(t, folder, "a", "b")
	release := h.disk.HangDrive(folder)
	t.Cleanup(release)
	batch := h.add(folder)
	s := h.waitFor("the scan to wait for its drive", func(s *uploader.Snapshot) bool { return s.ScanFaults[batch] != nil })
	if f := s.ScanFaults[batch]; f.Code != fault.CodeDriveHangs {
		t.Errorf("fault is %v", f)
	}
	h.waitFinal(h.add(other))
	if s := h.engine.Snapshot(); s.ScanFaults[batch] == nil || s.Batches[batch].Scanned {
		t.Error("the scan does not wait for its drive any more")
	}
	release()
	if got := len(h.waitFinal(batch)); got != 2 {
		t.Errorf("%d files were found, want 2", got)
	}
	h.waitFor("no scan to wait", func(s *uploader.Snapshot) bool { return len(s.ScanFaults) == 0 })
	wantStored(t, h.server, filepath.Join(folder, "a"), filepath.Join(folder, "b"), other)
}

// TestScanWaitsForWhatCannotBeReadNow: what was added is found once it can be read, without
// the user, and the scans of other batches are not kept waiting.
func TestScanWaitsForWhatCannotBeReadNow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		add    string // relative to the test's folder
		broken string
		err    syscall.Errno
		code   string
	}{
		{"folder, no more open files", "raws", "raws", syscall.EMFILE, fault.CodeExhausted},
		{"subfolder, no more open files", "raws", "raws/b", syscall.ENFILE, fault.CodeExhausted},
		{"folder, drive not connected", "raws", "raws", uploadtest.DriveErrors()[1], fault.CodeDriveMissing},
		{"file, drive not connected", "raws/a", "raws", uploadtest.DriveErrors()[0], fault.CodeDriveMissing},
		{"folder, read error", "raws", "raws", syscall.EIO, ""},
		{"folder, interrupted call", "raws", "raws", syscall.EINTR, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newDriveHarness(t)
			dir, other := t.TempDir(), createFile(t, "other.bin", 10)
			createFiles(t, filepath.Join(dir, "raws"), "a")
			want := []string{filepath.Join(dir, "raws", "a"), other}
			if c.add == "raws" {
				createFiles(t, filepath.Join(dir, "raws", "b"), "c")
				want = append(want, filepath.Join(dir, "raws", "b", "c"))
			}
			h.disk.Break(filepath.Join(dir, filepath.FromSlash(c.broken)), c.err)
			batch := h.add(filepath.Join(dir, filepath.FromSlash(c.add)))
			s := h.waitFor("the scan to wait", func(s *uploader.Snapshot) bool { return s.ScanFaults[batch] != nil })
			if f := s.ScanFaults[batch]; f.Code != c.code {
				t.Errorf("fault is %v with code %q, want %q", f, f.Code, c.code)
			}
			h.waitFinal(h.add(other))
			h.disk.Break("", nil)
			h.waitFinal(batch)
			wantStored(t, h.server, want...)
		})
	}
}

func TestScanThatWaitsForADriveCanBeStopped(t *testing.T) {
	t.Parallel()
	h := newDriveHarness(t)
	folder := filepath.Join(t.TempDir(), "raws")
	createFiles(t, folder, "a")
	release := h.disk.HangDrive(folder)
	t.Cleanup(release)
	batch := h.add(folder)
	h.waitFor("the scan to wait for its drive", func(s *uploader.Snapshot) bool { return s.ScanFaults[batch] != nil })
	h.waitFinal(h.add(createFile(t, "other.bin", 10))) // postpones it
	h.do(uploader.StopScan{Batch: batch})
	release()
	h.waitFor("no scan to wait", func(s *uploader.Snapshot) bool {
		return len(s.ScanFaults) == 0 && (s.Batches[batch] == nil || s.Batches[batch].Scanned)
	})
}

// TestAllScansOfABlockedBatchContinue: while a scan of a folder waits for its drive, another
// folder of the same batch is to be scanned as well.
func TestAllScansOfABlockedBatchContinue(t *testing.T) {
	t.Parallel()
	h := newDriveHarness(t)
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	blocked := filepath.Join(first, "blocked")
	createFiles(t, blocked, "a")
	createFiles(t, second, "b")
	h.disk.Break(dir, syscall.EACCES)
	batch := h.add(first, second)
	h.waitFinal(batch) // neither folder can be read
	h.disk.Break("", nil)
	release := h.disk.HangDrive(blocked) // the command to retry reads the folders above
	t.Cleanup(release)
	var others []string
	for _, folder := range []string{first, second} {
		for _, transfer := range h.engine.Snapshot().Transfers.All() {
			if transfer.Source.Path == folder {
				h.do(uploader.Retry{Target: uploader.TargetTransfers(transfer.ID)})
			}
		}
		h.waitFor("the scan to wait for its drive", func(s *uploader.Snapshot) bool { return s.ScanFaults[batch] != nil })
		others = append(others, createFile(t, filepath.Base(folder)+".bin", 10))
		h.waitFinal(h.add(others[len(others)-1])) // postpones the scan
	}
	release()
	h.waitFinal(batch)
	wantStored(t, h.server, append(others, filepath.Join(blocked, "a"), filepath.Join(second, "b"))...)
}

// TestReadErrorIsRetried: a drive that reports an error may recover.
func TestReadErrorIsRetried(t *testing.T) {
	t.Parallel()
	h := newDriveHarness(t)
	path := createFile(t, "film.mov", 4<<20)
	h.addPaused(path)
	h.disk.Break(path, syscall.EIO)
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	h.waitFor("an attempt that failed", func(s *uploader.Snapshot) bool {
		t := s.Transfers.At(0)
		return t.State() == uploader.StateRetrying && fault.Is(t.Fault, fault.LocalDisk)
	})
	h.disk.Break(path, nil)
	h.retryUntil("the upload to be done", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == 1 })
	wantStored(t, h.server, path)
}

func TestPermanentReadErrorFails(t *testing.T) {
	t.Parallel()
	h := newDriveHarness(t)
	path := createFile(t, "film.mov", 4<<20)
	h.addPaused(path)
	h.disk.Break(path, syscall.EIO)
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	if transfer := h.waitState(uploader.StateFailed); !fault.Is(transfer.Fault, fault.LocalDisk) || transfer.Attempt < 3 {
		t.Errorf("fault %v after %d attempts", transfer.Fault, transfer.Attempt)
	}
}

// TestMissingDriveIsAwaited disconnects the drive of a file in its upload.
func TestMissingDriveIsAwaited(t *testing.T) {
	t.Parallel()
	for _, errno := range uploadtest.DriveErrors() {
		t.Run(errno.Error(), func(t *testing.T) {
			t.Parallel()
			h := newDriveHarness(t)
			path := createFile(t, "film.mov", 40<<20) // more than buffers can take
			h.proxy.HoldEachAfter(6 << 20)
			batch := h.add(path)
			h.waitStored(h.server, 3<<20)
			h.disk.Break(path, errno)
			h.proxy.HoldEachAfter(0)
			h.waitFor("an attempt that failed", func(s *uploader.Snapshot) bool {
				t := s.Transfers.At(0)
				return t.State() == uploader.StateRetrying && t.Fault.Code == fault.CodeDriveMissing
			})
			h.disk.Break(path, nil)
			h.retryUntil("the upload to be done", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == 1 })
			if transfer := h.waitFinal(batch)[0]; transfer.ResumedFrom == 0 {
				t.Error("upload started over")
			}
			wantStored(t, h.server, path)
		})
	}
}
