package engine_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// maxRequestBody returns the largest request body that the server is known to accept.
func (h *harness) maxRequestBody() int64 {
	server, _ := h.engine.Snapshot().Server(testServer)
	return server.Options.MaxBody
}

// rejectLargerBodies responds with 413 to requests of that method with a body larger
// than maxBody, as reverse proxies do, and counts them in refused.
func rejectLargerBodies(method string, maxBody int64, refused *atomic.Int64) uploadtest.Option {
	return intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == method && r.ContentLength > maxBody {
			refused.Add(1)
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			_, _ = w.Write([]byte("<html><title>413 Request Entity Too Large</title></html>"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func TestServerChunkSizes(t *testing.T) {
	t.Parallel()
	const kib, mib = 1 << 10, 1 << 20
	for name, c := range map[string]struct {
		options uploader.ServerOptions
		size    int
		want    []int64
	}{
		"6 MiB each":           {uploader.ServerOptions{ChunkMin: 6 * mib, ChunkMax: 6 * mib}, 13 * mib, []int64{6 * mib, 6 * mib, mib}},
		"maximum and multiple": {uploader.ServerOptions{ChunkMax: 5*mib + 1, ChunkMultiple: 256 * kib}, 11*mib + 7, []int64{5 * mib, 5 * mib, mib + 7}},
		"minimum only":         {uploader.ServerOptions{ChunkMin: 5 * mib}, 11 * mib, []int64{11 * mib}},
	} {
		t.Run(name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			h := newHarness(t, server.Endpoint)
			h.setServerOptions(c.options)
			path := createFile(t, "film.mov", c.size)
			h.waitFinal(h.add(path))
			wantStored(t, server, path)
			if diff := cmp.Diff(c.want, bodySizes(server.Requests(), http.MethodPatch)); diff != "" {
				t.Error("body sizes (-want +got):\n" + diff)
			}
		})
	}
	t.Run("multiples in parts, except for the last chunk", func(t *testing.T) {
		server := uploadtest.NewTusd(t)
		h := newHarness(t, server.Endpoint)
		h.setServerOptions(uploader.ServerOptions{ChunkMultiple: 256 * kib, ChunkMax: 3 * mib, Connections: 3})
		path := createFile(t, "film.mov", 50*mib+12345)
		h.waitFinal(h.add(path))
		notMultiples := 0
		for _, size := range bodySizes(server.Requests(), http.MethodPatch) {
			if size > 3*mib {
				t.Errorf("request body has %d bytes, want at most 3 MiB", size)
			}
			if size%(256*kib) != 0 {
				notMultiples++
			}
		}
		wantStored(t, server, path)
		if notMultiples != 1 {
			t.Errorf("%d request bodies are not multiples, want 1", notMultiples)
		}
	})
}

// TestTooLargeRequestIsHalved checks the reaction to 413 on PATCH.
func TestTooLargeRequestIsHalved(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for name, options := range map[string]uploader.ServerOptions{"single upload": {}, "parts": {Connections: 3}} {
		t.Run(name, func(t *testing.T) {
			var refused atomic.Int64
			server := uploadtest.NewTusd(t, rejectLargerBodies(http.MethodPatch, 3*mib, &refused))
			h := newHarness(t, server.Endpoint)
			h.setServerOptions(options)
			path := createFile(t, "film.mov", 40*mib)
			for _, transfer := range h.waitFinal(h.add(path)) {
				if transfer.Phase != uploader.PhaseDone || transfer.Attempt != 0 {
					t.Errorf("attempt %d: %v", transfer.Attempt, transfer.Fault)
				}
			}
			wantStored(t, server, path)
			if received := bodyBytes(server.Requests()); received != 40*mib {
				t.Errorf("server received %d bytes, file has %d", received, 40*mib)
			}
			if maxBody := h.maxRequestBody(); maxBody > 3*mib || maxBody < 3*mib/2 {
				t.Errorf("saved maximum is %d bytes", maxBody)
			}
			h.restart()
			before := refused.Load()
			h.waitFinal(h.add(createFile(t, "next.mov", 10*mib)))
			if refusedAgain := refused.Load() - before; refusedAgain != 0 {
				t.Errorf("%d requests were refused after a restart, want 0", refusedAgain)
			}
		})
	}
	t.Run("not below the minimum", func(t *testing.T) {
		var refused atomic.Int64
		server := uploadtest.NewTusd(t, rejectLargerBodies(http.MethodPatch, 3*mib, &refused))
		h := newHarness(t, server.Endpoint)
		h.setServerOptions(uploader.ServerOptions{ChunkMin: 4 * mib})
		transfer := h.waitFinal(h.add(createFile(t, "film.mov", 10*mib)))[0]
		if transfer.Phase != uploader.PhaseFailed || transfer.Fault.Kind != fault.TooLarge || refused.Load() != 3 {
			t.Errorf("after %d refusals: phase %v: %v", refused.Load(), transfer.Phase, transfer.Fault)
		}
	})
}

func TestBodyTooLargeForPostIsPatched(t *testing.T) {
	t.Parallel()
	var refused atomic.Int64
	server := uploadtest.NewTusd(t, rejectLargerBodies(http.MethodPost, 0, &refused))
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.ServerOptions{OneRequest: true})
	first, second := createFile(t, "a.txt", 10<<10), createFile(t, "b.txt", 10<<10)
	h.waitFinal(h.add(first))
	h.waitFinal(h.add(second))
	wantStored(t, server, first, second)
	if n := refused.Load(); n != 1 {
		t.Errorf("%d requests were refused, want 1", n)
	}
}

// TestUseServerAppliesToThisRun sends with options that are not saved.
func TestUseServerAppliesToThisRun(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	server := uploadtest.NewTusd(t)
	h := newHarness(t, server.Endpoint)
	saved, _ := h.engine.Snapshot().Server(testServer)
	used := saved
	used.Options.ChunkMax = mib
	upload := func(name string, want []int64) {
		t.Helper()
		before := len(bodySizes(server.Requests(), http.MethodPatch))
		path := createFile(t, name, 5*mib/2)
		h.waitFinal(h.add(path))
		if diff := cmp.Diff(want, bodySizes(server.Requests(), http.MethodPatch)[before:]); diff != "" {
			t.Errorf("%s: body sizes (-want +got):\n%s", name, diff)
		}
	}
	h.do(uploader.UseServer{Server: used})
	upload("used.mov", []int64{mib, mib, mib / 2})
	if now, _ := h.engine.Snapshot().Server(testServer); now.Options.ChunkMax != 0 {
		t.Errorf("the server has options %+v, want those that are saved", now.Options)
	}
	h.restart()
	upload("restarted.mov", []int64{5 * mib / 2})
	h.do(uploader.UseServer{Server: used})
	h.do(uploader.SaveServer{Server: saved})
	upload("saved.mov", []int64{5 * mib / 2})
	if err := h.engine.Do(t.Context(), uploader.UseServer{Server: uploader.Server{ID: 99}}); err == nil {
		t.Error("a server that is not saved is used")
	}
}
