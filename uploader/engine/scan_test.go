package engine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// startBlockedScan adds a folder whose scan blocks at the file "n" until release is
// called. Files before it in order are found first.
func startBlockedScan(t *testing.T, prepare func(disk *uploadtest.Disk, folder string), names ...string) (h *harness, server *uploadtest.Tusd, batch uploader.BatchID, release func()) {
	t.Helper()
	server = uploadtest.NewTusd(t)
	h = newHarness(t, server.Endpoint)
	h.stop()
	unblock, disk := make(chan struct{}), &uploadtest.Disk{}
	h.configure = func(c *engine.Config) {
		c.Disk = source.NewDisk(disk)
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
		prepare(disk, folder)
	}
	return h, server, h.add(folder), func() { close(unblock) }
}

func TestFolderScanSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		set  func(*uploader.Settings)
		want []string
	}{
		{"default", func(*uploader.Settings) {}, []string{".hidden", "a", "b.tmp"}},
		{"without hidden files", func(s *uploader.Settings) { s.IncludeHidden = false }, []string{"a", "b.tmp"}},
		{"with ignore patterns", func(s *uploader.Settings) { s.Ignore = []string{"*.tmp"} }, []string{".DS_Store", ".hidden", "a"}},
		{"following links in folders", func(s *uploader.Settings) { s.FollowLinks = true }, []string{".hidden", "a", "b.tmp", "linked"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			h := newHarnessWith(t, server.Endpoint, c.set)
			folder, elsewhere := filepath.Join(t.TempDir(), "folder"), filepath.Join(t.TempDir(), "elsewhere")
			createFiles(t, folder, "a", "b.tmp", ".hidden", ".DS_Store")
			createFiles(t, elsewhere, "linked")
			uploadtest.NeedSymlink(t, elsewhere, filepath.Join(folder, "link"))
			var got []string
			for _, transfer := range h.waitFinal(h.add(folder)) {
				if transfer.Phase == uploader.PhaseDone {
					got = append(got, transfer.Source.Name())
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error("files (-want +got):\n" + diff)
			}
		})
	}
}

func TestPauseAllDuringScan(t *testing.T) {
	t.Parallel()
	h, server, batch, release := startBlockedScan(t, nil, "a", "m", "n", "o")
	h.waitCount(uploader.StateDone, 2)
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	release()
	h.waitFor("the scan to end", func(s *uploader.Snapshot) bool { return s.Batches[batch].Scanned })
	if s := h.engine.Snapshot(); s.Totals.Count[uploader.StatePaused] != 2 || s.Totals.Active != 0 {
		t.Errorf("want 2 paused transfers, got %s", describe(s))
	}
	h.do(uploader.Resume{Target: uploader.TargetAll()})
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
	if s := h.engine.Snapshot(); s.Transfers.Len() != 1 || s.Batches[batch] != nil {
		t.Errorf("transfers are still listed: %s", describe(s))
	}
}

func TestTransfersRemovedDuringScanStayRemoved(t *testing.T) {
	t.Parallel()
	h, server, batch, release := startBlockedScan(t, nil, "a", "m", "n")
	h.waitCount(uploader.StateDone, 2)
	h.do(uploader.Remove{Target: uploader.Target{All: true, Final: true}})
	if s := h.engine.Snapshot(); s.Transfers.Len() != 0 {
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

// TestTransfersRemovedDuringScanAreRestored restores transfers that were removed when they
// were done, and when they were being sent.
func TestTransfersRemovedDuringScanAreRestored(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		restore func(done []*uploader.Transfer) uploader.Restore
	}{
		{"removed when done", func(done []*uploader.Transfer) uploader.Restore {
			return uploader.Restore{Finished: []uploader.TransferID{done[0].ID, done[1].ID}}
		}},
		{"done after the user removed them", func(done []*uploader.Transfer) uploader.Restore {
			var r uploader.Restore
			for _, t := range done {
				sending := *t
				sending.Phase, sending.Finished = uploader.PhaseSending, 0
				r.Unfinished = append(r.Unfinished, &sending)
			}
			return r
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, server, batch, release := startBlockedScan(t, nil, "a", "m", "n")
			before := h.waitCount(uploader.StateDone, 2)
			done := slices.Collect(before.Transfers.Values())
			h.do(uploader.Remove{Target: uploader.TargetTransfers(done[0].ID, done[1].ID)})
			wantIDs(t, "list after the removal", h.listed())
			restore := c.restore(done)
			restore.Batches = []uploader.Batch{*before.Batches[batch]}
			h.do(restore)
			wantIDs(t, "list", h.listed(), done[0].ID, done[1].ID)
			release()
			if got := h.waitFinal(batch); len(got) != 3 {
				t.Errorf("%d transfers of 3 files", len(got))
			}
			h.restart()
			h.waitLoaded()
			if got := h.waitFinal(batch); len(got) != 3 {
				t.Errorf("%d transfers of 3 files in the next run", len(got))
			}
			wantIDs(t, "removed", h.historyIDs(uploader.HistoryQuery{Removed: true}))
			if n := len(server.Stored(t)); n != 3 {
				t.Errorf("%d uploads of 3 files", n)
			}
		})
	}
}

// TestStopAndRestartScan stops the scan of a folder and starts it again.
func TestStopAndRestartScan(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	folder := t.TempDir()
	const files = 3000
	for i := range files {
		must(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("%04d.txt", i)), []byte{byte(i), byte(i >> 8)}, 0o600))
	}
	var calls atomic.Int64 // a cancelled scan may overlap with the next one
	release := make(chan struct{})
	h.stop()
	h.configure = func(c *engine.Config) {
		c.Fingerprint = func(ctx context.Context, disk source.Disk, file source.File, destination string) (string, error) {
			if calls.Add(1) > files/2 {
				select {
				case <-release:
				case <-ctx.Done():
				}
			}
			return source.Metadata(ctx, disk, file, destination)
		}
	}
	h.start()
	batch := h.add(folder)
	h.waitFor("the first transfers", func(s *uploader.Snapshot) bool { return s.Transfers.Len() > 0 })
	h.do(uploader.StopScan{Batch: batch})
	close(release)
	stopped := h.engine.Snapshot()
	if found := stopped.Transfers.Len(); !stopped.Batches[batch].Scanned || found == 0 || found > files/2 {
		t.Fatalf("stopped after %d files: %+v", found, stopped.Batches[batch])
	}
	h.do(uploader.Scan{Batch: batch})
	h.waitFinal(batch)
	transfers := h.engine.Snapshot().Transfers
	paths := map[string]bool{}
	for transfer := range transfers.Values() {
		paths[transfer.Source.Path] = true
	}
	if transfers.Len() != files || len(paths) != files {
		t.Errorf("%d transfers for %d files", transfers.Len(), len(paths))
	}
	if stored := server.Stored(t); len(stored) != files {
		t.Errorf("%d uploads for %d files", len(stored), files)
	}
}

