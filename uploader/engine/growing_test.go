package engine_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// writer writes a growing file.
type writer struct {
	t     *testing.T
	path  string
	file  *os.File
	state atomic.Int32
}

// newWriter creates an empty growing file.
func newWriter(t *testing.T) *writer {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stream.log")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	w := &writer{t: t, path: path, file: file}
	w.setGrowth(uploader.Growing)
	return w
}

// setGrowth sets the state that growth returns.
func (w *writer) setGrowth(growth uploader.Growth) { w.state.Store(int32(growth)) }

// growth implements engine.Config.Growth.
func (w *writer) growth(path string) uploader.Growth {
	if path != w.path {
		return uploader.GrowthNone
	}
	return uploader.Growth(w.state.Load())
}

func (w *writer) write(size int) {
	w.t.Helper()
	if _, err := w.file.Write([]byte(strings.Repeat("a line of the log\n", size/18+1)[:size])); err != nil {
		w.t.Fatal(err)
	}
}

// startGrowingUpload starts the upload of a growing file and waits until the server
// has its first size bytes.
func startGrowingUpload(t *testing.T, server tusdServer, endpoint string, size int) (*harness, *writer, uploader.BatchID) {
	t.Helper()
	w := newWriter(t)
	h := newHarness(t, endpoint)
	h.stop()
	h.configure = func(c *engine.Config) { c.Growth = w.growth }
	h.start()
	w.write(size)
	batch := h.add(w.path)
	waitGrowingOffset(t, h, server, size)
	return h, w, batch
}

// waitGrowingOffset waits until the only transfer has that offset, and checks that
// the server has as many bytes.
func waitGrowingOffset(t *testing.T, h *harness, server tusdServer, size int) {
	t.Helper()
	h.waitFor("the offset to reach the size of the file", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Transfers[0].Session.Begun() && s.Transfers[0].Session.Offset == int64(size)
	})
	if stored := server.Stored(t); len(stored) != 1 || stored[0].Size != int64(size) {
		t.Fatalf("server has %+v, want %d bytes", stored, size)
	}
}

func TestD3GrowingFileIsUploadedWhileWritten(t *testing.T) {
	t.Run("in-process tusd", func(t *testing.T) {
		server := uploadtest.NewTusd(t)
		testGrowingFile(t, server, server.Endpoint)
	})
	t.Run("tusd binary", func(t *testing.T) {
		server := uploadtest.NewTusdBinary(t)
		testGrowingFile(t, server, server.Endpoint)
	})
}

func testGrowingFile(t *testing.T, server tusdServer, endpoint string) {
	t.Helper()
	h, w, batch := startGrowingUpload(t, server, endpoint, 3<<20)
	if row := h.engine.Snapshot().Transfers[0]; row.Source.Size != uploader.SizeUnknown || row.Phase.Final() {
		t.Errorf("phase %v, size %d", row.Phase, row.Source.Size)
	}
	w.write(1000)
	waitGrowingOffset(t, h, server, 3<<20+1000)
	w.write(5 << 20)
	w.setGrowth(uploader.GrowthWhole)
	row := h.waitFinal(batch)[0]
	if row.Phase != uploader.PhaseDone || row.Source.Size != 8<<20+1000 || row.Fingerprint == "" || row.SHA256 == "" {
		t.Errorf("phase %v, fault %v, size %d", row.Phase, row.Fault, row.Source.Size)
	}
	wantStored(t, server, w.path)
	if length := server.Stored(t)[0].Length; length != row.Source.Size {
		t.Errorf("server has length %d", length)
	}
}

func TestD3GrowingFileEndsWithoutNewBytes(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1000} {
		server := uploadtest.NewTusd(t)
		h, w, batch := startGrowingUpload(t, server, server.Endpoint, size)
		w.setGrowth(uploader.GrowthWhole)
		if row := h.waitFinal(batch)[0]; row.Phase != uploader.PhaseDone || row.Source.Size != int64(size) {
			t.Errorf("phase %v, fault %v, size %d", row.Phase, row.Fault, row.Source.Size)
		}
		wantStored(t, server, w.path)
	}
}

