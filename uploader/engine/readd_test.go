package engine_test

import (
	"context"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestDuplicateAddCreatesOneUpload(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	path := createFile(t, "film.mov", 8<<20)
	batch := uploader.NewBatchID()
	add := uploader.Add{Batch: batch, Server: testServer, Paths: []string{path, path}}
	h.do(add)
	h.do(add)
	h.waitFinal(batch)
	if posts := countRequests(server.Requests(), http.MethodPost); posts != 1 {
		t.Errorf("%d uploads were created, want 1", posts)
	}
}

func TestReaddFileContinuesUpload(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		move func(t *testing.T, path string) string
	}{
		{"same path", func(_ *testing.T, path string) string { return path }},
		{"moved", func(t *testing.T, path string) string {
			to := filepath.Join(t.TempDir(), filepath.Base(path))
			if err := os.Rename(path, to); err != nil {
				t.Fatal(err)
			}
			return to
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, server, proxy, path := startSlowUpload(t)
			h.do(uploader.Pause{Target: uploader.TargetAll()})
			paused := h.waitState(uploader.StatePaused)
			proxy.Restore(t)
			path = c.move(t, path)
			transfers := h.waitFinal(h.add(path))
			if len(transfers) != 1 || transfers[0].ID != paused.ID || transfers[0].ResumedFrom == 0 || transfers[0].Phase != uploader.PhaseDone {
				t.Errorf("upload was not continued: %s", describe(h.engine.Snapshot()))
			}
			wantStored(t, server, path)
		})
	}
}

func TestReaddMovedFileContinuesParts(t *testing.T) {
	t.Parallel()
	h := newFileHarness(t)
	h.proxy.HoldEachAfter(3 << 20)
	path := createFile(t, "large.mov", 24<<20)
	options := uploader.BatchOptions{Connections: 3}
	h.addWithOptions(options, path)
	h.waitSent(6 << 20)
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	paused := h.waitState(uploader.StatePaused)
	if paused.Session.Parts == 0 {
		t.Fatal("file is not uploaded in parts")
	}
	h.proxy.Restore(t)
	to := filepath.Join(t.TempDir(), "renamed.mov")
	copyFile(t, path, to)
	removeFile(t, path)
	batch := h.addWithOptions(options, to)
	done := h.waitFinal(batch)[0]
	if done.ID != paused.ID || done.Phase != uploader.PhaseDone || done.ResumedFrom == 0 {
		t.Errorf("upload was not continued: %s", describe(h.engine.Snapshot()))
	}
	if got := hex.EncodeToString([]byte(done.SHA256)); got != fileSHA256(t, to) {
		t.Errorf("SHA256 is %s", got)
	}
}

// TestReaddFileChangedBeforeUpload adds a file, changes its time while it waits,
// and adds it again when part of it is uploaded.
func TestReaddFileChangedBeforeUpload(t *testing.T) {
	h, server, proxy, _ := startSlowUpload(t)
	h.do(uploader.Remove{Target: uploader.TargetAll()})
	h.waitFor("an empty list", func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 0 })
	path := createFile(t, "second.mov", 12<<20)
	proxy.Refuse()
	h.add(path)
	h.waitState(uploader.StateRetrying)
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	proxy.Restore(t)
	proxy.HoldEachAfter(4 << 20)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitStored(server, 1)
	h.add(path)
	h.waitFor("all batches to be scanned", func(s *uploader.Snapshot) bool {
		for _, batch := range s.Batches {
			if !batch.Scanned {
				return false
			}
		}
		return true
	})
	proxy.Restore(t)
	h.waitState(uploader.StateDone)
	h.onlyTransfer()
	wantStored(t, server, path)
}

// TestReaddMissingFileReusesTransfer adds a file and a folder that do not exist, and
// adds them again once they do.
func TestReaddMissingFileReusesTransfer(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	root := t.TempDir()
	file, folder := filepath.Join(root, "notes.txt"), filepath.Join(root, "raws")
	h.add(file, folder)
	h.waitCount(uploader.StateMissing, 2)
	h.waitFinal(h.add(file))
	if transfers := h.engine.Snapshot().Transfers; transfers.Len() != 2 {
		t.Errorf("missing file added again: want 2 transfers, got %s", describe(h.engine.Snapshot()))
	}
	createFiles(t, folder, "a")
	createFiles(t, root, "notes.txt")
	h.waitFinal(h.add(file, folder))
	s := h.engine.Snapshot()
	if s.Transfers.Len() != 2 || s.Totals.Count[uploader.StateDone] != 2 {
		t.Errorf("want 2 done transfers, got %s", describe(s))
	}
	wantStored(t, server, file, filepath.Join(folder, "a"))
}

// creationServer is a server that waits for respond before it creates an upload.
type creationServer struct {
	fakeServer
	respond chan struct{}
	created atomic.Int64
}

func (s *creationServer) Create(ctx context.Context, request tus.CreateRequest) (tus.Upload, error) {
	<-s.respond
	s.created.Add(1)
	s.offset.Store(0)
	return s.fakeServer.Create(ctx, request)
}

