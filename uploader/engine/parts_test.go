package engine_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// addWithOptions adds paths in a new batch with options.
func (h *harness) addWithOptions(options uploader.Options, paths ...string) uploader.BatchID {
	h.t.Helper()
	batch := uploader.NewBatchID()
	h.do(uploader.Add{Batch: batch, Server: testServer, Paths: paths, Options: options})
	return batch
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
			for _, row := range h.waitFinal(h.addWithOptions(uploader.Options{Connections: 3}, path, small)) {
				if row.Phase != uploader.PhaseDone {
					t.Errorf("%s: %v", row.Source.Name(), row.Fault)
				}
			}
			wantStored(t, server, path, small)
		})
	}
}

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

func TestN11PartsResumeAfterRestart(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.Slow(12 << 20)
	path := createFile(t, "film.mov", 40<<20)
	batch := h.addWithOptions(uploader.Options{Connections: 4}, path)
	h.waitFor("12 MiB stored", func(*uploader.Snapshot) bool {
		var sum int64
		for _, f := range server.Stored(t) {
			sum += f.Size
		}
		return sum > 12<<20
	})
	h.stop()
	proxy.Heal(t)
	h.start()
	row := h.waitFinal(batch)[0]
	if row.Phase != uploader.PhaseDone || row.Resumed == 0 {
		t.Errorf("phase %v, resumed at %d", row.Phase, row.Resumed)
	}
	wantStored(t, server, path)
	if sent := bodyBytes(server.Requests()); sent != row.Source.Size {
		t.Errorf("server received %d bytes, file has %d", sent, row.Source.Size)
	}
}

func TestN1RefusedPartsFallBackToSingleUpload(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, refused string }{
		{"parts refused", "partial"},
		{"concatenation refused", "final"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if strings.HasPrefix(r.Header.Get("Upload-Concat"), c.refused) {
						w.Header().Set("Tus-Resumable", "1.0.0")
						w.WriteHeader(http.StatusNotImplemented)
						return
					}
					next.ServeHTTP(w, r)
				})
			}))
			h := newHarness(t, server.Endpoint)
			path := createFile(t, "film.mov", 20<<20)
			h.waitFinal(h.addWithOptions(uploader.Options{Connections: 4}, path))
			wantStored(t, server, path)
		})
	}
}

func TestCancelTerminatesAllParts(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	h := newHarness(t, proxy.URL(server.Endpoint))
	proxy.Slow(12 << 20)
	h.addWithOptions(uploader.Options{Connections: 4}, createFile(t, "film.mov", 40<<20))
	h.waitFor("an upload on the server", func(*uploader.Snapshot) bool { return len(server.Stored(t)) > 0 })
	h.do(uploader.Cancel{Target: uploader.Everything()})
	h.waitFor("a cancelled transfer", func(s *uploader.Snapshot) bool { return s.Transfers[0].Phase == uploader.PhaseCancelled })
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
	batch := h.addWithOptions(uploader.Options{Connections: 2}, path)
	h.waitFor("progress", func(s *uploader.Snapshot) bool { return s.Totals.Pending > 0 && s.Totals.Left < 20<<20 })
	h.do(uploader.Metering{Metered: true})
	h.waitFor("1 waiting and no running transfer", func(s *uploader.Snapshot) bool {
		return s.Totals.Active == 0 && s.Totals.Count[uploader.StateWaiting] == 1
	})
	h.do(withLimit(0))
	h.do(uploader.Metering{})
	if row := h.waitFinal(batch)[0]; row.Phase != uploader.PhaseDone {
		t.Fatal(row.Fault)
	}
	wantStored(t, server, path)
}

func TestC10NoRequestExceedsChunkSize(t *testing.T) {
	t.Parallel()
	const chunk = 3 << 20
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	path := createFile(t, "film.mov", 10<<20)
	h.waitFinal(h.addWithOptions(uploader.Options{Chunk: chunk}, path))
	wantStored(t, server, path)
	patches := 0
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch {
			patches++
			if r.Body > chunk {
				t.Errorf("request body has %d bytes", r.Body)
			}
		}
	}
	if patches != 4 {
		t.Errorf("%d PATCH requests, want 4", patches)
	}
}

func TestBatchRateLimit(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	path := createFile(t, "film.mov", 4<<20)
	start := time.Now() // only the lower bound is checked, which holds on a slow machine
	h.waitFinal(h.addWithOptions(uploader.Options{Limit: 4 << 20}, path))
	if took := time.Since(start); took < 800*time.Millisecond {
		t.Errorf("4 MiB at 4 MiB/s took %v", took)
	}
	wantStored(t, server, path)
}

func TestPartsResumeAfterTouch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		edit bool
		want uploader.State
	}{
		{"touched", false, uploader.StateDone},
		{"edited in a later part", true, uploader.StateChanged},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			h := newHarness(t, proxy.URL(server.Endpoint))
			proxy.Slow(12 << 20)
			path := createFile(t, "film.mov", 40<<20)
			h.addWithOptions(uploader.Options{Connections: 4}, path)
			h.waitFor("3 uploads on the server", func(*uploader.Snapshot) bool { return len(server.Stored(t)) > 2 })
			h.do(uploader.Pause{Target: uploader.Everything()})
			h.waitState(uploader.StatePaused)
			if c.edit {
				var part int64 = 40 << 20 / 5 // start of the second of five parts
				editFile(t, path, part+100)
			} else if err := os.Chtimes(path, time.Now(), time.Now().Add(-time.Hour)); err != nil {
				t.Fatal(err)
			}
			proxy.Heal(t)
			h.do(uploader.Resume{Target: uploader.Everything()})
			got := h.waitState(c.want)
			if c.want == uploader.StateDone {
				wantStored(t, server, path)
				if got.Resumed == 0 {
					t.Error("upload started over")
				}
			}
		})
	}
}
