package engine_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// withoutVersion is a server that does not route OPTIONS and sends Tus-Resumable in no
// response, such as filebrowser. While page returns true, the sign-in page of a network
// responds in its place.
func withoutVersion(page func(r *http.Request) bool) uploadtest.Option {
	return intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		switch {
		case page(r):
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>sign in to the network</html>"))
		case r.Method == http.MethodOptions:
			http.NotFound(w, r)
		default:
			next.ServeHTTP(versionlessWriter{w}, r)
		}
	})
}

func TestC20ServerThatOmitsVersion(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"empty": 0, "small": 6, "large": 3_000_000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t, withoutVersion(func(*http.Request) bool { return false }))
			h := newHarness(t, server.Endpoint)
			path := createFile(t, "film.mov", size)
			if done := h.waitFinal(h.add(path))[0]; done.Phase != uploader.PhaseDone || done.Session.URL == "" {
				t.Fatalf("phase %v: %v, URL %q", done.Phase, done.Fault, done.Session.URL)
			}
			wantStoredOnce(t, server, path)
			known, _ := h.engine.Snapshot().Server(testServer)
			if !known.Options.OmitsVersion || known.Options.SendsVersion {
				t.Errorf("saved of the server: %+v", known.Options)
			}
			if n := countRequests(server.Requests(), http.MethodPost); n != 1 { // no creation to test the server
				t.Errorf("%d uploads were created", n)
			}
		})
	}
}

// TestC20PageDoesNotEndUploadWithoutVersion has a sign-in page respond in the middle of an
// upload, across a restart and after the server was edited: what is known of the server
// decides then whose responses are accepted.
func TestC20PageDoesNotEndUploadWithoutVersion(t *testing.T) {
	t.Parallel()
	var page atomic.Bool
	var patches atomic.Int64
	server := uploadtest.NewTusd(t, withoutVersion(func(r *http.Request) bool {
		if r.Method == http.MethodPatch && patches.Add(1) == 4 {
			page.Store(true)
		}
		return page.Load()
	}))
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.ServerOptions{ChunkMax: 1_000_000})
	path := createFile(t, "film.mov", 6_000_000)
	batch := h.add(path)
	if waiting := h.waitState(uploader.StateRetrying); waiting.Session.Offset != 3_000_000 {
		t.Errorf("waits at %d because of %v", waiting.Session.Offset, waiting.Fault)
	}
	if s := h.engine.Snapshot(); len(s.Blocked) > 0 {
		t.Errorf("the server is blocked: %v", s.Blocked)
	}
	h.restart()
	h.waitState(uploader.StateRetrying)
	h.setServerOptions(uploader.ServerOptions{ChunkMax: 2_000_000})
	page.Store(false)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	if done := h.waitFinal(batch)[0]; done.Phase != uploader.PhaseDone || done.ResumedFrom != 3_000_000 {
		t.Errorf("phase %v, resumed from %d: %v", done.Phase, done.ResumedFrom, done.Fault)
	}
	wantStoredOnce(t, server, path)
}
