package engine_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestRecentlyModifiedFileWaitsThenUploads(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarnessWith(t, server.Endpoint, func(s *uploader.Settings) { s.SettleTime = time.Second })
	path := createFile(t, "log.txt", 1000)
	h.add(path)
	transfer := h.waitState(uploader.StateWaiting)
	if transfer.Fault == nil || transfer.Fault.Kind != fault.SourceBusy || !transfer.Started.IsZero() {
		t.Errorf("fault %v, started %v; want fault.SourceBusy and not started", transfer.Fault, transfer.Started)
	}
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
}

func TestFileGrowingWhileWaitingIsUploadedWhole(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarnessWith(t, server.Endpoint, func(s *uploader.Settings) { s.SettleTime = time.Second })
	path := createFile(t, "log.txt", 1000)
	h.add(path)
	h.waitState(uploader.StateWaiting)
	editFile(t, path, 1000)
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
}

func TestRecentlyModifiedFilesWaitConcurrently(t *testing.T) {
	t.Parallel()
	const files = 300
	server := uploadtest.NewTusd(t)
	h := newHarnessWith(t, server.Endpoint, func(s *uploader.Settings) { s.SettleTime = time.Hour })
	folder := filepath.Join(t.TempDir(), "notes")
	createNumberedFiles(t, folder, files)
	h.add(folder)
	s := h.waitCount(uploader.StateWaiting, files)
	for transfer := range s.Transfers.Values() {
		if transfer.Phase != uploader.PhaseWaiting {
			t.Fatalf("%s is %v", transfer.Source.Name(), transfer.Phase)
		}
	}
	noWait := uploader.DefaultSettings()
	noWait.SettleTime = 0
	h.do(uploader.Configure{Settings: noWait})
	h.waitCount(uploader.StateDone, files)
}

// waitForFile adds a file that changed just now to an engine that waits for an hour, and
// returns its batch.
func waitForFile(t *testing.T, h *harness, path string) uploader.BatchID {
	t.Helper()
	batch := h.add(path)
	if transfer := h.waitState(uploader.StateWaiting); !transfer.WaitsForFile() {
		t.Fatalf("phase %v, fault %v; want a wait for the file", transfer.Phase, transfer.Fault)
	}
	return batch
}

func waitAnHour(s *uploader.Settings) { s.SettleTime = time.Hour }

func TestFileIsUploadedAsItIs(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarnessWith(t, server.Endpoint, waitAnHour)
	path := createFile(t, "log.txt", 1000)
	waitForFile(t, h, path)
	editFile(t, path, 500) // the size is that of now
	h.do(uploader.UploadAsIs{Target: uploader.TargetAll()})
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
}

// appendTo appends text to a file, as a program that writes a log does.
func appendTo(t *testing.T, path string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString("one more line\n"); err != nil {
		t.Fatal(err)
	}
}

// TestUploadAsIsOfFileThatGrows: what the file had when its upload began is uploaded, also
// after a restart, a check and a retry. If that differs, the file changed.
func TestUploadAsIsOfFileThatGrows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		options uploader.BatchOptions
		restart bool
		change  func(t *testing.T, path string)
		want    uploader.State
	}{
		{"appended while it is sent", uploader.BatchOptions{}, false, appendTo, uploader.StateDone},
		{"appended before a restart", uploader.BatchOptions{}, true, appendTo, uploader.StateDone},
		{"appended while it is sent in parts", uploader.BatchOptions{Connections: 2}, false, appendTo, uploader.StateDone},
		{"appended before a restart, in parts", uploader.BatchOptions{Connections: 2}, true, appendTo, uploader.StateDone},
		{"batch without a settle time, appended before a restart", uploader.BatchOptions{SettleTime: uploader.NoSettleTime}, true, appendTo, uploader.StateDone},
		{"rewritten and appended", uploader.BatchOptions{}, true, func(t *testing.T, path string) {
			t.Helper()
			editFile(t, path, 1000)
			appendTo(t, path)
		}, uploader.StateChanged},
		{"shortened", uploader.BatchOptions{}, true, func(t *testing.T, path string) {
			t.Helper()
			if err := os.Truncate(path, 12<<20); err != nil {
				t.Fatal(err)
			}
		}, uploader.StateChanged},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t)
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			h := newHarnessWith(t, proxy.URL(server.Endpoint), waitAnHour)
			proxy.HoldEachAfter(6 << 20)
			path := createFile(t, "log.txt", 20<<20)
			began := fileSHA256(t, path)
			h.addWithOptions(c.options, path)
			if c.options.SettleTime == 0 {
				h.waitState(uploader.StateWaiting)
				h.do(uploader.UploadAsIs{Target: uploader.TargetAll()})
			}
			h.waitSent(4 << 20)
			if c.restart {
				h.stop()
			}
			c.change(t, path)
			proxy.Restore(t)
			if c.restart {
				h.start()
			}
			h.waitState(c.want)
			if c.want != uploader.StateDone {
				return
			}
			if stored := server.Stored(t); len(stored) != 1 || stored[0].SHA256 != began {
				t.Errorf("server has %+v, want the file as it was at first", stored)
			}
		})
	}
}