// TestReaddFileDoneBeforeMatch adds a file with the Again option. An upload of the
// file ends at the same time, before or after that, and before the batch is matched.
// Time does not advance during the test: the saved times are one millisecond apart if
// the upload ended after the file was added, so that they decide after a restart.
func TestReaddFileDoneBeforeMatch(t *testing.T) {
	for _, c := range []struct {
		name        string
		endsBefore  bool // the first upload ends before the file is added again
		wantUploads int64
	}{
		{"after it was added", false, 1},
		{"before it was added", true, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := createFile(t, "note.txt", 10)
			synctest.Test(t, func(t *testing.T) {
				server, match := &creationServer{respond: make(chan struct{})}, make(chan struct{})
				var matched atomic.Int64
				h := &harness{t: t, store: uploadtest.NewStore(), configure: func(config *engine.Config) {
					config.Connect = func(uploader.Server) (uploader.Protocol, error) { return server, nil }
					config.Fingerprint = func(ctx context.Context, disk source.Disk, f source.File, destination string) (string, error) {
						if matched.Add(1) > 1 {
							<-match
						}
						return source.Metadata(ctx, disk, f, destination)
					}
				}}
				h.start()
				defer func() { h.stop() }()
				h.do(uploader.SaveServer{Server: uploader.Server{Name: "fake", Endpoint: "https://uploads.example/files/"}})
				h.add(path)
				h.waitFor("the first upload to start", func(s *uploader.Snapshot) bool { return s.Totals.Active == 1 })
				if c.endsBefore {
					close(server.respond)
					h.waitSaved(1)
				}
				second := h.addWithOptions(uploader.BatchOptions{UploadAgain: true}, path)
				if !c.endsBefore {
					close(server.respond)
					h.waitCount(uploader.StateDone, 1)
				}
				s := h.waitCount(uploader.StateDone, 1)
				want := uploader.TimestampOf(s.Batches[second].Added)
				if !c.endsBefore {
					want++
				}
				if finished := s.Transfers.At(0).Finished; finished != want {
					t.Errorf("upload finished at %v, want %v", finished, want)
				}
				close(match)
				transfers := h.waitFinal(second)
				if n := server.created.Load(); n != c.wantUploads || len(transfers) != 1 || transfers[0].Phase != uploader.PhaseDone {
					t.Errorf("%d uploads, want %d: %s", n, c.wantUploads, describe(h.engine.Snapshot()))
				}
			})
		})
	}
}

// waitSaved waits until that number of done transfers is saved, without waiting for a
// snapshot.
func (h *harness) waitSaved(want int) {
	h.t.Helper()
	for {
		saved, err := h.store.Load(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		done := 0
		for t := range saved.Transfers.Values() {
			if t.Phase == uploader.PhaseDone {
				done++
			}
		}
		if done >= want {
			return
		}
		runtime.Gosched()
	}
}

func TestReaddUploadedFileAsks(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	uploads := func() int { return countRequests(server.Requests(), http.MethodPost) }
	h := newHarness(t, server.Endpoint)
	path := createFile(t, "a.txt", 1000)
	first := h.waitFinal(h.add(path))[0]

	transfer := h.waitFinal(h.add(path))[0]
	if transfer.State() != uploader.StateNeedsDecision || transfer.Fault.Kind != fault.AlreadyUploaded || transfer.EarlierUpload != first.ID || uploads() != 1 {
		t.Fatalf("fault %v, prior transfer %d, %d uploads", transfer.Fault, transfer.EarlierUpload, uploads())
	}
	if repeated := h.waitFinal(h.add(path)); repeated[0].ID != transfer.ID {
		t.Error("added again, it has a second asking transfer")
	}
	h.restart()
	h.waitState(uploader.StateNeedsDecision)
	h.do(uploader.ContinueEarlier{Target: uploader.TargetTransfers(transfer.ID)})
	if transfer := h.waitState(uploader.StateNeedsDecision); transfer.EarlierUpload != first.ID {
		t.Error("Continue changed a transfer that has nothing to continue")
	}
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	if transfer := h.waitState(uploader.StateNeedsDecision); transfer.EarlierUpload != first.ID || uploads() != 1 {
		t.Error("retrying everything retried an asking transfer")
	}
	h.do(uploader.Retry{Target: uploader.TargetTransfers(transfer.ID)})
	h.waitFor("the second upload", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == 2 && uploads() == 2 })

	batch := h.addWithOptions(uploader.BatchOptions{UploadAgain: true}, path)
	if transfer := h.waitFinal(batch)[0]; transfer.Phase != uploader.PhaseDone || uploads() != 3 {
		t.Errorf("added with Again: state %v", transfer.State())
	}
	h.do(uploader.Remove{Target: uploader.TargetAll()})
	if transfer := h.waitFinal(h.add(path))[0]; transfer.State() != uploader.StateNeedsDecision || uploads() != 3 {
		t.Errorf("added after all were removed from the list: state %v", transfer.State())
	}
	h.do(uploader.Remove{Target: uploader.TargetAll()})
	var forget uploader.Forget
	for _, entry := range h.history(uploader.HistoryQuery{}) {
		forget.IDs = append(forget.IDs, entry.ID)
	}
	h.do(forget)
	if transfer := h.waitFinal(h.add(path))[0]; transfer.Phase != uploader.PhaseDone || uploads() != 4 {
		t.Errorf("added with an empty history: state %v", transfer.State())
	}
}

