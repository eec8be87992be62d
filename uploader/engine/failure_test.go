package engine_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestSaveFailureDoesNotStopUpload(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.store.FailFrom(1)
	err := h.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: testServer, Paths: []string{path + "2"}})
	if !fault.Is(err, fault.LocalDisk) {
		t.Errorf("add with a failing store: got %v, want fault.LocalDisk", err)
	}
	proxy.Restore(t)
	h.waitState(uploader.StateDone)
	if h.engine.Snapshot().StoreFault == nil {
		t.Error("save failure is not reported")
	}
	h.store.FailFrom(1 << 30)
	h.waitFor("saves to succeed", func(s *uploader.Snapshot) bool { return s.StoreFault == nil })
	wantStored(t, server, path)
}

func TestSaveFailureOfOneTransferDoesNotBlockOthers(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "raws")
	createFiles(t, folder, "a", "b", "unsavable", "c", "d")
	unsavable := func(transfer *uploader.Transfer) bool { return transfer.Source.Name() == "unsavable" }
	h.store.FailSaves(unsavable)
	batch := h.add(folder)
	h.waitFor("4 done, 1 failed and no save error", func(s *uploader.Snapshot) bool {
		return s.BatchTotals[batch].Count[uploader.StateDone] == 4 && s.BatchTotals[batch].Count[uploader.StateFailed] == 1 && s.StoreFault == nil
	})
	for transfer := range h.engine.Snapshot().Transfers.Values() {
		if unsavable(transfer) && !fault.Is(transfer.Fault, fault.LocalDisk) {
			t.Errorf("unsavable transfer has fault %v, want fault.LocalDisk", transfer.Fault)
		}
	}
	saved, err := h.store.Load(t.Context())
	if err != nil || saved.Transfers.Len() != 4 {
		t.Errorf("%d transfers are saved (%v), want 4", saved.Transfers.Len(), err)
	}
	h.store.FailSaves(nil)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitFor("5 files done", func(s *uploader.Snapshot) bool { return s.BatchTotals[batch].Count[uploader.StateDone] == 5 })
	h.restart()
	if got := len(h.waitFinal(batch)); got != 5 {
		t.Errorf("%d transfers after a restart, want 5", got)
	}
}

func TestSaveFailureDuringUploadKeepsProgress(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.store.FailSaves(func(transfer *uploader.Transfer) bool { return transfer.Source.Path == path })
	failed := h.waitState(uploader.StateFailed)
	h.waitFor("no running worker", func(s *uploader.Snapshot) bool { return s.Totals.Active == 0 })
	h.store.FailSaves(nil)
	proxy.Restore(t)
	h.doWithRetry(uploader.Retry{Target: uploader.TargetAll()})
	h.waitFor("1 done and no save error", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == 1 && s.StoreFault == nil })
	if transfer := h.engine.Snapshot().Transfer(failed.ID); transfer.ResumedFrom == 0 {
		t.Error("upload started over")
	}
	wantStored(t, server, path)
}

// TestRemoveAfterSaveFailureStopsWorker removes a transfer that cannot be saved
// while its worker waits for the response to a HEAD request.
func TestRemoveAfterSaveFailureStopsWorker(t *testing.T) {
	t.Parallel()
	received, respond := make(chan struct{}, 8), make(chan struct{})
	server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodHead {
			received <- struct{}{}
			<-respond
		}
		next.ServeHTTP(w, r)
	}))
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.Throttle(1 << 20)
	path := createFile(t, "film.mov", 36<<20)
	h.add(path)
	h.waitFor("1 MiB sent", func(s *uploader.Snapshot) bool { return s.Totals.Pending > 0 && s.Totals.Left < 35<<20 })
	h.store.FailSaves(func(transfer *uploader.Transfer) bool { return transfer.Source.Path == path })
	<-received
	h.doWithRetry(uploader.Remove{Target: uploader.TargetAll()})
	h.waitFor("an empty list", func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 0 })
	close(respond)
	h.waitFor("no running worker", func(s *uploader.Snapshot) bool { return s.Totals.Active == 0 })
}

// TestScanFailureIsReported adds a file that was moved, while the proof of what was sent of
// it cannot be read.
func TestScanFailureIsReported(t *testing.T) {
	t.Parallel()
	h, _, proxy, path := startSlowUpload(t)
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	paused := h.waitState(uploader.StatePaused)
	proxy.Restore(t)
	errProof := errors.New("proof not read")
	h.stop()
	failing := &failingProofStore{Store: h.store}
	h.configure = func(c *engine.Config) { c.Store = failing }
	h.start()
	h.waitLoaded()
	failing.setErr(errProof)
	to := filepath.Join(t.TempDir(), "moved.mov")
	moveFile(t, path, to)
	batch := h.add(to)
	s := h.waitFor("an engine error", func(s *uploader.Snapshot) bool { return s.StoreFault != nil })
	if !errors.Is(s.StoreFault, errProof) {
		t.Errorf("engine error is %v", s.StoreFault)
	}
	failing.setErr(nil)
	if transfers := h.waitFinal(batch); len(transfers) != 1 || transfers[0].ID != paused.ID {
		t.Errorf("transfers are %s, want only %d", describe(h.engine.Snapshot()), paused.ID)
	}
	h.waitFor("no engine error", func(s *uploader.Snapshot) bool { return s.StoreFault == nil })
}

