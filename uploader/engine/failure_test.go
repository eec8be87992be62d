package engine_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestRecoveryFromAnyStoreFailure fails the first access to the store, in the next
// run the second, and so on until a run has fewer accesses. Each run must upload
// every file once.
func TestRecoveryFromAnyStoreFailure(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	for n := 1; ; n++ {
		h := &harness{t: t, store: uploadtest.NewStore(), endpoint: server.Endpoint}
		h.start()
		h.waitFor("the first snapshot", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
		h.store.FailOn(n)
		paths := []string{createFile(t, "large.bin", 2<<20), createFile(t, "small.bin", 10)}
		before := len(server.Stored(t))
		h.doWithRetry(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: server.Endpoint}})
		batch := uploader.NewBatchID()
		h.doWithRetry(uploader.Add{Batch: batch, Server: testServer, Paths: paths})
		h.waitFinal(batch)
		h.waitFor("no save error", func(s *uploader.Snapshot) bool { return s.Trouble == nil })
		used := h.store.Accesses() >= n
		h.stop()
		h.store.FailOn(0)
		h.start()
		for _, row := range h.waitFinal(batch) {
			if row.Phase != uploader.PhaseDone {
				t.Fatalf("with access %d failed: %s is %v after a restart", n, row.Source.Name(), row.Phase)
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

// doWithRetry runs a command until it succeeds.
func (h *harness) doWithRetry(command uploader.Command) {
	h.t.Helper()
	for range 5 {
		err := h.engine.Do(h.t.Context(), command)
		if err == nil {
			return
		}
		if errors.Is(err, engine.ErrStopped) {
			h.t.Fatal(err)
		}
		h.waitFor("saves to succeed", func(s *uploader.Snapshot) bool { return s.Trouble == nil })
	}
	h.t.Fatalf("%T still fails after 5 tries", command)
}

// TestRecoveryFromAnyFileFailure fails the first access to the source files, in the
// next run the second, and so on until a run has fewer accesses. After a retry each
// run must have uploaded every file once.
func TestRecoveryFromAnyFileFailure(t *testing.T) {
	t.Parallel()
	for name, strategy := range map[string]source.Strategy{"metadata fingerprints": source.Metadata, "content fingerprints": source.Content} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testFileFailures(t, strategy)
		})
	}
}

func testFileFailures(t *testing.T, strategy source.Strategy) {
	t.Helper()
	server := uploadtest.NewTusd(t)
	folder := filepath.Join(t.TempDir(), "raws")
	createFiles(t, folder, "a", "b")
	moveFile(t, createFile(t, "large.bin", 1<<20+1), filepath.Join(folder, "large.bin"))
	disk := &uploadtest.Disk{}
	for n := 1; ; n++ {
		h := &harness{t: t, store: uploadtest.NewStore(), endpoint: server.Endpoint}
		h.configure = func(c *engine.Config) { c.Disk, c.Fingerprint = source.NewDisk(disk), strategy }
		h.start()
		h.do(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: server.Endpoint}})
		before := completeUploads(t, server)
		disk.FailOn(n)
		batch := h.add(folder)
		failed := 0
		for _, row := range h.waitFinal(batch) {
			if row.Phase != uploader.PhaseDone {
				failed++
			}
		}
		used := disk.Accesses() >= n
		disk.FailOn(0)
		if failed > 1 {
			t.Errorf("with access %d failed: want at most 1 failed transfer, got %s", n, describe(h.engine.Snapshot()))
		}
		h.restart()
		h.waitFor("the first snapshot", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
		h.do(uploader.Retry{Target: uploader.Everything()})
		rows := h.waitFinal(batch)
		if len(rows) != 3 {
			t.Fatalf("with access %d failed: %d transfers, want 3: %s", n, len(rows), describe(h.engine.Snapshot()))
		}
		for _, row := range rows {
			if row.Phase != uploader.PhaseDone {
				t.Fatalf("with access %d failed: %s is %v: %v", n, row.Source.Name(), row.Phase, row.Fault)
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