func TestResumeFileContinuesInterruptedScan(t *testing.T) {
	t.Parallel()
	h, server, batch, release := startBlockedScan(t, func(_ *uploadtest.Disk, folder string) {
		moveFile(t, createFile(t, "large.bin", 12<<20), filepath.Join(folder, "large.bin"))
	}, "a", "m", "n")
	h.waitFor("3 transfers", func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 3 })
	h.stop()
	configure := h.configure
	h.configure = func(c *engine.Config) { configure(c); c.AskBeforeResume = true }
	release()
	h.start()
	s := h.waitLoaded()
	if s.Batches[batch].Scanned {
		t.Fatal("scan is already complete")
	}
	h.do(uploader.Resume{Target: uploader.TargetTransfers(s.Transfers.At(1).ID)})
	h.waitFor("the rest of the folder to be scanned", func(s *uploader.Snapshot) bool {
		return s.Batches[batch].Scanned && s.Totals.Count[uploader.StateDone] >= 2
	})
	if n := len(server.Stored(t)); n < 2 {
		t.Errorf("server has %d uploads, want at least 2", n)
	}
}

func TestRetryScansFolderThatWasUnreadable(t *testing.T) {
	t.Parallel()
	var disk *uploadtest.Disk
	inner := ""
	h, server, batch, release := startBlockedScan(t, func(of *uploadtest.Disk, folder string) {
		disk, inner = of, filepath.Join(folder, "c")
		createFiles(t, inner, "inside")
		disk.Deny(inner)
	}, "a", "m", "n")
	h.waitCount(uploader.StateFailed, 1)
	disk.Deny("")
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	release()
	h.waitFinal(batch)
	if n := len(server.Stored(t)); n != 4 {
		t.Errorf("server has %d uploads, want 4: %s", n, describe(h.engine.Snapshot()))
	}

	// Remove the done transfers while the folder is missing again.
	if err := os.RemoveAll(inner); err != nil {
		t.Fatal(err)
	}
	h.do(uploader.Remove{Target: uploader.TargetAll()})
	if n := h.engine.Snapshot().Transfers.Len(); n != 0 {
		t.Errorf("%d transfers remain, want 0", n)
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
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitFinal(batch)
	if n := len(server.Stored(t)); n != 2 {
		t.Errorf("server has %d uploads, want 2: %s", n, describe(h.engine.Snapshot()))
	}
}

func TestRetryDoesNotUploadRemovedTransfers(t *testing.T) {
	t.Parallel()
	server, disk := uploadtest.NewTusd(t), &uploadtest.Disk{}
	h := newHarness(t, server.Endpoint)
	h.stop()
	h.configure = func(c *engine.Config) { c.Disk = source.NewDisk(disk) }
	h.start()
	folder := filepath.Join(t.TempDir(), "raws")
	createFiles(t, folder, "a", "b", "c")
	createFiles(t, filepath.Join(folder, "denied"))
	disk.Deny(filepath.Join(folder, "denied"))
	batch := h.add(folder)
	var done []uploader.TransferID
	for _, transfer := range h.waitFinal(batch) {
		if transfer.Phase == uploader.PhaseDone {
			done = append(done, transfer.ID)
		}
	}
	h.do(uploader.Remove{Target: uploader.TargetTransfers(done...)})
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitFinal(batch)
	if n := len(server.Stored(t)); n != 3 {
		t.Errorf("%d uploads of 3 files", n)
	}
}

func TestLinksInFolder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		settings bool // the setting when the folder is added
		option   bool
		want     []string
		skipped  uploader.Skipped
	}{
		{"skipped and counted", false, false, []string{"a"}, uploader.Skipped{
			Links: uploader.SkippedEntries{Count: 4, Names: []string{"folder/broken", "folder/here", "folder/out", "folder/to-file"}},
		}},
		{"followed with the option", false, true, []string{"a", "linked", "to-file"}, uploader.Skipped{
			Links: uploader.SkippedEntries{Count: 2, Names: []string{"folder/broken", "folder/here"}},
		}},
		{"followed with the setting", true, false, []string{"a", "linked", "to-file"}, uploader.Skipped{
			Links: uploader.SkippedEntries{Count: 2, Names: []string{"folder/broken", "folder/here"}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t)
			h := newHarnessWith(t, server.Endpoint, func(s *uploader.Settings) { s.FollowLinks = c.settings })
			folder, elsewhere := filepath.Join(t.TempDir(), "folder"), filepath.Join(t.TempDir(), "elsewhere")
			createFiles(t, folder, "a")
			createFiles(t, elsewhere, "linked")
			for name, target := range map[string]string{
				"out": elsewhere, "to-file": createFile(t, "secret", 100), "here": ".", "broken": "nowhere",
			} {
				uploadtest.NeedSymlink(t, target, filepath.Join(folder, name))
			}
			batch := h.addWithOptions(uploader.BatchOptions{FollowLinks: c.option}, folder)
			var got []string
			for _, transfer := range h.waitFinal(batch) {
				if transfer.Phase != uploader.PhaseDone {
					t.Errorf("%s: %v", transfer.Source.Path, transfer.Fault)
				}
				got = append(got, transfer.Source.Name())
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error("files (-want +got):\n" + diff)
			}
			if diff := cmp.Diff(c.skipped, h.engine.Snapshot().Batches[batch].Skipped); diff != "" {
				t.Error("skipped (-want +got):\n" + diff)
			}
		})
	}
}

