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

// writer is a program that writes a stream into a file.
type writer struct {
	t     *testing.T
	path  string
	file  *os.File
	state atomic.Int32
}

func newWriter(t *testing.T) *writer {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stream.log")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	w := &writer{t: t, path: path, file: file}
	w.is(uploader.Growing)
	return w
}

func (w *writer) is(growth uploader.Growth) { w.state.Store(int32(growth)) }

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

// following is an engine to which a stream is on its way, of which so much arrived.
func following(t *testing.T, server served, endpoint string, size int) (*bench, *writer, uploader.BatchID) {
	t.Helper()
	w := newWriter(t)
	b := newBench(t, endpoint)
	b.quit()
	b.change = func(c *engine.Config) { c.Growth = w.growth }
	b.start()
	w.write(size)
	batch := b.add(w.path)
	arrives(t, b, server, size)
	return b, w, batch
}

// arrives waits until the server holds so much of the one file there is.
func arrives(t *testing.T, b *bench, server served, size int) {
	t.Helper()
	b.until("what there is", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Transfers[0].Session.Begun() && s.Transfers[0].Session.Offset == int64(size)
	})
	if stored := server.Stored(t); len(stored) != 1 || stored[0].Size != int64(size) {
		t.Fatalf("the server holds %+v, want %d bytes", stored, size)
	}
}

func TestD3AStreamCrossesWhileItIsWritten(t *testing.T) {
	t.Run("to tusd in this process", func(t *testing.T) {
		server := uploadtest.NewTusd(t)
		streamed(t, server, server.Endpoint)
	})
	t.Run("to the real tusd", func(t *testing.T) {
		server := uploadtest.NewTusdBinary(t)
		streamed(t, server, server.Endpoint)
	})
}

func streamed(t *testing.T, server served, endpoint string) {
	t.Helper()
	b, w, batch := following(t, server, endpoint, 3<<20)
	if row := b.engine.Snapshot().Transfers[0]; row.Source.Size != uploader.SizeUnknown || row.Phase.Final() {
		t.Errorf("it is %v and has %d bytes", row.Phase, row.Source.Size)
	}
	w.write(1000)
	arrives(t, b, server, 3<<20+1000)
	w.write(5 << 20)
	w.is(uploader.GrowthWhole)
	row := b.finished(batch)[0]
	if row.Phase != uploader.PhaseDone || row.Source.Size != 8<<20+1000 || row.Fingerprint == "" || row.SHA256 == "" {
		t.Errorf("it ended as %v, %v, with %d bytes", row.Phase, row.Fault, row.Source.Size)
	}
	wantStored(t, server, w.path)
	if length := server.Stored(t)[0].Length; length != row.Source.Size {
		t.Errorf("the server was told a length of %d", length)
	}
}

func TestD3AStreamMayEndWithoutAnotherByte(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1000} {
		server := uploadtest.NewTusd(t)
		b, w, batch := following(t, server, server.Endpoint, size)
		w.is(uploader.GrowthWhole)
		if row := b.finished(batch)[0]; row.Phase != uploader.PhaseDone || row.Source.Size != int64(size) {
			t.Errorf("it ended as %v, %v, with %d bytes", row.Phase, row.Fault, row.Source.Size)
		}
		wantStored(t, server, w.path)
	}
}

func TestAStreamThatIsCutIsNeverDone(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b, w, batch := following(t, server, server.Endpoint, 2<<20)
	w.is(uploader.GrowthCut)
	for _, what := range []string{"when it is cut", "when it is tried again"} {
		row := b.finished(batch)[0]
		if row.Phase != uploader.PhaseFailed || row.Fault.Kind != fault.SourceCut {
			t.Errorf("%s it ends as %v, %v", what, row.Phase, row.Fault)
		}
		b.do(uploader.Retry{Target: uploader.Everything()})
	}
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch && r.Header.Get("Upload-Length") != "" {
			t.Error("the server was told that it ends")
		}
	}
}

func TestAStreamGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		after uploader.Growth
		want  uploader.Phase
	}{
		{"while it is still written", uploader.Growing, uploader.PhaseDone},
		{"when it has ended meanwhile", uploader.GrowthWhole, uploader.PhaseDone},
		{"not when it was cut meanwhile", uploader.GrowthCut, uploader.PhaseFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			b, w, batch := following(t, server, server.Endpoint, 2<<20)
			b.quit()
			w.write(3 << 20)
			w.is(c.after)
			b.start()
			if c.after == uploader.Growing {
				arrives(t, b, server, 5<<20)
				w.write(100)
				w.is(uploader.GrowthWhole)
			}
			row := b.finished(batch)[0]
			if row.Phase != c.want {
				t.Fatalf("it ended as %v, %v", row.Phase, row.Fault)
			}
			if c.want == uploader.PhaseDone {
				wantStored(t, server, w.path)
				if sent := bodyBytes(server.Requests()); sent != row.Source.Size {
					t.Errorf("%d bytes were sent of a stream of %d", sent, row.Source.Size)
				}
			}
		})
	}
}

// TestAStreamIsCheckedWithoutKnowingItsSize asks for it after a restart that waits
// for the user.
func TestAStreamIsCheckedWithoutKnowingItsSize(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b, w, batch := following(t, server, server.Endpoint, 2<<20)
	b.quit()
	w.write(1 << 20)
	w.is(uploader.GrowthWhole)
	grows := b.change
	b.change = func(c *engine.Config) { grows(c); c.Ask = true }
	b.start()
	b.until("the start", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
	if row := b.look(); row.Phase != uploader.PhaseQueued || row.Fault != nil || row.Session.Offset != 2<<20 {
		t.Errorf("learned %v, %v, %d bytes", row.State(), row.Fault, row.Session.Offset)
	}
	b.do(uploader.Resume{Target: uploader.Everything()})
	if row := b.finished(batch)[0]; row.Phase != uploader.PhaseDone || row.Resumed != 2<<20 {
		t.Errorf("it ended as %v, %v, resumed at %d", row.Phase, row.Fault, row.Resumed)
	}
	wantStored(t, server, w.path)
}

func TestD1AServerThatMustKnowTheSizeGetsTheStreamAtItsEnd(t *testing.T) {
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
	b := newBench(t, server.Endpoint)
	b.quit()
	b.change = func(c *engine.Config) { c.Growth = w.growth }
	b.start()
	w.write(2 << 20)
	batch := b.add(w.path)
	b.until("it to be looked at", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Transfers[0].Phase == uploader.PhasePreparing
	})
	w.write(1000)
	w.is(uploader.GrowthWhole)
	if row := b.finished(batch)[0]; row.Phase != uploader.PhaseDone || row.Source.Size != 2<<20+1000 {
		t.Errorf("it ended as %v, %v", row.Phase, row.Fault)
	}
	wantStored(t, server, w.path)
	for _, r := range server.Requests() {
		if r.Header.Get("Upload-Defer-Length") != "" {
			t.Error("the server was asked for what it does not have")
		}
	}
}
