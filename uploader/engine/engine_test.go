package engine_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, uploadtest.TusdGoroutines())
}

// harness runs an engine with one server on an in-memory store. The engine can be
// stopped and started again on the same store.
type harness struct {
	t         *testing.T
	store     *uploadtest.Store
	endpoint  string
	engine    *engine.Engine
	stop      func()
	configure func(*engine.Config) // changes the configuration of the next start; may be nil
}

// testServer is the ID of the harness's server.
const testServer uploader.ServerID = 2

func newHarness(t *testing.T, endpoint string) *harness {
	t.Helper()
	h := &harness{t: t, store: uploadtest.NewStore(), endpoint: endpoint}
	h.start()
	h.do(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: endpoint}})
	t.Cleanup(func() { h.stop() })
	return h
}

// start runs an engine on the store.
func (h *harness) start() {
	h.t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	config := engine.Config{
		Store: h.store,
		Log:   slog.New(slog.NewTextHandler(h.t.Output(), nil)),
		Connect: func(s uploader.Server) (uploader.Protocol, error) {
			return tus.New(tus.Config{Endpoint: s.Endpoint, HTTP: transport, MethodOverride: s.Profile.MethodOverride})
		},
	}
	if h.configure != nil {
		h.configure(&config)
	}
	h.engine = engine.New(config)
	ctx, cancel := context.WithCancel(h.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.engine.Run(ctx) }()
	h.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			h.t.Errorf("run: %v", err)
		}
		transport.CloseIdleConnections()
		h.stop = func() {}
	}
}

// restart stops the engine and starts another one on the same store.
func (h *harness) restart() {
	h.t.Helper()
	h.stop()
	h.start()
}

func (h *harness) do(command uploader.Command) {
	h.t.Helper()
	if err := h.engine.Do(h.t.Context(), command); err != nil {
		h.t.Fatalf("%T: %v", command, err)
	}
}

func (h *harness) add(paths ...string) uploader.BatchID {
	h.t.Helper()
	batch := uploader.NewBatchID()
	h.do(uploader.Add{Batch: batch, Server: testServer, Paths: paths})
	return batch
}

// waitFor waits for a snapshot for which cond returns true, and returns it.
func (h *harness) waitFor(what string, cond func(*uploader.Snapshot) bool) *uploader.Snapshot {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 5*time.Minute)
	defer cancel()
	changes := h.engine.Watch(ctx)
	for {
		s := h.engine.Snapshot()
		if cond(s) {
			return s
		}
		if _, open := <-changes; !open {
			h.t.Fatalf("timed out waiting for %s; transfers: %s", what, describe(s))
		}
	}
}

// waitFinal waits until a batch is scanned and all its transfers are final, and
// returns them.
func (h *harness) waitFinal(batch uploader.BatchID) []*uploader.Transfer {
	h.t.Helper()
	var rows []*uploader.Transfer
	h.waitFor("all transfers of the batch to be final", func(s *uploader.Snapshot) bool {
		rows = nil
		if added := s.Batches[batch]; added == nil || !added.Expanded {
			return false
		}
		for _, t := range s.Transfers {
			if t.Batch == batch {
				rows = append(rows, t)
				if !t.Phase.Final() {
					return false
				}
			}
		}
		return true
	})
	return rows
}

// describe lists the transfers of a snapshot with their states, for failure messages.
func describe(s *uploader.Snapshot) string {
	text := ""
	for _, t := range s.Transfers {
		text += t.Source.Name() + " " + t.State().String() + " "
		if t.Fault != nil {
			text += "(" + t.Fault.Error() + ") "
		}
	}
	return text
}

