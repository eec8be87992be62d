package engine_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// delayProbes restarts the engine with servers that respond to a probe after 20 ms,
// as over a connection with high latency.
func (h *harness) delayProbes() {
	h.configure = func(config *engine.Config) {
		connect := config.Connect
		config.Connect = func(s uploader.Server) (uploader.Protocol, error) {
			protocol, err := connect(s)
			return delayedProbe{protocol}, err
		}
	}
	h.restart()
}

type delayedProbe struct{ uploader.Protocol }

func (d delayedProbe) Probe(ctx context.Context) (tus.Capabilities, error) {
	time.Sleep(20 * time.Millisecond)
	return d.Protocol.Probe(ctx)
}

func TestN1RefusedPartsFallBackToSingleUpload(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, refused string }{
		{"parts refused", "partial"},
		{"concatenation refused", "final"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if strings.HasPrefix(r.Header.Get("Upload-Concat"), c.refused) {
					w.Header().Set("Tus-Resumable", "1.0.0")
					w.WriteHeader(http.StatusNotImplemented)
					return
				}
				next.ServeHTTP(w, r)
			}))
			h := newHarness(t, server.Endpoint)
			path := createFile(t, "film.mov", 20<<20)
			h.waitFinal(h.addWithOptions(uploader.BatchOptions{Connections: 4}, path))
			wantStored(t, server, path)
		})
	}
}

func TestN9PartsAreConcatenatedAndRemoved(t *testing.T) {
	for _, c := range []struct {
		name  string
		start func(*testing.T) (tusdServer, string)
	}{
		{"in-process tusd", func(t *testing.T) (tusdServer, string) { s := uploadtest.NewTusd(t); return s, s.Endpoint }},
		{"tusd binary", func(t *testing.T) (tusdServer, string) { s := uploadtest.NewTusdBinary(t); return s, s.Endpoint }},
	} {
		t.Run(c.name, func(t *testing.T) {
			server, endpoint := c.start(t)
			h := newHarness(t, endpoint)
			path := createFile(t, "film.mov", 50<<20+7)
			small := createFile(t, "note.txt", 100)
			for _, transfer := range h.waitFinal(h.addWithOptions(uploader.BatchOptions{Connections: 3}, path, small)) {
				if transfer.Phase != uploader.PhaseDone {
					t.Errorf("%s: %v", transfer.Source.Name(), transfer.Fault)
				}
			}
			wantStored(t, server, path, small)
		})
	}
}

func TestN11PartsResumeAfterRestart(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.HoldEachAfter(6 << 20)
	path := createFile(t, "film.mov", 40<<20)
	batch := h.addWithOptions(uploader.BatchOptions{Connections: 4}, path)
	h.waitFor("12 MiB stored", func(*uploader.Snapshot) bool {
		var sum int64
		for _, f := range server.Stored(t) {
			sum += f.Size
		}
		return sum > 12<<20
	})
	h.stop()
	proxy.Restore(t)
	h.start()
	transfer := h.waitFinal(batch)[0]
	if transfer.Phase != uploader.PhaseDone || transfer.ResumedFrom == 0 {
		t.Errorf("phase %v, resumed at %d", transfer.Phase, transfer.ResumedFrom)
	}
	wantStored(t, server, path)
	if sent := bodyBytes(server.Requests()); sent != transfer.Source.Size {
		t.Errorf("server received %d bytes, file has %d", sent, transfer.Source.Size)
	}
}

func TestCancelTerminatesAllParts(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.HoldEachAfter(6 << 20)
	h.addWithOptions(uploader.BatchOptions{Connections: 4}, createFile(t, "film.mov", 40<<20))
	h.waitFor("an upload on the server", func(*uploader.Snapshot) bool { return len(server.Stored(t)) > 0 })
	h.do(uploader.Cancel{Target: uploader.TargetAll()})
	h.waitCancelled()
	if left := server.Stored(t); len(left) != 0 {
		t.Errorf("server has %d uploads, want 0", len(left))
	}
}