func TestUploadAsIsIsRemembered(t *testing.T) {
	t.Parallel()
	h := newHarnessWith(t, uploadtest.UnusedURL(t), waitAnHour)
	waitForFile(t, h, createFile(t, "log.txt", 1000))
	h.do(uploader.UploadAsIs{Target: uploader.TargetAll()})
	h.waitState(uploader.StateRetrying)
	h.stop()
	h.start()
	if transfer := h.waitState(uploader.StateRetrying); !transfer.AsIs {
		t.Error("AsIs is false after a restart")
	}
}

func TestUploadAsIsLeavesOtherWaits(t *testing.T) {
	t.Parallel()
	h := newHarnessWith(t, uploadtest.UnusedURL(t), waitAnHour)
	path := createFile(t, "log.txt", 1000)
	waitForFile(t, h, path)
	h.do(uploader.UploadAsIs{Target: uploader.TargetAll()})
	h.waitState(uploader.StateRetrying)
	h.do(uploader.EndFileWait{Target: uploader.TargetAll()})
	if transfer := h.engine.Snapshot().Transfers.At(0); transfer.Phase == uploader.PhaseFailed {
		t.Errorf("failed with %v", transfer.Fault)
	}
}

func TestEndedFileWaitFailsAndCanBeRetried(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		command uploader.Command
	}{
		{"as it is", uploader.UploadAsIs{Target: uploader.TargetAll()}},
		{"after the file has settled", uploader.Retry{Target: uploader.TargetAll()}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			h := newHarnessWith(t, server.Endpoint, waitAnHour)
			path := createFile(t, "log.txt", 1000)
			waitForFile(t, h, path)
			h.do(uploader.EndFileWait{Target: uploader.TargetAll()})
			transfer := h.waitState(uploader.StateFailed)
			if transfer.Fault.Kind != fault.SourceBusy || transfer.Fault.Code != fault.CodeFileChanging {
				t.Errorf("fault %v", transfer.Fault)
			}
			old := time.Now().Add(-2 * time.Hour)
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
			h.do(c.command)
			h.waitState(uploader.StateDone)
			wantStored(t, server, path)
		})
	}
}

func TestBatchHasItsOwnSettleTime(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	for _, c := range []struct {
		name           string
		settings, own  time.Duration
		want           uploader.State
		alsoAfterStart bool
	}{
		{"none in place of an hour", time.Hour, uploader.NoSettleTime, uploader.StateDone, false},
		{"an hour in place of none", 0, time.Hour, uploader.StateWaiting, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHarnessWith(t, server.Endpoint, func(s *uploader.Settings) { s.SettleTime = c.settings })
			h.addWithOptions(uploader.BatchOptions{SettleTime: c.own}, createFile(t, "log.txt", 1000))
			h.waitState(c.want)
			if c.alsoAfterStart {
				h.stop()
				h.start()
				h.waitFor("a wait for the file", func(s *uploader.Snapshot) bool {
					return s.Transfers.Len() == 1 && s.Transfers.At(0).Phase == uploader.PhaseWaiting && s.Transfers.At(0).WaitsForFile()
				})
			}
		})
	}
}