func TestReaddFolderAsksOnlyForUploadedFiles(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "raws")
	createFiles(t, folder, "a", "b", "c")
	h.waitFinal(h.add(folder))
	createFiles(t, folder, "new")
	states := map[string]uploader.State{}
	for _, transfer := range h.waitFinal(h.add(folder)) {
		states[transfer.Source.Name()] = transfer.State()
	}
	if len(states) != 4 || states["new"] != uploader.StateDone || states["b"] != uploader.StateNeedsDecision {
		t.Errorf("states: %v", states)
	}
	if n := len(server.Stored(t)); n != 4 {
		t.Errorf("%d uploads of 4 files", n)
	}
}

// TestReaddFolderOfInterruptedScan adds a folder again whose scan was interrupted
// when the program was killed.
func TestReaddFolderOfInterruptedScan(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	proxy.Restore(t)
	h.waitState(uploader.StateDone)
	folder := filepath.Dir(path)
	h.stop()
	interrupted := uploader.Batch{ID: uploader.NewBatchID(), Server: testServer, Roots: []string{folder}, Added: time.Now()}
	if err := h.store.Save(t.Context(), uploader.Changes{Batches: []uploader.Batch{interrupted}}); err != nil {
		t.Fatal(err)
	}
	h.configure = func(c *engine.Config) { c.AskBeforeResume = true }
	h.start()
	before := len(server.Stored(t))
	h.waitFinal(h.add(folder))
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	s := h.waitFor("all batches to be scanned and uploaded", func(s *uploader.Snapshot) bool {
		for _, batch := range s.Batches {
			if !batch.Scanned {
				return false
			}
		}
		return s.Totals.Pending == 0
	})
	if created := len(server.Stored(t)) - before; created != 0 || s.Totals.Count[uploader.StateNeedsDecision] != 1 {
		t.Errorf("%d uploads of an uploaded file were created: %s", created, describe(s))
	}
}

// TestReaddFolderAfterRestartDuringScan adds a folder again of which some files were
// uploaded when the program was killed.
func TestReaddFolderAfterRestartDuringScan(t *testing.T) {
	t.Parallel()
	h, server, batch, release := startBlockedScan(t, nil, "a", "m", "n")
	h.waitCount(uploader.StateDone, 2)
	folder := h.engine.Snapshot().Batches[batch].Roots[0]
	h.stop()
	configure := h.configure
	h.configure = func(c *engine.Config) { configure(c); c.AskBeforeResume = true }
	release()
	h.start()
	second := h.add(folder)
	h.waitFinal(second)
	s := h.engine.Snapshot()
	if n := len(server.Stored(t)); n != 3 || s.Totals.Count[uploader.StateDone] != 3 || s.Batches[batch] != nil {
		t.Errorf("%d uploads of 3 files: %s", n, describe(s))
	}
}

// TestReaddFolderContinuesInNewBatch adds a folder twice: during its scan, and when
// one of its files has failed.
func TestReaddFolderContinuesInNewBatch(t *testing.T) {
	t.Parallel()
	wantUploadedOnce := func(t *testing.T, h *harness, server *uploadtest.Tusd, batch uploader.BatchID) {
		t.Helper()
		h.waitFinal(batch)
		s := h.engine.Snapshot()
		if n := len(server.Stored(t)); n != 3 || s.Totals.Count[uploader.StateDone] != 3 || s.Transfers.Len() != 3 || len(s.Batches) != 1 {
			t.Errorf("%d uploads of 3 files in %d batches: %s", n, len(s.Batches), describe(s))
		}
	}
	t.Run("during the scan", func(t *testing.T) {
		h, server, batch, release := startBlockedScan(t, nil, "a", "m", "n")
		s := h.waitCount(uploader.StateDone, 2)
		second := h.add(s.Batches[batch].Roots[0])
		release()
		wantUploadedOnce(t, h, server, second)
	})
	t.Run("after a file failed", func(t *testing.T) {
		server := uploadtest.NewTusd(t)
		h := newHarness(t, server.Endpoint)
		folder := filepath.Join(t.TempDir(), "raws")
		createFiles(t, folder, "a", "b")
		h.waitFinal(h.add(folder, filepath.Join(folder, "c")))
		h.waitCount(uploader.StateMissing, 1)
		createFiles(t, folder, "c")
		second := h.add(folder)
		h.waitFinal(second)
		if n, done := len(server.Stored(t)), h.engine.Snapshot().Totals.Count[uploader.StateDone]; n != 3 || done != 3 {
			t.Errorf("%d uploads of 3 files: %s", n, describe(h.engine.Snapshot()))
		}
	})
}
