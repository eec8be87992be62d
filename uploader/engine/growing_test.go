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
	w.setGrowth(uploader.GrowthActive)
	return w
}

// setGrowth sets the state that growth returns.
func (w *writer) setGrowth(growth uploader.FileGrowth) { w.state.Store(int32(growth)) }

// growth implements engine.Config.Growth.
func (w *writer) growth(path string) uploader.FileGrowth {
	if path != w.path {
		return uploader.GrowthNone
	}
	return uploader.FileGrowth(w.state.Load())
}

// write appends size bytes to the file.
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
		return s.Transfers.Len() == 1 && s.Transfers.At(0).Session.Begun() && s.Transfers.At(0).Session.Offset == int64(size)
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
	if transfer := h.engine.Snapshot().Transfers.At(0); transfer.Source.Size != uploader.SizeUnknown || transfer.Phase.Final() {
		t.Errorf("phase %v, size %d", transfer.Phase, transfer.Source.Size)
	}
	w.write(1000)
	waitGrowingOffset(t, h, server, 3<<20+1000)
	w.write(5 << 20)
	w.setGrowth(uploader.GrowthComplete)
	transfer := h.waitFinal(batch)[0]
	if transfer.Phase != uploader.PhaseDone || transfer.Source.Size != 8<<20+1000 || transfer.Fingerprint == "" || transfer.SHA256 == "" {
		t.Errorf("phase %v, fault %v, size %d", transfer.Phase, transfer.Fault, transfer.Source.Size)
	}
	wantStored(t, server, w.path)
	if length := server.Stored(t)[0].Length; length != transfer.Source.Size {
		t.Errorf("server has length %d", length)
	}
}

func TestD3GrowingFileEndsWithoutNewBytes(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1000} {
		server := uploadtest.NewTusd(t)
		h, w, batch := startGrowingUpload(t, server, server.Endpoint, size)
		w.setGrowth(uploader.GrowthComplete)
		if transfer := h.waitFinal(batch)[0]; transfer.Phase != uploader.PhaseDone || transfer.Source.Size != int64(size) {
			t.Errorf("phase %v, fault %v, size %d", transfer.Phase, transfer.Fault, transfer.Source.Size)
		}
		wantStored(t, server, w.path)
	}
}

func TestIncompleteGrowingFileFails(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h, w, batch := startGrowingUpload(t, server, server.Endpoint, 2<<20)
	w.setGrowth(uploader.GrowthTruncated)
	for _, when := range []string{"when the writer stops early", "after a retry"} {
		transfer := h.waitFinal(batch)[0]
		if transfer.Phase != uploader.PhaseFailed || transfer.Fault.Kind != fault.SourceTruncated {
			t.Errorf("%s: phase %v, fault %v", when, transfer.Phase, transfer.Fault)
		}
		h.do(uploader.Retry{Target: uploader.TargetAll()})
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
		growth uploader.FileGrowth
		want   uploader.Phase
	}{
		{"still growing", uploader.GrowthActive, uploader.PhaseDone},
		{"completed meanwhile", uploader.GrowthComplete, uploader.PhaseDone},
		{"cut off meanwhile", uploader.GrowthTruncated, uploader.PhaseFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			h, w, batch := startGrowingUpload(t, server, server.Endpoint, 2<<20)
			h.stop()
			w.write(3 << 20)
			w.setGrowth(c.growth)
			h.start()
			if c.growth == uploader.GrowthActive {
				waitGrowingOffset(t, h, server, 5<<20)
				w.write(100)
				w.setGrowth(uploader.GrowthComplete)
			}
			transfer := h.waitFinal(batch)[0]
			if transfer.Phase != c.want {
				t.Fatalf("phase %v, fault %v", transfer.Phase, transfer.Fault)
			}
			if c.want == uploader.PhaseDone {
				wantStored(t, server, w.path)
				if sent := bodyBytes(server.Requests()); sent != transfer.Source.Size {
					t.Errorf("server received %d bytes, file has %d", sent, transfer.Source.Size)
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
	w.setGrowth(uploader.GrowthComplete)
	configure := h.configure
	h.configure = func(c *engine.Config) { configure(c); c.AskBeforeResume = true }
	h.start()
	h.waitLoaded()
	if transfer := h.checkAll(); transfer.Phase != uploader.PhaseQueued || transfer.Fault != nil || transfer.Session.Offset != 2<<20 {
		t.Errorf("state %v, fault %v, offset %d", transfer.State(), transfer.Fault, transfer.Session.Offset)
	}
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	if transfer := h.waitFinal(batch)[0]; transfer.Phase != uploader.PhaseDone || transfer.ResumedFrom != 2<<20 {
		t.Errorf("phase %v, fault %v, resumed at %d", transfer.Phase, transfer.Fault, transfer.ResumedFrom)
	}
	wantStored(t, server, w.path)
}

func TestD1GrowingFileWaitsForItsLengthWithoutDeferral(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t, offerExtensions("creation,termination"))
	w := newWriter(t)
	h := newHarness(t, server.Endpoint)
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
	if transfer := h.waitFinal(batch)[0]; transfer.Phase != uploader.PhaseDone || transfer.Source.Size != 2<<20+1000 {
		t.Errorf("phase %v, fault %v", transfer.Phase, transfer.Fault)
	}
	wantStored(t, server, w.path)
	for _, r := range server.Requests() {
		if r.Header.Get("Upload-Defer-Length") != "" {
			t.Error("request has Upload-Defer-Length, which the server does not offer")
		}
	}
}