// TestResumeFollowsNoLinkThatReplacedFile replaces an unfinished file of a folder, or the
// folder it is in, by a link while Ferry does not run. The setting has changed meanwhile:
// what counts is what it was when the folder was added.
func TestResumeFollowsNoLinkThatReplacedFile(t *testing.T) {
	t.Parallel()
	for name, replaced := range map[string]string{"file": "sub/film.mov", "folder": "sub"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, "http://127.0.0.1:1/files/")
			folder := filepath.Join(t.TempDir(), "folder")
			createFiles(t, filepath.Join(folder, "sub"), "film.mov")
			batch := h.add(folder)
			h.waitFor("the file to wait", func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 1 && s.Batches[batch].Scanned })
			h.stop()
			path, aside := filepath.Join(folder, replaced), filepath.Join(t.TempDir(), "aside")
			must(t, os.Rename(path, aside))
			uploadtest.NeedSymlink(t, aside, path)
			server := uploadtest.NewTusd(t)
			settings := uploader.FallbackSettings()
			settings.FollowLinks = true
			h.configure = func(c *engine.Config) { c.Settings = &settings }
			h.start()
			h.waitLoaded()
			h.do(uploader.SaveServer{Server: uploader.Server{ID: testServer, Name: "studio", Endpoint: server.Endpoint}})
			h.do(uploader.Retry{Target: uploader.TargetAll()})
			transfers := h.waitFinal(batch)
			if f := transfers[0].Fault; f == nil || f.Code != fault.CodeLinkInFolder {
				t.Errorf("%v, %v; want code %s", transfers[0].Phase, f, fault.CodeLinkInFolder)
			}
			if n := len(server.Stored(t)); n != 0 {
				t.Errorf("server has %d uploads", n)
			}
		})
	}
}

// TestScanAgainKnowsWhatWasRemovedFromList: a file that a batch uploaded and that was removed
// from the list is not uploaded again when the batch is scanned again.
func TestScanAgainKnowsWhatWasRemovedFromList(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "raws")
	createFiles(t, folder, "a")
	batch := h.add(folder)
	h.waitFinal(batch)
	createFiles(t, folder, "b")
	h.do(uploader.Scan{Batch: batch})
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	h.waitState(uploader.StatePaused)
	h.do(uploader.Remove{Target: uploader.Target{All: true, Final: true}})
	h.waitFor("one row", func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 1 })
	h.do(uploader.Scan{Batch: batch})
	h.waitFor("the scan to end", func(s *uploader.Snapshot) bool { return s.Batches[batch].Scanned })
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	h.waitFinal(batch)
	wantStored(t, server, filepath.Join(folder, "a"), filepath.Join(folder, "b"))
}
