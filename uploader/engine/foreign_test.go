package engine_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestForeignNotFoundKeepsTheUpload has an intermediary respond for a while in the
// middle of an upload, as a proxy does while a server is deployed.
func TestForeignNotFoundKeepsTheUpload(t *testing.T) {
	t.Parallel()
	for name, respond := range map[string]func(w http.ResponseWriter){
		"not found": func(w http.ResponseWriter) { http.Error(w, "404 page not found", http.StatusNotFound) },
		"gone":      func(w http.ResponseWriter) { http.Error(w, "gone", http.StatusGone) },
		"page":      func(w http.ResponseWriter) { _, _ = w.Write([]byte("<html>sign in to the network</html>")) },
		"not allowed": func(w http.ResponseWriter) {
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var foreign atomic.Bool
			var patches, deletes atomic.Int64
			server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodDelete {
						deletes.Add(1)
					}
					if r.Method == http.MethodPatch && patches.Add(1) == 4 {
						foreign.Store(true)
					}
					if foreign.Load() {
						respond(w)
						return
					}
					next.ServeHTTP(w, r)
				})
			}))
			h := newHarness(t, server.Endpoint)
			h.setServerOptions(uploader.ServerOptions{ChunkMax: 1_000_000})
			path := createFile(t, "film.mov", 6_000_000)
			batch := h.add(path)
			waiting := h.waitState(uploader.StateRetrying)
			if waiting.Fault.Code != fault.CodeForeignResponse || waiting.Session.Offset != 3_000_000 {
				t.Errorf("it waits because of %v at offset %d", waiting.Fault, waiting.Session.Offset)
			}
			if s := h.engine.Snapshot(); len(s.Blocked) > 0 {
				t.Errorf("the server is blocked: %v", s.Blocked)
			}
			h.restart() // what is known of the server survives
			if again := h.waitState(uploader.StateRetrying); again.Fault.Code != fault.CodeForeignResponse || again.Session.Offset != 3_000_000 {
				t.Errorf("after a restart it waits because of %v at offset %d", again.Fault, again.Session.Offset)
			}
			foreign.Store(false)
			h.do(uploader.Retry{Target: uploader.TargetAll()})
			done := h.waitFinal(batch)[0]
			if done.Phase != uploader.PhaseDone || done.ResumedFrom != 3_000_000 {
				t.Errorf("phase %v, resumed from %d: %v", done.Phase, done.ResumedFrom, done.Fault)
			}
			wantStored(t, server, path)
			if n := countRequests(server.Requests(), http.MethodPost); n != 1 || deletes.Load() > 0 {
				t.Errorf("%d uploads were created and %d deleted", n, deletes.Load())
			}
		})
	}
}

// TestRetryQueriesMissingUploadAgain retries an upload that an intermediary reported as
// missing before the server had sent its version.
func TestRetryQueriesMissingUploadAgain(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	proxy.Reset()
	h.waitState(uploader.StateRetrying)
	h.stop()
	saved, err := h.store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	failed := *saved.Transfers.At(0)
	const held = 3 << 20
	failed.Session.Offset = held
	failed.Phase, failed.Fault = uploader.PhaseFailed, fault.Newf(fault.Gone, fault.Head, "404")
	if err := h.store.Save(t.Context(), uploader.Changes{Transfers: []*uploader.Transfer{&failed}}); err != nil {
		t.Fatal(err)
	}
	proxy.Restore(t)
	h.start()
	h.waitState(uploader.StateExpired)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitCount(uploader.StateDone, 1)
	if done := h.onlyTransfer(); done.ResumedFrom < held {
		t.Errorf("resumed from %d, server held %d at least", done.ResumedFrom, held)
	}
	wantStored(t, server, path)
	if n := countRequests(server.Requests(), http.MethodDelete); n > 0 {
		t.Errorf("%d uploads were deleted", n)
	}
}

// versionlessWriter removes Tus-Resumable from a response.
type versionlessWriter struct{ http.ResponseWriter }

func (w versionlessWriter) WriteHeader(status int) {
	w.Header().Del("Tus-Resumable")
	w.ResponseWriter.WriteHeader(status)
}

func (w versionlessWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// TestC20VersionIsForgottenAfterCreationWithoutIt has a server stop sending Tus-Resumable,
// as when a proxy in front of it removes the header, or a sign-in page respond in its
// place. Only the server creates uploads, which it does without the header from then on.
func TestC20VersionIsForgottenAfterCreationWithoutIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		respond func(w http.ResponseWriter, r *http.Request, next http.Handler)
		want    uploader.Phase
		kind    fault.Kind // of the fault, if it is not done
		sends   bool
	}{
		{"server without the header", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			next.ServeHTTP(versionlessWriter{w}, r)
		}, uploader.PhaseDone, 0, false},
		{"page with status 200", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			_, _ = w.Write([]byte("<html>sign in to the network</html>"))
		}, uploader.PhaseWaiting, fault.Transient, true},
		{"page with status 201 and a location", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Location", "/files/welcome")
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte("<html>sign in to the network</html>"))
		}, uploader.PhaseWaiting, fault.Transient, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var other atomic.Bool
			server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if other.Load() {
					c.respond(w, r, next)
					return
				}
				next.ServeHTTP(w, r)
			}))
			h := newHarness(t, server.Endpoint)
			h.waitFinal(h.add(createFile(t, "first.mov", 3_000_000)))
			sends := func(s *uploader.Snapshot) bool {
				server, _ := s.Server(testServer)
				return server.Options.SendsVersion
			}
			h.waitFor("the version to be observed", sends)
			other.Store(true)
			second := h.add(createFile(t, "second.mov", 3_000_000))
			var stopped *uploader.Transfer
			h.waitFor("the second file to be done or to wait", func(s *uploader.Snapshot) bool {
				for transfer := range s.Transfers.Values() {
					if transfer.Batch == second && (transfer.Fault != nil || transfer.Phase.Final()) {
						stopped = transfer
						return true
					}
				}
				return false
			})
			if stopped.Phase != c.want || stopped.Fault != nil && stopped.Fault.Kind != c.kind {
				t.Errorf("phase %v: %v", stopped.Phase, stopped.Fault)
			}
			h.restart()
			known, _ := h.waitLoaded().Server(testServer)
			if got := known.Options; got.SendsVersion != c.sends || got.OmitsVersion == c.sends {
				t.Errorf("after a restart, it is saved that the server sends the version: %t, that it omits it: %t", got.SendsVersion, got.OmitsVersion)
			}
		})
	}
}
