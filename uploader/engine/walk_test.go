package engine_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// createFiles creates files in a folder whose content is their name.
func createFiles(t *testing.T, folder string, names ...string) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// startBlockedScan adds a folder whose scan blocks at the file "n" until release is
// called. Files before it in order are found first.
func startBlockedScan(t *testing.T, prepare func(folder string), names ...string) (h *harness, server *uploadtest.Tusd, batch uploader.BatchID, release func()) {
	t.Helper()
	server = uploadtest.NewTusd(t)
	h = newHarness(t, server.Endpoint)
	h.stop()
	unblock := make(chan struct{})
	h.configure = func(c *engine.Config) {
		c.Fingerprint = func(ctx context.Context, disk source.Disk, f source.File, destination string) (string, error) {
			switch f.Name() {
			case "m": // long enough that the files found so far are sent to the engine with the next one
				time.Sleep(150 * time.Millisecond)
			case "n":
				select {
				case <-unblock:
				case <-ctx.Done():
				}
			}
			return source.Metadata(ctx, disk, f, destination)
		}
	}
	h.start()
	folder := filepath.Join(t.TempDir(), "raws")
	createFiles(t, folder, names...)
	if prepare != nil {
		prepare(folder)
	}
	return h, server, h.add(folder), func() { close(unblock) }
}

// waitCount waits until that number of transfers is in a state.
func (h *harness) waitCount(state uploader.State, want int) *uploader.Snapshot {
	h.t.Helper()
	return h.waitFor(strconv.Itoa(want)+" "+state.String(), func(s *uploader.Snapshot) bool { return s.Totals.Count[state] == want })
}

func TestPauseAllDuringScan(t *testing.T) {
	t.Parallel()
	h, server, batch, release := startBlockedScan(t, nil, "a", "m", "n", "o")
	h.waitCount(uploader.StateDone, 2)
	h.do(uploader.Pause{Target: uploader.Everything()})
	release()
	h.waitFor("the scan to end", func(s *uploader.Snapshot) bool { return s.Batches[batch].Expanded })
	if s := h.engine.Snapshot(); s.Totals.Count[uploader.StatePaused] != 2 || s.Totals.Active != 0 {
		t.Errorf("want 2 paused transfers, got %s", describe(s))
	}
	h.do(uploader.Resume{Target: uploader.Everything()})
	h.waitFinal(batch)
	if n := len(server.Stored(t)); n != 4 {
		t.Errorf("server has %d uploads, want 4", n)
	}
}

func TestRemoveBatchStopsScan(t *testing.T) {
	t.Parallel()
	h, server, batch, release := startBlockedScan(t, nil, "a", "m", "n", "o")
	h.waitCount(uploader.StateDone, 2)
	h.do(uploader.Remove{Target: uploader.Target{Batch: batch}})
	release()
	next := filepath.Join(t.TempDir(), "next")
	createFiles(t, next, "later")
	h.waitFinal(h.add(next))
	if n := len(server.Stored(t)); n != 3 {
		t.Errorf("server has %d uploads, want 3", n)
	}
	if s := h.engine.Snapshot(); len(s.Transfers) != 1 || s.Batches[batch] != nil {
		t.Errorf("transfers are still listed: %s", describe(s))
	}
}

func TestTransfersRemovedDuringScanStayRemoved(t *testing.T) {
	t.Parallel()
	h, server, batch, release := startBlockedScan(t, nil, "a", "m", "n")
	h.waitCount(uploader.StateDone, 2)
	h.do(uploader.Remove{Target: uploader.Target{All: true, Final: true}})
	if s := h.engine.Snapshot(); len(s.Transfers) != 0 {
		t.Errorf("transfers are still listed: %s", describe(s))
	}
	h.stop()
	release()
	h.start()
	h.waitFinal(batch)
	if n := len(server.Stored(t)); n != 3 {
		t.Errorf("%d uploads of 3 files", n)
	}
}