// createFile creates a file in a new temporary folder and returns its path. Its
// content depends on its name alone.
func createFile(t *testing.T, name string, size int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	content := make([]byte, size)
	random := rand.NewChaCha8(sha256.Sum256([]byte(name)))
	_, _ = random.Read(content) // never fails
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// fileSHA256 returns the SHA-256 of a file in hexadecimal.
func fileSHA256(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// wantStored checks that the server has exactly one upload of each file and no
// other uploads.
func wantStored(t *testing.T, server tusdServer, paths ...string) {
	t.Helper()
	stored := map[string]int{}
	for _, f := range server.Stored(t) {
		stored[f.SHA256]++
	}
	for _, path := range paths {
		if sum := fileSHA256(t, path); stored[sum] != 1 {
			t.Errorf("%q is stored %d times, want 1", filepath.Base(path), stored[sum])
		} else {
			delete(stored, sum)
		}
	}
	if len(stored) != 0 {
		t.Errorf("server has %d other uploads, want 0", len(stored))
	}
}

// tusdServer is a tusd server, in this process or as a separate program.
type tusdServer interface {
	Stored(t testing.TB) []uploadtest.StoredFile
}

func TestUploadFileSizesAndNames(t *testing.T) {
	servers := []struct {
		name  string
		start func(*testing.T) (tusdServer, string)
	}{
		{"in-process tusd", func(t *testing.T) (tusdServer, string) { s := uploadtest.NewTusd(t); return s, s.Endpoint }},
		{"tusd binary", func(t *testing.T) (tusdServer, string) { s := uploadtest.NewTusdBinary(t); return s, s.Endpoint }},
	}
	files := []struct {
		name string
		size int
	}{
		{"empty.bin", 0},
		{"one.bin", 1},
		{"small.bin", 10 << 10},
		{"largest small file.bin", 1 << 20},
		{"smallest large file.bin", 1<<20 + 1},
		{"huge.bin", 64 << 20},
		{"\"quotes\" & 'more' 中文 🎞.bin", 1000},
		{"new\nline.bin", 1000},
	}
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			server, endpoint := s.start(t)
			h := newHarness(t, endpoint)
			var paths, names []string
			for _, f := range files {
				paths, names = append(paths, createFile(t, f.name, f.size)), append(names, f.name)
			}
			for _, row := range h.waitFinal(h.add(paths...)) {
				if row.Phase != uploader.PhaseDone {
					t.Errorf("%q: %v", row.Source.Name(), row.Fault)
				}
			}
			wantStored(t, server, paths...)
			var got []string
			for _, f := range server.Stored(t) {
				got = append(got, f.Metadata["filename"])
			}
			slices.Sort(names)
			slices.Sort(got)
			if diff := cmp.Diff(names, got); diff != "" {
				t.Error("file names on the server (-want +got):\n" + diff)
			}
		})
	}
}

func TestUploadFolderKeepsRelativePaths(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "raws")
	for i := range 1000 {
		path := filepath.Join(folder, string(rune('a'+i%7)), "f"+string(rune('a'+i%26))+time.Duration(i).String())
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(path), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rows := h.waitFinal(h.add(folder))
	if len(rows) != 1000 {
		t.Fatalf("got %d transfers, want 1000", len(rows))
	}
	want := map[string]string{}
	for _, row := range rows {
		want[row.Source.RelPath] = fileSHA256(t, row.Source.Path)
	}
	for _, f := range server.Stored(t) {
		if want[f.Metadata["relativePath"]] != f.SHA256 {
			t.Errorf("content of %q differs", f.Metadata["relativePath"])
		}
		delete(want, f.Metadata["relativePath"])
	}
	if len(want) != 0 {
		t.Errorf("%d files are missing on the server", len(want))
	}
}

func TestMissingFilesDoNotBlockOthers(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	good := createFile(t, "good.bin", 100)
	missing := filepath.Join(t.TempDir(), "missing.bin")
	link := filepath.Join(t.TempDir(), "broken")
	if err := os.Symlink(missing, link); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]fault.Kind{}
	for _, row := range h.waitFinal(h.add(missing, link, good)) {
		if row.Fault != nil {
			kinds[row.Source.Path] = row.Fault.Kind
		}
	}
	if kinds[missing] != fault.SourceMissing || kinds[link] != fault.SourceMissing || len(kinds) != 2 {
		t.Errorf("faults: %v", kinds)
	}
	wantStored(t, server, good)
}

func TestRestartResumesAtServerOffset(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.Slow(8 << 20)
	path := createFile(t, "film.mov", 24<<20)
	batch := h.add(path)
	h.waitFor("8 MiB sent", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Sent(s.Transfers[0]) > 8<<20
	})
	h.stop()
	proxy.Heal(t)
	h.start()
	rows := h.waitFinal(batch)
	wantStored(t, server, path)
	var patched int64
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch {
			patched += r.Body
		}
	}
	if patched != 24<<20 {
		t.Errorf("server received %d bytes, file has %d", patched, 24<<20)
	}
	if rows[0].Resumed == 0 {
		t.Error("Resumed = 0, want the offset before the restart")
	}
}

// everyDay is the days of a schedule span that applies on all days.
var everyDay = [7]bool{true, true, true, true, true, true, true}
