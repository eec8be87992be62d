package engine_test

import (
	"encoding/hex"
	"os"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestSHA256OfSmallFileIsSaved(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	path := createFile(t, "a.txt", 1000)
	transfer := h.waitFinal(h.add(path))[0]
	if got := hex.EncodeToString([]byte(transfer.SHA256)); got != fileSHA256(t, path) {
		t.Errorf("SHA256 is %s", got)
	}
}

// TestSHA256IsComputedWhereItIsWanted uploads a file with a hash that nobody reads unless
// the settings want it, or the server.
func TestSHA256IsComputedWhereItIsWanted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		settings, metadata bool
		options            uploader.ServerOptions
		want               bool
	}{
		"by default":      {false, false, uploader.ServerOptions{}, false},
		"in the settings": {true, false, uploader.ServerOptions{}, true},
		"in the metadata": {false, true, uploader.ServerOptions{}, true},
		"in the link":     {false, false, uploader.ServerOptions{LinkTemplate: "https://d.example/{sha256}"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t)
			h := newHarnessWith(t, server.Endpoint, func(s *uploader.Settings) { s.SHA256, s.SendSHA256 = c.settings, c.metadata })
			h.waitLoaded()
			h.setServerOptions(c.options)
			path := createFile(t, "film.mov", 12<<20)
			h.add(path)
			if done := h.waitState(uploader.StateDone); (done.SHA256 != "") != c.want {
				t.Errorf("SHA256 is %x", done.SHA256)
			}
			wantStored(t, server, path)
		})
	}
}

func TestSHA256InMetadata(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarnessWith(t, server.Endpoint, func(s *uploader.Settings) { s.SendSHA256 = true })
	paths := []string{createFile(t, "empty", 0), createFile(t, "small.bin", 1000), createFile(t, "large.bin", 9<<20)}
	for _, transfer := range h.waitFinal(h.add(paths...)) {
		if transfer.Phase != uploader.PhaseDone {
			t.Errorf("%s: %v", transfer.Source.Name(), transfer.Fault)
		}
	}
	wantStored(t, server, paths...)
	for _, f := range server.Stored(t) {
		if f.Metadata["sha256"] != f.SHA256 {
			t.Errorf("sha256 in metadata is %q", f.Metadata["sha256"])
		}
	}
}

// TestG6SHA256Placeholder is about a server that wants the hash under a key of its own.
func TestG6SHA256Placeholder(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.ServerOptions{Metadata: "checksum={sha256}", Connections: 2})
	paths := []string{createFile(t, "empty", 0), createFile(t, "small.bin", 1000), createFile(t, "large.bin", 33<<20)}
	for _, transfer := range h.waitFinal(h.add(paths...)) {
		if transfer.Phase != uploader.PhaseDone {
			t.Errorf("%s: %v", transfer.Source.Name(), transfer.Fault)
		}
	}
	wantStored(t, server, paths...)
	for _, f := range server.Stored(t) {
		if sum, declared := f.Metadata["sha256"]; f.Metadata["checksum"] != f.SHA256 || declared {
			t.Errorf("metadata has checksum %q and sha256 %q", f.Metadata["checksum"], sum)
		}
	}
}

func TestG6GrowingFileIsUploadedAfterItsEnd(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	w := newWriter(t)
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.ServerOptions{Metadata: "checksum={sha256}"})
	h.stop()
	h.configure = func(c *engine.Config) { c.Growth = w.growth }
	h.start()
	w.write(2 << 20)
	batch := h.add(w.path)
	h.waitFor("a preparing transfer", func(s *uploader.Snapshot) bool {
		return s.Transfers.Len() == 1 && s.Transfers.At(0).Phase == uploader.PhasePreparing
	})
	w.write(1000)
	w.setGrowth(uploader.GrowthComplete)
	h.waitFinal(batch)
	wantStored(t, server, w.path)
	if f := server.Stored(t)[0]; f.Metadata["checksum"] != f.SHA256 {
		t.Errorf("checksum in metadata is %q", f.Metadata["checksum"])
	}
}

func TestHashingProgressIsReported(t *testing.T) {
	h := newHarnessWith(t, uploadtest.NewTusd(t).Endpoint, func(s *uploader.Settings) { s.SendSHA256 = true })
	path := createFile(t, "film.mov", 0)
	if err := os.Truncate(path, 4<<30); err != nil {
		t.Fatal(err)
	}
	h.add(path)
	h.waitFor("hashing progress", func(s *uploader.Snapshot) bool {
		return s.Transfers.Len() == 1 && s.Transfers.At(0).Phase == uploader.PhasePreparing && s.Progress[s.Transfers.At(0).ID].Read > 0
	})
	h.do(uploader.Cancel{Target: uploader.TargetAll()})
	h.waitCancelled()
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
			h := newHarnessWith(t, proxy.URL(server.Endpoint), func(s *uploader.Settings) { s.SendSHA256 = true })
			proxy.HoldEachAfter(6 << 20)
			path := createFile(t, "film.mov", 12<<20)
			h.add(path)
			h.waitStored(server, 3<<20)
			h.do(uploader.Pause{Target: uploader.TargetAll()})
			h.waitState(uploader.StatePaused)
			keepModTime(t, path, func() { editFile(t, path, c.at) })
			proxy.Restore(t)
			h.do(uploader.Resume{Target: uploader.TargetAll()})
			h.waitState(uploader.StateChanged)
			h.do(uploader.Retry{Target: uploader.TargetAll()})
			h.waitState(uploader.StateDone)
			h.waitFor("the old upload to be terminated", func(*uploader.Snapshot) bool { return len(server.Stored(t)) == 1 })
			wantStored(t, server, path)
			if f := server.Stored(t)[0]; f.Metadata["sha256"] != f.SHA256 {
				t.Errorf("sha256 in metadata is %q", f.Metadata["sha256"])
			}
		})
	}
}