// TestHeldPartUploadResumes holds uploads while a file is uploaded in parts.
func TestHeldPartUploadResumes(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	withLimit := func(limit int64) uploader.Configure {
		return uploader.Configure{Settings: testSettings(func(s *uploader.Settings) { s.Metered, s.Limit = uploader.MeteredHold, limit })}
	}
	h.do(withLimit(1 << 20))
	path := createFile(t, "film.mov", 20<<20)
	batch := h.addWithOptions(uploader.BatchOptions{Connections: 2}, path)
	h.waitFor("progress", func(s *uploader.Snapshot) bool { return s.Totals.Pending > 0 && s.Totals.Left < 20<<20 })
	h.do(uploader.SetMetered{Metered: true})
	h.waitFor("1 waiting and no running transfer", func(s *uploader.Snapshot) bool {
		return s.Totals.Active == 0 && s.Totals.Count[uploader.StateWaiting] == 1
	})
	h.do(withLimit(0))
	h.do(uploader.SetMetered{})
	if transfer := h.waitFinal(batch)[0]; transfer.Phase != uploader.PhaseDone {
		t.Fatal(transfer.Fault)
	}
	wantStored(t, server, path)
}

func TestLoweringConnectionsDuringPartUpload(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	h.delayProbes()
	with := func(connections int, limit int64) uploader.Configure {
		return uploader.Configure{Settings: testSettings(func(s *uploader.Settings) { s.Connections, s.Limit = connections, limit })}
	}
	h.do(with(4, 4<<20))
	path := createFile(t, "film.mov", 64<<20)
	batch := h.add(path)
	h.waitFor("2 parts with progress", func(*uploader.Snapshot) bool {
		partial := func(f uploadtest.StoredFile) bool { return f.Size > 0 && f.Size < f.Length }
		return len(slices.DeleteFunc(server.Stored(t), func(f uploadtest.StoredFile) bool { return !partial(f) })) >= 2
	})
	h.do(with(1, 0))
	if transfer := h.waitFinal(batch)[0]; transfer.Phase != uploader.PhaseDone {
		t.Fatal(transfer.Fault)
	}
	wantStored(t, server, path)
}

// TestPartsResumeAfterTouch changes a file of five parts, four of which are begun: each is
// compared with what the server has of it, and no byte is sent twice.
func TestPartsResumeAfterTouch(t *testing.T) {
	t.Parallel()
	const size, part = 40 << 20, 8 << 20
	edit := func(at int64) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			t.Helper()
			keepModTime(t, path, func() { editFile(t, path, at) })
		}
	}
	for _, c := range []struct {
		name   string
		change func(t *testing.T, path string)
		want   uploader.State
	}{
		{"touched", func(t *testing.T, path string) { t.Helper(); shiftModTime(t, path, -time.Hour) }, uploader.StateDone},
		{"edited in a later part", edit(part + 100), uploader.StateChanged},
		{"edited at the start of a part", edit(3 * part), uploader.StateChanged},
		{"edited in the rest of a part", edit(2*part - 1<<10), uploader.StateDone},
		{"edited in a part that is not begun", edit(4*part + 100), uploader.StateDone},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t)
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			h := newHarness(t, proxy.URL(server.Endpoint))
			proxy.HoldEachAfter(5 << 20)
			path := createFile(t, "film.mov", size)
			h.addWithOptions(uploader.BatchOptions{Connections: 4}, path)
			h.waitFor("bytes of 4 parts on the server", func(*uploader.Snapshot) bool {
				begun := slices.DeleteFunc(server.Stored(t), func(f uploadtest.StoredFile) bool { return f.Size < 1<<20 })
				return len(begun) == 4
			})
			h.do(uploader.Pause{Target: uploader.TargetAll()})
			h.waitState(uploader.StatePaused)
			c.change(t, path)
			proxy.Restore(t)
			h.do(uploader.Resume{Target: uploader.TargetAll()})
			got := h.waitState(c.want)
			if c.want != uploader.StateDone {
				return
			}
			wantStored(t, server, path)
			if sent := bodyBytes(server.Requests()); got.ResumedFrom == 0 || sent != size {
				t.Errorf("resumed at %d, server received %d bytes", got.ResumedFrom, sent)
			}
		})
	}
}