// failingProofStore is a store whose Proof fails with err, if it is set.
type failingProofStore struct {
	*uploadtest.Store
	err atomic.Pointer[error]
}

func (s *failingProofStore) setErr(err error) { s.err.Store(&err) }

func (s *failingProofStore) Proof(ctx context.Context, id uploader.TransferID) (source.Proof, error) {
	if err := s.err.Load(); err != nil && *err != nil {
		return nil, fault.New(fault.LocalDisk, fault.Load, *err)
	}
	return s.Store.Proof(ctx, id)
}

// TestRecoveryFromAnyStoreFailure fails the first access to the store, in the next
// run the second, and so on until a run has fewer accesses. Each run must upload
// every file once.
func TestRecoveryFromAnyStoreFailure(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	for n := 1; ; n++ {
		h := &harness{t: t, store: uploadtest.NewStore(), endpoint: server.Endpoint}
		h.start()
		h.waitLoaded()
		h.store.FailOn(n)
		paths := []string{createFile(t, "large.bin", 2<<20), createFile(t, "small.bin", 10)}
		before := len(server.Stored(t))
		h.doWithRetry(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: server.Endpoint}})
		batch := uploader.NewBatchID()
		h.doWithRetry(uploader.Add{Batch: batch, Server: testServer, Paths: paths})
		h.waitFinal(batch)
		h.waitFor("no save error", func(s *uploader.Snapshot) bool { return s.StoreFault == nil })
		used := h.store.Accesses() >= n
		h.stop()
		h.store.FailOn(0)
		h.start()
		for _, transfer := range h.waitFinal(batch) {
			if transfer.Phase != uploader.PhaseDone {
				t.Fatalf("with access %d failed: %s is %v after a restart", n, transfer.Source.Name(), transfer.Phase)
			}
		}
		h.stop()
		if created := len(server.Stored(t)) - before; created != len(paths) {
			t.Fatalf("with access %d failed: %d uploads of %d files", n, created, len(paths))
		}
		if !used {
			t.Logf("%d accesses", n-1)
			return
		}
	}
}

// TestRecoveryFromAnyFileFailure fails the first access to the source files, in the
// next run the second, and so on until a run has fewer accesses. After a retry each
// run must have uploaded every file once.
func TestRecoveryFromAnyFileFailure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		strategy source.Strategy
		err      error
	}{
		{"metadata fingerprints", source.Metadata, uploadtest.ErrDisk},
		{"content fingerprints", source.Content, uploadtest.ErrDisk},
		{"too many open files", source.Metadata, syscall.EMFILE},
		{"interrupted read", source.Metadata, syscall.EIO},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			testFileFailures(t, c.strategy, c.err)
		})
	}
}

func testFileFailures(t *testing.T, strategy source.Strategy, failure error) {
	t.Helper()
	server := uploadtest.NewTusd(t)
	folder := filepath.Join(t.TempDir(), "raws")
	createFiles(t, folder, "a", "b")
	moveFile(t, createFile(t, "large.bin", 1<<20+1), filepath.Join(folder, "large.bin"))
	disk := &uploadtest.Disk{}
	disk.FailWith(failure)
	for n := 1; ; n++ {
		h := &harness{t: t, store: uploadtest.NewStore(), endpoint: server.Endpoint}
		h.configure = func(c *engine.Config) { c.Disk, c.Fingerprint = source.NewDisk(disk), strategy }
		h.start()
		h.do(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: server.Endpoint}})
		before := completeUploads(t, server)
		disk.FailOn(n)
		batch := h.add(folder)
		h.retryWaiting()
		failed := 0
		for _, transfer := range h.waitFinal(batch) {
			if transfer.Phase != uploader.PhaseDone {
				failed++
			}
		}
		used := disk.Accesses() >= n
		disk.FailOn(0)
		if failed > 1 {
			t.Errorf("with access %d failed: want at most 1 failed transfer, got %s", n, describe(h.engine.Snapshot()))
		}
		h.restart()
		h.waitLoaded()
		h.do(uploader.Retry{Target: uploader.TargetAll()})
		transfers := h.waitFinal(batch)
		if len(transfers) != 3 {
			t.Fatalf("with access %d failed: %d transfers, want 3: %s", n, len(transfers), describe(h.engine.Snapshot()))
		}
		for _, transfer := range transfers {
			if transfer.Phase != uploader.PhaseDone {
				t.Fatalf("with access %d failed: %s is %v: %v", n, transfer.Source.Name(), transfer.Phase, transfer.Fault)
			}
		}
		h.stop()
		for name, created := range completeUploads(t, server) {
			if got := created - before[name]; got != 1 {
				t.Fatalf("with access %d failed: %q was uploaded %d times", n, name, got)
			}
		}
		if !used {
			t.Logf("%d accesses", n-1)
			return
		}
	}
}

// completeUploads counts the complete uploads by SHA-256. It ignores uploads whose
// creation was interrupted before the response.
func completeUploads(t *testing.T, server *uploadtest.Tusd) map[string]int {
	t.Helper()
	complete := map[string]int{}
	for _, f := range server.Stored(t) {
		if f.Size == f.Length {
			complete[f.SHA256]++
		}
	}
	return complete
}