func TestIncompleteGrowingFileFails(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h, w, batch := startGrowingUpload(t, server, server.Endpoint, 2<<20)
	w.setGrowth(uploader.GrowthCut)
	for _, when := range []string{"when the writer stops early", "after a retry"} {
		row := h.waitFinal(batch)[0]
		if row.Phase != uploader.PhaseFailed || row.Fault.Kind != fault.SourceCut {
			t.Errorf("%s: phase %v, fault %v", when, row.Phase, row.Fault)
		}
		h.do(uploader.Retry{Target: uploader.Everything()})
	}
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch && r.Header.Get("Upload-Length") != "" {
			t.Error("server received Upload-Length")
		}
	}
}

func TestGrowingFileResumesAfterRestart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		growth uploader.Growth
		want   uploader.Phase
	}{
		{"still growing", uploader.Growing, uploader.PhaseDone},
		{"completed meanwhile", uploader.GrowthWhole, uploader.PhaseDone},
		{"cut off meanwhile", uploader.GrowthCut, uploader.PhaseFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			h, w, batch := startGrowingUpload(t, server, server.Endpoint, 2<<20)
			h.stop()
			w.write(3 << 20)
			w.setGrowth(c.growth)
			h.start()
			if c.growth == uploader.Growing {
				waitGrowingOffset(t, h, server, 5<<20)
				w.write(100)
				w.setGrowth(uploader.GrowthWhole)
			}
			row := h.waitFinal(batch)[0]
			if row.Phase != c.want {
				t.Fatalf("phase %v, fault %v", row.Phase, row.Fault)
			}
			if c.want == uploader.PhaseDone {
				wantStored(t, server, w.path)
				if sent := bodyBytes(server.Requests()); sent != row.Source.Size {
					t.Errorf("server received %d bytes, file has %d", sent, row.Source.Size)
				}
			}
		})
	}
}

// TestCheckOfGrowingFile checks a growing file after a restart that asks before it
// resumes.
func TestCheckOfGrowingFile(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h, w, batch := startGrowingUpload(t, server, server.Endpoint, 2<<20)
	h.stop()
	w.write(1 << 20)
	w.setGrowth(uploader.GrowthWhole)
	configure := h.configure
	h.configure = func(c *engine.Config) { configure(c); c.Ask = true }
	h.start()
	h.waitFor("the first snapshot", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
	if row := h.checkAll(); row.Phase != uploader.PhaseQueued || row.Fault != nil || row.Session.Offset != 2<<20 {
		t.Errorf("state %v, fault %v, offset %d", row.State(), row.Fault, row.Session.Offset)
	}
	h.do(uploader.Resume{Target: uploader.Everything()})
	if row := h.waitFinal(batch)[0]; row.Phase != uploader.PhaseDone || row.Resumed != 2<<20 {
		t.Errorf("phase %v, fault %v, resumed at %d", row.Phase, row.Fault, row.Resumed)
	}
	wantStored(t, server, w.path)
}

func TestD1GrowingFileWaitsForItsLengthWithoutDeferral(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions {
				w.Header().Set("Tus-Resumable", "1.0.0")
				w.Header().Set("Tus-Version", "1.0.0")
				w.Header().Set("Tus-Extension", "creation,termination")
				w.WriteHeader(http.StatusNoContent)
				return
			}
			next.ServeHTTP(w, r)
		})
	}))
	w := newWriter(t)
	h := newHarness(t, server.Endpoint)
	h.stop()
	h.configure = func(c *engine.Config) { c.Growth = w.growth }
	h.start()
	w.write(2 << 20)
	batch := h.add(w.path)
	h.waitFor("a preparing transfer", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Transfers[0].Phase == uploader.PhasePreparing
	})
	w.write(1000)
	w.setGrowth(uploader.GrowthWhole)
	if row := h.waitFinal(batch)[0]; row.Phase != uploader.PhaseDone || row.Source.Size != 2<<20+1000 {
		t.Errorf("phase %v, fault %v", row.Phase, row.Fault)
	}
	wantStored(t, server, w.path)
	for _, r := range server.Requests() {
		if r.Header.Get("Upload-Defer-Length") != "" {
			t.Error("request has Upload-Defer-Length, which the server does not offer")
		}
	}
}
