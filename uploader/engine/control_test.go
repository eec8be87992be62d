package engine_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// startSlowUpload adds a file of 12 MiB over a throttled connection and waits until
// the server has more than 3 MiB of it.
func startSlowUpload(t *testing.T) (h *harness, server *uploadtest.Tusd, proxy *uploadtest.Proxy, path string) {
	t.Helper()
	server = uploadtest.NewTusd(t)
	proxy = uploadtest.NewProxy(t, server.Endpoint)
	h = newHarness(t, proxy.URL(server.Endpoint))
	proxy.Slow(4 << 20)
	path = createFile(t, "film.mov", 12<<20)
	h.add(path)
	h.waitFor("3 MiB stored", func(*uploader.Snapshot) bool {
		stored := server.Stored(t)
		return len(stored) == 1 && stored[0].Size > 3<<20
	})
	return h, server, proxy, path
}

// onlyTransfer returns the transfer if there is exactly one.
func (h *harness) onlyTransfer() *uploader.Transfer {
	h.t.Helper()
	rows := h.engine.Snapshot().Transfers
	if len(rows) != 1 {
		h.t.Fatalf("%d transfers, want 1: %s", len(rows), describe(h.engine.Snapshot()))
	}
	return rows[0]
}

// waitState waits for a transfer in that state and returns it. A paused transfer is
// returned once its worker has stopped.
func (h *harness) waitState(want uploader.State) *uploader.Transfer {
	h.t.Helper()
	var found *uploader.Transfer
	h.waitFor(want.String(), func(s *uploader.Snapshot) bool {
		for _, t := range s.Transfers {
			if t.State() == want && (want != uploader.StatePaused || t.Phase == uploader.PhaseQueued) {
				found = t
				return true
			}
		}
		return false
	})
	return found
}

// bodyBytes returns the total size of the request bodies.
func bodyBytes(requests []uploadtest.Request) int64 {
	var sum int64
	for _, r := range requests {
		sum += r.Body
	}
	return sum
}

func TestPauseKeepsUpload(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.do(uploader.Pause{Target: uploader.Everything()})
	paused := h.waitState(uploader.StatePaused)
	if paused.Session.Offset == 0 {
		t.Error("offset is 0 after the pause")
	}

	h.restart()
	h.waitState(uploader.StatePaused)

	proxy.Heal(t)
	h.do(uploader.Resume{Target: uploader.Everything()})
	done := h.waitState(uploader.StateDone)
	if done.Resumed < paused.Session.Offset {
		t.Errorf("resumed at %d, server had %d", done.Resumed, paused.Session.Offset)
	}
	wantStored(t, server, path)
	if sent := bodyBytes(server.Requests()); sent != done.Source.Size {
		t.Errorf("server received %d bytes, file has %d", sent, done.Source.Size)
	}
}

func TestCancelTerminatesUpload(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.do(uploader.Cancel{Target: uploader.Everything()})
	h.waitState(uploader.StateCancelled)
	h.waitFor("a cancelled transfer", func(s *uploader.Snapshot) bool { return s.Transfers[0].Phase == uploader.PhaseCancelled })
	if left := server.Stored(t); len(left) != 0 {
		t.Errorf("server has %d uploads, want 0", len(left))
	}

	proxy.Heal(t)
	h.do(uploader.Retry{Target: uploader.Everything()})
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
}

func TestRemoveTerminatesUnfinishedUpload(t *testing.T) {
	t.Parallel()
	h, server, _, _ := startSlowUpload(t)
	h.do(uploader.Remove{Target: uploader.Target{All: true, Final: true}})
	h.onlyTransfer()
	h.do(uploader.Remove{Target: uploader.Everything()})
	h.waitFor("an empty list", func(s *uploader.Snapshot) bool { return len(s.Transfers) == 0 })
	if left := server.Stored(t); len(left) != 0 {
		t.Errorf("server has %d uploads, want 0", len(left))
	}
	h.restart()
	h.waitFor("an empty list after a restart", func(s *uploader.Snapshot) bool { return len(s.Servers) > 0 && len(s.Transfers) == 0 })
}

func TestResumeAfterConnectionReset(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	proxy.Cut()
	proxy.Heal(t)
	done := h.waitState(uploader.StateDone)
	if done.Resumed == 0 {
		t.Error("upload started over")
	}
	wantStored(t, server, path)
}

func TestResumeAfterServerRestart(t *testing.T) {
	server := uploadtest.NewTusdBinary(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.Slow(4 << 20)
	path := createFile(t, "film.mov", 12<<20)
	h.add(path)
	h.waitFor("4 MiB sent", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Sent(s.Transfers[0]) > 4<<20
	})
	server.Kill(t)
	h.waitState(uploader.StateRetrying)
	server.Restart(t)
	proxy.Heal(t)
	if done := h.waitState(uploader.StateDone); done.Resumed == 0 {
		t.Error("upload started over")
	}
	wantStored(t, server, path)
}

