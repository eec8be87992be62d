package engine_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// heldServer creates no upload of a file of heldSize bytes before release is called.
type heldServer struct {
	*uploadtest.Tusd
	released atomic.Bool
}

const heldSize = 100_000

func newHeldServer(t *testing.T) *heldServer {
	t.Helper()
	s := &heldServer{}
	s.Tusd = uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPost && r.Header.Get("Upload-Length") == strconv.Itoa(heldSize) && !s.released.Load() {
			http.Error(w, "locked", http.StatusLocked)
			return
		}
		next.ServeHTTP(w, r)
	}))
	return s
}

// release creates the upload that was held.
func (s *heldServer) release(h *harness) {
	s.released.Store(true)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
}

// createHeldFolder creates a folder with the files a and sub/b, and one whose upload the
// server holds.
func createHeldFolder(t *testing.T) (folder string, paths []string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "raws")
	createFiles(t, folder, "a")
	createFiles(t, filepath.Join(folder, "sub"), "b")
	held := filepath.Join(folder, "sub", "held.bin")
	moveFile(t, createFile(t, "held.bin", heldSize), held)
	return folder, []string{filepath.Join(folder, "a"), filepath.Join(folder, "sub", "b"), held}
}

// waitIdle waits until all batches are scanned and all transfers are final.
func (h *harness) waitIdle() *uploader.Snapshot {
	h.t.Helper()
	return h.waitFor("everything to be scanned and final", func(s *uploader.Snapshot) bool {
		for _, batch := range s.Batches {
			if !batch.Scanned {
				return false
			}
		}
		return s.Seq > 0 && s.Totals.Pending == 0
	})
}

// wantUploadedOnce checks that every file is done, without a question, and stored once.
func (h *harness) wantUploadedOnce(server tusdServer, paths ...string) {
	h.t.Helper()
	s := h.waitIdle()
	if s.Transfers.Len() != len(paths) || s.Totals.Count[uploader.StateDone] != len(paths) {
		h.t.Errorf("want %d done transfers: %s", len(paths), describe(s))
	}
	wantStored(h.t, server, paths...)
}

// TestReaddUnfinishedFolder adds files again of which some are uploaded and one is not.
func TestReaddUnfinishedFolder(t *testing.T) {
	t.Parallel()
	type paths func(folder string) []string
	whole := func(folder string) []string { return []string{folder} }
	for _, c := range []struct {
		name  string
		first paths
		again []paths
	}{
		{"the same folder", whole, []paths{whole}},
		{"the same folder twice", whole, []paths{whole, whole}},
		{"a folder in it", whole, []paths{func(folder string) []string { return []string{filepath.Join(folder, "sub")} }}},
		{"the folder that it is in", func(folder string) []string {
			return []string{filepath.Join(folder, "a"), filepath.Join(folder, "sub")}
		}, []paths{whole}},
		{"the folder and a file in it", whole, []paths{whole, func(folder string) []string { return []string{filepath.Join(folder, "a")} }}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := newHeldServer(t)
			h := newHarness(t, server.Endpoint)
			folder, files := createHeldFolder(t)
			h.add(c.first(folder)...)
			h.waitCount(uploader.StateDone, 2)
			for _, again := range c.again {
				h.add(again(folder)...)
			}
			h.waitFor("all batches to be scanned", func(s *uploader.Snapshot) bool {
				for _, batch := range s.Batches {
					if !batch.Scanned {
						return false
					}
				}
				return true
			})
			server.release(h)
			h.wantUploadedOnce(server, files...)
		})
	}
}

// TestReaddFileDoneDuringScan finishes an upload after the scan of the second batch found
// it unfinished.
func TestReaddFileDoneDuringScan(t *testing.T) {
	t.Parallel()
	server := newHeldServer(t)
	h := newHarness(t, server.Endpoint)
	h.stop()
	var readding atomic.Bool
	h.configure = func(c *engine.Config) {
		c.Fingerprint = func(ctx context.Context, disk source.Disk, file source.File, destination string) (string, error) {
			if readding.CompareAndSwap(true, false) { // the scan has begun
				server.release(h)
				h.waitSaved(3)
			}
			return source.Metadata(ctx, disk, file, destination)
		}
	}
	h.start()
	folder, files := createHeldFolder(t)
	h.add(folder)
	h.waitCount(uploader.StateDone, 2)
	readding.Store(true)
	h.add(folder)
	h.wantUploadedOnce(server, files...)
}