func TestRetryScansLinkReplacedByFolder(t *testing.T) {
	t.Parallel()
	target := t.TempDir()
	link := ""
	h, server, batch, release := startBlockedScan(t, func(folder string) {
		link = filepath.Join(folder, "c")
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}, "a", "m", "n")
	h.waitCount(uploader.StateFailed, 1)
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	createFiles(t, link, "inside")
	h.do(uploader.Retry{Target: uploader.Everything()})
	release()
	h.waitFinal(batch)
	if n := len(server.Stored(t)); n != 4 {
		t.Errorf("server has %d uploads, want 4: %s", n, describe(h.engine.Snapshot()))
	}

	// Remove the done transfers while the folder is missing again.
	if err := os.RemoveAll(link); err != nil {
		t.Fatal(err)
	}
	h.do(uploader.Remove{Target: uploader.Everything()})
	if n := len(h.engine.Snapshot().Transfers); n != 0 {
		t.Errorf("%d transfers remain, want 0", n)
	}
}

func TestRetryDoesNotUploadRemovedTransfers(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "raws")
	createFiles(t, folder, "a", "b", "c")
	if err := os.Symlink(t.TempDir(), filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	batch := h.add(folder)
	var done []uploader.TransferID
	for _, row := range h.waitFinal(batch) {
		if row.Phase == uploader.PhaseDone {
			done = append(done, row.ID)
		}
	}
	h.do(uploader.Remove{Target: uploader.These(done...)})
	h.do(uploader.Retry{Target: uploader.Everything()})
	h.waitFinal(batch)
	if n := len(server.Stored(t)); n != 3 {
		t.Errorf("%d uploads of 3 files", n)
	}
}

func TestRetryScansFolderThatWasMissing(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "drive")
	batch := h.add(folder)
	h.waitFinal(batch)
	createFiles(t, folder, "a", "b")
	h.do(uploader.Retry{Target: uploader.Everything()})
	h.waitFinal(batch)
	if n := len(server.Stored(t)); n != 2 {
		t.Errorf("server has %d uploads, want 2: %s", n, describe(h.engine.Snapshot()))
	}
}

func TestRemovedTransferStaysRemovedAfterRestart(t *testing.T) {
	h, _, proxy, _ := startSlowUpload(t)
	proxy.Blackhole()
	h.do(uploader.Remove{Target: uploader.Everything()})
	h.stop()
	proxy.Refuse()
	h.start()
	h.waitFor("an empty list", func(s *uploader.Snapshot) bool { return s.Seq > 0 && len(s.Transfers) == 0 })
}

func TestCaptivePortalBlocksServer(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<h1>Sign in to the network</h1>"))
		})
	}))
	h := newHarness(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "notes")
	for i := range 300 {
		createFiles(t, folder, strconv.Itoa(i))
	}
	batch := h.add(folder)
	s := h.waitFor("the server to be blocked", func(s *uploader.Snapshot) bool {
		return s.Batches[batch].Expanded && s.Totals.Active == 0 && s.Blocked[testServer] != nil
	})
	limit := uploader.DefaultSettings().Simultaneous + engine.SmallAtOnce
	if n := s.Totals.Count[uploader.StateFailed]; n > limit {
		t.Errorf("%d transfers failed", n)
	}
}

func TestResumeFileContinuesInterruptedScan(t *testing.T) {
	t.Parallel()
	h, server, batch, release := startBlockedScan(t, func(folder string) {
		moveFile(t, createFile(t, "large.bin", 12<<20), filepath.Join(folder, "large.bin"))
	}, "a", "m", "n")
	h.waitFor("3 transfers", func(s *uploader.Snapshot) bool { return len(s.Transfers) == 3 })
	h.stop()
	change := h.configure
	h.configure = func(c *engine.Config) { change(c); c.Ask = true }
	release()
	h.start()
	s := h.waitFor("the first snapshot", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
	if s.Batches[batch].Expanded {
		t.Fatal("scan is already complete")
	}
	h.do(uploader.Resume{Target: uploader.These(s.Transfers[1].ID)})
	h.waitFor("the rest of the folder to be scanned", func(s *uploader.Snapshot) bool {
		return s.Batches[batch].Expanded && s.Totals.Count[uploader.StateDone] >= 2
	})
	if n := len(server.Stored(t)); n < 2 {
		t.Errorf("server has %d uploads, want at least 2", n)
	}
}