// TestInvalidSavedPartsAreDiscarded corrupts the saved parts of a file between two
// runs: the upload starts over and the file is stored correctly.
func TestInvalidSavedPartsAreDiscarded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		damage func(*uploader.Part)
	}{
		{"wrong start", func(p *uploader.Part) { p.Start++ }},
		{"too short", func(p *uploader.Part) { p.Length-- }},
		{"maximum length", func(p *uploader.Part) { p.Length = 1<<63 - 1 }},
		{"empty", func(p *uploader.Part) { p.Length = 0 }},
		{"offset beyond length", func(p *uploader.Part) { p.Offset = p.Length + 1 }},
		{"negative offset", func(p *uploader.Part) { p.Offset = -1 }},
		{"wrong index", func(p *uploader.Part) { p.Index = 99 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t)
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			h := newHarness(t, proxy.URL(server.Endpoint))
			proxy.HoldEachAfter(3 << 20)
			path := createFile(t, "film.mov", 20<<20)
			batch := h.addWithOptions(uploader.BatchOptions{Connections: 2}, path)
			h.waitFor("2 MiB sent", func(s *uploader.Snapshot) bool { return s.Totals.Pending > 0 && s.Totals.Left < 18<<20 })
			h.stop()
			id := h.engine.Snapshot().Transfers.At(0).ID
			parts, err := h.store.Parts(t.Context(), id)
			if err != nil || len(parts) != 2 {
				t.Fatalf("%d saved parts (%v), want 2", len(parts), err)
			}
			c.damage(&parts[1])
			if err := h.store.Save(t.Context(), uploader.Changes{Parts: map[uploader.TransferID][]uploader.Part{id: parts}}); err != nil {
				t.Fatal(err)
			}
			proxy.Restore(t)
			h.start()
			if transfer := h.waitFinal(batch)[0]; transfer.Phase != uploader.PhaseDone {
				t.Errorf("phase %v: %v", transfer.Phase, transfer.Fault)
			}
			wantStored(t, server, path)
		})
	}
}

// TestConcatenationThatStaysIncomplete has a server that reports a final upload as
// incomplete. The transfer reports that it waits for the server, and concatenates its
// parts again once the server responds correctly.
func TestConcatenationThatStaysIncomplete(t *testing.T) {
	t.Parallel()
	const size = 20 << 20
	var stuck atomic.Bool
	var concatenations atomic.Int64
	stuck.Store(true)
	server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPost && r.Header.Get("Upload-Concat") != "partial" {
			concatenations.Add(1)
		}
		next.ServeHTTP(&halfOffsetWriter{ResponseWriter: w, stuck: stuck.Load() && r.Method == http.MethodHead}, r)
	}))
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.ServerOptions{Connections: 2})
	path := createFile(t, "film.mov", size)
	h.add(path)
	waiting := h.waitState(uploader.StateBusy)
	if waiting.Fault.Code != fault.CodeConcatPending {
		t.Errorf("got fault %v, want fault.CodeJoining", waiting.Fault)
	}
	failed := h.retryUntilState(uploader.StateFailed)
	if failed.Fault.Code != fault.CodeConcatFailed || failed.Session.URL != "" || failed.Session.Parts == 0 {
		t.Errorf("fault %v, session %+v", failed.Fault, failed.Session)
	}
	before := bodyBytes(server.Requests())
	stuck.Store(false)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitState(uploader.StateDone)
	if resent := bodyBytes(server.Requests()) - before; resent != 0 {
		t.Errorf("%d bytes were sent again, want 0", resent)
	}
	if n := concatenations.Load(); n != 2 {
		t.Errorf("%d concatenations, want 2", n)
	}
}

// halfOffsetWriter halves the Upload-Offset of final uploads while stuck is set.
type halfOffsetWriter struct {
	http.ResponseWriter
	stuck bool
}

// WriteHeader implements http.ResponseWriter.
func (h *halfOffsetWriter) WriteHeader(status int) {
	if length, err := strconv.Atoi(h.Header().Get("Upload-Length")); h.stuck && err == nil && len(h.Header().Get("Upload-Concat")) > len("partial") {
		h.Header().Set("Upload-Offset", strconv.Itoa(length/2))
	}
	h.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (h *halfOffsetWriter) Unwrap() http.ResponseWriter { return h.ResponseWriter }
