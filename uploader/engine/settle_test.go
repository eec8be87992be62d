package engine_test

import (
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
	for _, transfer := range s.Transfers {
		if transfer.Phase != uploader.PhaseWaiting {
			t.Fatalf("%s is %v", transfer.Source.Name(), transfer.Phase)
		}
	}
	noWait := uploader.DefaultSettings()
	noWait.SettleTime = 0
	h.do(uploader.Configure{Settings: noWait})
	h.waitCount(uploader.StateDone, files)
}
