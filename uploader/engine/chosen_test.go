package engine_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// newHarnessWith returns a harness whose settings are those of testSettings, changed
// by set.
func newHarnessWith(t *testing.T, endpoint string, set func(*uploader.Settings)) *harness {
	t.Helper()
	h := newHarness(t, endpoint)
	h.stop()
	h.configure = func(c *engine.Config) {
		s := uploader.DefaultSettings()
		s.Settle, s.Connections = 0, 1
		set(&s)
		c.Settings = &s
	}
	h.start()
	return h
}

func TestRecentlyModifiedFileWaitsThenUploads(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarnessWith(t, server.Endpoint, func(s *uploader.Settings) { s.Settle = time.Second })
	path := createFile(t, "log.txt", 1000)
	h.add(path)
	row := h.waitState(uploader.StateWaiting)
	if row.Fault == nil || row.Fault.Kind != fault.SourceBusy || !row.Started.IsZero() {
		t.Errorf("fault %v, started %v; want fault.SourceBusy and not started", row.Fault, row.Started)
	}
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
}

func TestFileGrowingWhileWaitingIsUploadedWhole(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarnessWith(t, server.Endpoint, func(s *uploader.Settings) { s.Settle = time.Second })
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
	h := newHarnessWith(t, server.Endpoint, func(s *uploader.Settings) { s.Settle = time.Hour })
	folder := filepath.Join(t.TempDir(), "notes")
	for i := range files {
		createFiles(t, folder, strconv.Itoa(i))
	}
	h.add(folder)
	s := h.waitCount(uploader.StateWaiting, files)
	for _, row := range s.Transfers {
		if row.Phase != uploader.PhaseWaiting {
			t.Fatalf("%s is %v", row.Source.Name(), row.Phase)
		}
	}
	noWait := uploader.DefaultSettings()
	noWait.Settle = 0
	h.do(uploader.Configure{Settings: noWait})
	h.waitCount(uploader.StateDone, files)
}

func TestFolderScanSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		set  func(*uploader.Settings)
		want []string
	}{
		{"default", func(*uploader.Settings) {}, []string{".hidden", "a", "b.tmp"}},
		{"without hidden files", func(s *uploader.Settings) { s.Hidden = false }, []string{"a", "b.tmp"}},
		{"with ignore patterns", func(s *uploader.Settings) { s.Ignore = []string{"*.tmp"} }, []string{".DS_Store", ".hidden", "a"}},
		{"following links to folders", func(s *uploader.Settings) { s.Links = true }, []string{".hidden", "a", "b.tmp", "linked"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			h := newHarnessWith(t, server.Endpoint, c.set)
			folder, elsewhere := filepath.Join(t.TempDir(), "folder"), filepath.Join(t.TempDir(), "elsewhere")
			createFiles(t, folder, "a", "b.tmp", ".hidden", ".DS_Store")
			createFiles(t, elsewhere, "linked")
			if err := os.Symlink(elsewhere, filepath.Join(folder, "link")); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, row := range h.waitFinal(h.add(folder)) {
				if row.Phase == uploader.PhaseDone {
					got = append(got, row.Source.Name())
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error("files (-want +got):\n" + diff)
			}
		})
	}
}

func TestSHA256InMetadata(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarnessWith(t, server.Endpoint, func(s *uploader.Settings) { s.Sum = true })
	paths := []string{createFile(t, "empty", 0), createFile(t, "small.bin", 1000), createFile(t, "large.bin", 9<<20)}
	for _, row := range h.waitFinal(h.add(paths...)) {
		if row.Phase != uploader.PhaseDone {
			t.Errorf("%s: %v", row.Source.Name(), row.Fault)
		}
	}
	wantStored(t, server, paths...)
	for _, f := range server.Stored(t) {
		if f.Metadata["sha256"] != f.SHA256 {
			t.Errorf("sha256 in metadata is %q", f.Metadata["sha256"])
		}
	}
}

func TestHashingProgressIsReported(t *testing.T) {
	h := newHarnessWith(t, uploadtest.NewTusd(t).Endpoint, func(s *uploader.Settings) { s.Sum = true })
	path := createFile(t, "film.mov", 0)
	if err := os.Truncate(path, 4<<30); err != nil {
		t.Fatal(err)
	}
	h.add(path)
	h.waitFor("hashing progress", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Transfers[0].Phase == uploader.PhasePreparing && s.Live[s.Transfers[0].ID].Read > 0
	})
	h.do(uploader.Cancel{Target: uploader.Everything()})
	h.waitFor("a cancelled transfer", func(s *uploader.Snapshot) bool { return s.Transfers[0].Phase == uploader.PhaseCancelled })
}

func TestSHA256MismatchIsNotDone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		at   int64
	}{{"edited in the uploaded range", 1 << 20}, {"edited in the remaining range", 11 << 20}} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			h := newHarnessWith(t, proxy.URL(server.Endpoint), func(s *uploader.Settings) { s.Sum = true })
			proxy.Slow(4 << 20)
			path := createFile(t, "film.mov", 12<<20)
			h.add(path)
			h.waitFor("3 MiB stored", func(*uploader.Snapshot) bool {
				stored := server.Stored(t)
				return len(stored) == 1 && stored[0].Size > 3<<20
			})
			h.do(uploader.Pause{Target: uploader.Everything()})
			h.waitState(uploader.StatePaused)
			restoringTime(t, path, func() { editFile(t, path, c.at) })
			proxy.Heal(t)
			h.do(uploader.Resume{Target: uploader.Everything()})
			h.waitState(uploader.StateChanged)
			h.do(uploader.Retry{Target: uploader.Everything()})
			h.waitState(uploader.StateDone)
			h.waitFor("the old upload to be terminated", func(*uploader.Snapshot) bool { return len(server.Stored(t)) == 1 })
			wantStored(t, server, path)
			if f := server.Stored(t)[0]; f.Metadata["sha256"] != f.SHA256 {
				t.Errorf("sha256 in metadata is %q", f.Metadata["sha256"])
			}
		})
	}
}
