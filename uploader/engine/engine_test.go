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

// bench is an engine with its store and one server, which a test can stop and
// start again.
type bench struct {
	t        *testing.T
	store    *uploadtest.Store
	endpoint string
	engine   *engine.Engine
	quit     func()
	change   func(*engine.Config)
}

const theServer uploader.ServerID = 2

func newBench(t *testing.T, endpoint string) *bench {
	t.Helper()
	b := &bench{t: t, store: uploadtest.NewStore(), endpoint: endpoint}
	b.start()
	b.do(uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: endpoint}})
	t.Cleanup(func() { b.quit() })
	return b
}

// start runs an engine on whatever the store holds.
func (b *bench) start() {
	b.t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	config := engine.Config{
		Store: b.store,
		Log:   slog.New(slog.NewTextHandler(b.t.Output(), nil)),
		Connect: func(s uploader.Server) (uploader.Protocol, error) {
			return tus.New(tus.Config{Endpoint: s.Endpoint, HTTP: transport, MethodOverride: s.Profile.MethodOverride})
		},
	}
	if b.change != nil {
		b.change(&config)
	}
	b.engine = engine.New(config)
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.engine.Run(ctx) }()
	b.quit = func() {
		cancel()
		if err := <-ended; err != nil {
			b.t.Errorf("run: %v", err)
		}
		transport.CloseIdleConnections()
		b.quit = func() {}
	}
}

// restart stops the engine orderly and runs another on the same store.
func (b *bench) restart() {
	b.t.Helper()
	b.quit()
	b.start()
}

func (b *bench) do(command uploader.Command) {
	b.t.Helper()
	if err := b.engine.Do(b.t.Context(), command); err != nil {
		b.t.Fatalf("%T: %v", command, err)
	}
}

func (b *bench) add(paths ...string) uploader.BatchID {
	b.t.Helper()
	batch := uploader.NewBatchID()
	b.do(uploader.Add{Batch: batch, Server: theServer, Paths: paths})
	return batch
}

// until waits for a snapshot of which want is true.
func (b *bench) until(what string, want func(*uploader.Snapshot) bool) *uploader.Snapshot {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 5*time.Minute)
	defer cancel()
	changes := b.engine.Watch(ctx)
	for {
		s := b.engine.Snapshot()
		if want(s) {
			return s
		}
		if _, open := <-changes; !open {
			b.t.Fatalf("never came: %s; there is: %s", what, describe(s))
		}
	}
}

// finished waits until a batch is walked and everything in it is final.
func (b *bench) finished(batch uploader.BatchID) []*uploader.Transfer {
	b.t.Helper()
	var rows []*uploader.Transfer
	b.until("the end of the batch", func(s *uploader.Snapshot) bool {
		rows = nil
		if known := s.Batches[batch]; known == nil || !known.Expanded {
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

func write(t *testing.T, name string, size int) string {
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

func sumOf(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// wantStored compares what the server holds with the given files, one upload
// each, and nothing besides.
func wantStored(t *testing.T, server served, paths ...string) {
	t.Helper()
	stored := map[string]int{}
	for _, f := range server.Stored(t) {
		stored[f.SHA256]++
	}
	for _, path := range paths {
		if sum := sumOf(t, path); stored[sum] != 1 {
			t.Errorf("%q is stored %d times", filepath.Base(path), stored[sum])
		} else {
			delete(stored, sum)
		}
	}
	if len(stored) != 0 {
		t.Errorf("%d uploads hold something else", len(stored))
	}
}

// served is a tusd, in this process or as a program.
type served interface {
	Stored(t testing.TB) []uploadtest.StoredFile
}

func TestFilesOfEverySizeAndNameCross(t *testing.T) {
	servers := []struct {
		name  string
		start func(*testing.T) (served, string)
	}{
		{"to tusd in this process", func(t *testing.T) (served, string) { s := uploadtest.NewTusd(t); return s, s.Endpoint }},
		{"to the real tusd", func(t *testing.T) (served, string) { s := uploadtest.NewTusdBinary(t); return s, s.Endpoint }},
	}
	files := []struct {
		name string
		size int
	}{
		{"nothing.bin", 0},
		{"one.bin", 1},
		{"small.bin", 10 << 10},
		{"the largest small one.bin", 1 << 20},
		{"the smallest large one.bin", 1<<20 + 1},
		{"huge.bin", 64 << 20},
		{"\"quotes\" & 'more' 中文 🎞.bin", 1000},
		{"new\nline.bin", 1000},
	}
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			server, endpoint := s.start(t)
			b := newBench(t, endpoint)
			var paths, names []string
			for _, f := range files {
				paths, names = append(paths, write(t, f.name, f.size)), append(names, f.name)
			}
			for _, row := range b.finished(b.add(paths...)) {
				if row.Phase != uploader.PhaseDone {
					t.Errorf("%q: %v", row.Source.Name(), row.Fault)
				}
			}
			wantStored(t, server, paths...)
			var known []string
			for _, f := range server.Stored(t) {
				known = append(known, f.Metadata["filename"])
			}
			slices.Sort(names)
			slices.Sort(known)
			if diff := cmp.Diff(names, known); diff != "" {
				t.Error("the names the server knows (-want +got):\n" + diff)
			}
		})
	}
}

func TestManyFilesOfAFolderCrossWithTheirPaths(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
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
	rows := b.finished(b.add(folder))
	if len(rows) != 1000 {
		t.Fatalf("%d transfers", len(rows))
	}
	want := map[string]string{}
	for _, row := range rows {
		want[row.Source.RelPath] = sumOf(t, row.Source.Path)
	}
	for _, f := range server.Stored(t) {
		if want[f.Metadata["relativePath"]] != f.SHA256 {
			t.Errorf("%q holds something else", f.Metadata["relativePath"])
		}
		delete(want, f.Metadata["relativePath"])
	}
	if len(want) != 0 {
		t.Errorf("%d files are not there", len(want))
	}
}

func TestWhatCannotBeSentIsSaidAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	good := write(t, "good.bin", 100)
	missing := filepath.Join(t.TempDir(), "missing.bin")
	link := filepath.Join(t.TempDir(), "broken")
	if err := os.Symlink(missing, link); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]fault.Kind{}
	for _, row := range b.finished(b.add(missing, link, good)) {
		if row.Fault != nil {
			kinds[row.Source.Path] = row.Fault.Kind
		}
	}
	if kinds[missing] != fault.SourceMissing || kinds[link] != fault.SourceMissing || len(kinds) != 2 {
		t.Errorf("faults: %v", kinds)
	}
	wantStored(t, server, good)
}

func TestAQuitInTheMiddleGoesOnWhereTheServerStands(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	b := newBench(t, proxy.URL(server.Endpoint))
	proxy.Slow(8 << 20)
	path := write(t, "film.mov", 24<<20)
	batch := b.add(path)
	b.until("a third of it", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Sent(s.Transfers[0]) > 8<<20
	})
	b.quit()
	proxy.Heal(t)
	b.start()
	rows := b.finished(batch)
	wantStored(t, server, path)
	var patched int64
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch {
			patched += r.Body
		}
	}
	if patched != 24<<20 {
		t.Errorf("the server was sent %d bytes for a file of %d", patched, 24<<20)
	}
	if rows[0].Resumed == 0 {
		t.Error("what was there already is not told")
	}
}