// TestKillWhileReadding kills the program at the first access to the store after files
// were added again, in the next run at the second, and so on until a run has fewer
// accesses. After a restart, the user adds the files again if that was lost.
func TestKillWhileReadding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		prepare func(h *harness, server *heldServer, folder string)
		again   func(folder string) string
	}{
		{"second time", func(*harness, *heldServer, string) {}, func(folder string) string { return folder }},
		{"second time, a folder in it", func(*harness, *heldServer, string) {}, func(folder string) string { return filepath.Join(folder, "sub") }},
		{"third time, the second is not scanned", interruptSecondScan, func(folder string) string { return folder }},
		{"third time, the second is not scanned and the first is done", func(h *harness, server *heldServer, folder string) {
			interruptSecondScan(h, server, folder)
			server.released.Store(true)
			h.do(uploader.Resume{Target: uploader.TargetTransfers(h.waitLoaded().Transfers.At(2).ID)})
			h.waitSaved(3)
			h.waitCount(uploader.StateDone, 3)
		}, func(folder string) string { return folder }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				server := newHeldServer(t)
				h := &harness{t: t, store: uploadtest.NewStore(), endpoint: server.Endpoint}
				h.start()
				h.do(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: server.Endpoint}})
				folder, files := createHeldFolder(t)
				h.add(folder)
				h.waitCount(uploader.StateDone, 2)
				c.prepare(h, server, folder)

				h.store.FailFrom(n)
				last := uploader.NewBatchID()
				add := uploader.Add{Batch: last, Server: testServer, Paths: []string{c.again(folder)}}
				_ = h.engine.Do(t.Context(), add) // it may not be saved
				h.waitFor("the scan or the kill", func(s *uploader.Snapshot) bool {
					return s.StoreFault != nil || s.Batches[last] != nil && s.Batches[last].Scanned
				})
				h.stop()
				killed := h.store.Accesses() >= n
				h.store.FailOn(0)

				server.released.Store(true)
				h.configure = func(c *engine.Config) { c.AskBeforeResume = true } // nothing is finished before the files are added
				h.start()
				if h.waitLoaded().Batches[last] == nil {
					h.do(add)
				}
				h.do(uploader.Resume{Target: uploader.TargetAll()})
				h.wantUploadedOnce(server, files...)
				h.stop()
				if t.Failed() {
					t.Fatalf("after a kill at access %d", n)
				}
				if !killed {
					t.Logf("%d accesses", n-1)
					return
				}
			}
		})
	}
}

// interruptSecondScan adds the folder again, stops the program during the scan, and starts
// it so that the scan waits for the user.
func interruptSecondScan(h *harness, _ *heldServer, folder string) {
	h.t.Helper()
	h.stop()
	reached := make(chan struct{})
	h.configure = func(c *engine.Config) {
		c.Fingerprint = func(ctx context.Context, disk source.Disk, f source.File, destination string) (string, error) {
			if f.Name() == "b" {
				close(reached)
				<-ctx.Done()
				return "", ctx.Err()
			}
			return source.Metadata(ctx, disk, f, destination)
		}
	}
	h.start()
	h.waitLoaded()
	h.add(folder)
	<-reached
	h.stop()
	h.configure = func(c *engine.Config) { c.AskBeforeResume = true }
	h.start()
	h.waitLoaded()
}

// TestReaddEarlierBatchScannedLater moves the second batch before the first, which is not
// scanned yet, and restarts the program.
func TestReaddEarlierBatchScannedLater(t *testing.T) {
	t.Parallel()
	h, server, first, release := startBlockedScan(t, nil, "a", "m", "n")
	s := h.waitCount(uploader.StateDone, 2)
	second := h.add(filepath.Join(s.Batches[first].Roots[0], "m"), filepath.Join(s.Batches[first].Roots[0], "n"))
	h.do(uploader.Move{Targets: []uploader.Target{{Batch: second}}, To: uploader.MoveTop})
	h.stop()
	release()
	h.start()
	h.waitLoaded()
	h.waitIdle()
	root := s.Batches[first].Roots[0]
	h.wantUploadedOnce(server, filepath.Join(root, "a"), filepath.Join(root, "m"), filepath.Join(root, "n"))
}

func TestReaddOnOtherServerIsNoRepetition(t *testing.T) {
	t.Parallel()
	server, other := newHeldServer(t), uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	h.do(uploader.SaveServer{Server: uploader.Server{Name: "other", Endpoint: other.Endpoint}})
	folder, files := createHeldFolder(t)
	h.add(folder)
	h.waitCount(uploader.StateDone, 2)
	second := uploader.NewBatchID()
	h.do(uploader.Add{Batch: second, Server: testServer + 1, Paths: []string{folder}})
	for _, transfer := range h.waitFinal(second) {
		if transfer.Phase != uploader.PhaseDone {
			t.Errorf("%s: state %v: %v", transfer.Source.Name(), transfer.State(), transfer.Fault)
		}
	}
	server.release(h)
	h.waitIdle()
	wantStored(t, other, files...)
	wantStored(t, server, files...)
}

func TestReaddChangedFileIsSent(t *testing.T) {
	t.Parallel()
	server := newHeldServer(t)
	h := newHarness(t, server.Endpoint)
	folder, files := createHeldFolder(t)
	h.add(folder)
	h.waitCount(uploader.StateDone, 2)
	before := fileSHA256(t, files[0])
	if err := os.WriteFile(files[0], []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.add(folder)
	h.waitCount(uploader.StateDone, 3)
	server.release(h)
	s := h.waitIdle()
	if s.Totals.Count[uploader.StateDone] != 4 || s.Transfers.Len() != 4 {
		t.Errorf("want 4 done transfers: %s", describe(s))
	}
	stored := map[string]int{}
	for _, f := range server.Stored(t) {
		stored[f.SHA256]++
	}
	if stored[before] != 1 || stored[fileSHA256(t, files[0])] != 1 || len(server.Stored(t)) != 4 {
		t.Errorf("stored: %v", stored)
	}
}