func TestUnreachableServerIsRetried(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Refuse()
	h := newHarness(t, proxy.URL(server.Endpoint))
	path := createFile(t, "a.bin", 100)
	h.add(path)
	row := h.waitState(uploader.StateRetrying)
	if row.Fault.Kind != fault.Unreachable || row.NextTry.IsZero() {
		t.Errorf("fault %v, next try at %v", row.Fault, row.NextTry)
	}
	proxy.Heal(t)
	h.do(uploader.Retry{Target: uploader.Everything()})
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
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
			h.do(uploader.Pause{Target: uploader.Everything()})
			paused := h.waitState(uploader.StatePaused)
			proxy.Heal(t)
			path = c.move(t, path)
			rows := h.waitFinal(h.add(path))
			if len(rows) != 1 || rows[0].ID != paused.ID || rows[0].Resumed == 0 || rows[0].Phase != uploader.PhaseDone {
				t.Errorf("upload was not continued: %s", describe(h.engine.Snapshot()))
			}
			wantStored(t, server, path)
		})
	}
}

func TestFilesWithEqualNameSizeAndTimeAreSeparate(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	modTime := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var paths []string
	for _, content := range []string{"one", "two"} {
		path := filepath.Join(t.TempDir(), "folder", "config")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, modTime, modTime); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	h.waitFinal(h.add(paths...))
	wantStored(t, server, paths...)
}

func TestSourceEditDetectedOnResume(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.do(uploader.Pause{Target: uploader.Everything()})
	h.waitState(uploader.StatePaused)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[1] ^= 0xff
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	proxy.Heal(t)
	h.do(uploader.Resume{Target: uploader.Everything()})
	h.waitState(uploader.StateChanged)

	h.do(uploader.Retry{Target: uploader.Everything()})
	h.waitState(uploader.StateDone)
	h.waitFor("the old upload to be terminated", func(*uploader.Snapshot) bool { return len(server.Stored(t)) == 1 })
	wantStored(t, server, path)
}

func TestMissingFileResumesWhenRestored(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.do(uploader.Pause{Target: uploader.Everything()})
	h.waitState(uploader.StatePaused)
	moved := filepath.Join(t.TempDir(), "away")
	if err := os.Rename(path, moved); err != nil {
		t.Fatal(err)
	}
	h.do(uploader.Resume{Target: uploader.Everything()})
	h.waitState(uploader.StateMissing)
	if err := os.Rename(moved, path); err != nil {
		t.Fatal(err)
	}
	proxy.Heal(t)
	h.do(uploader.Retry{Target: uploader.Everything()})
	if done := h.waitState(uploader.StateDone); done.Resumed == 0 {
		t.Error("upload started over")
	}
	wantStored(t, server, path)
}

func TestSaveFailureDoesNotStopUpload(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.store.FailFrom(1)
	err := h.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: testServer, Paths: []string{path + "2"}})
	if !fault.Is(err, fault.LocalDisk) {
		t.Errorf("add with a failing store: got %v, want fault.LocalDisk", err)
	}
	proxy.Heal(t)
	h.waitState(uploader.StateDone)
	if h.engine.Snapshot().Trouble == nil {
		t.Error("save failure is not reported")
	}
	h.store.FailFrom(1 << 30)
	h.waitFor("saves to succeed", func(s *uploader.Snapshot) bool { return s.Trouble == nil })
	wantStored(t, server, path)
}

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

func TestRunningUploadFollowsEndpointChange(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	proxy.Cut()
	h.do(uploader.SaveServer{Server: uploader.Server{ID: testServer, Name: "studio", Endpoint: server.Endpoint}})
	if done := h.waitState(uploader.StateDone); done.Resumed == 0 {
		t.Error("upload started over")
	}
	wantStored(t, server, path)
}

func TestAttemptCountSurvivesRestart(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Refuse()
	h := newHarness(t, proxy.URL(server.Endpoint))
	h.add(createFile(t, "film.mov", 100))
	h.waitFor("the second attempt", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Transfers[0].Phase == uploader.PhaseWaiting && s.Transfers[0].Attempt >= 2
	})
	h.stop()
	saved, err := h.store.Load(t.Context())
	must(t, err)
	h.start()
	first := h.waitState(uploader.StateRetrying)
	if first.Attempt <= saved.Transfers[0].Attempt || saved.Transfers[0].Attempt < 2 {
		t.Errorf("attempt before the restart %d, after %d", saved.Transfers[0].Attempt, first.Attempt)
	}
}

// TestRemovalCompletesAfterCrash starts with transfers that were removed when the
// program was killed but whose workers had not stopped.
func TestRemovalCompletesAfterCrash(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	h.stop()
	kept := createFile(t, "kept.bin", 100)
	changes := uploader.Changes{Batches: []uploader.Batch{{ID: 1, Server: testServer, Expanded: true}}}
	for id, intent := range []uploader.Intent{uploader.IntentRemove, uploader.IntentRemove, uploader.IntentRun} {
		changes.Transfers = append(changes.Transfers, &uploader.Transfer{
			ID: uploader.TransferID(id + 1), Batch: 1, Server: testServer, Source: source.File{Path: kept, Size: 100}, Intent: intent,
		})
	}
	if err := h.store.Save(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	h.start()
	h.waitFor("1 done transfer", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Transfers[0].Phase == uploader.PhaseDone
	})
	wantStored(t, server, kept)
}
