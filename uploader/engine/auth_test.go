package engine_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// authGate responds with 401 to the requests that match while it is enabled.
type authGate struct {
	match    func(*http.Request) bool
	enabled  atomic.Bool
	rejected atomic.Int64  // number of requests answered with 401
	allowed  chan struct{} // receives a value after each matching request that was let through; may be nil
}

// option returns the gate as a server option.
func (g *authGate) option() uploadtest.Option {
	return intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if g.enabled.Load() && g.match(r) {
			g.rejected.Add(1)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
		if g.allowed != nil && g.match(r) {
			g.allowed <- struct{}{}
		}
	})
}

// hasMethod returns a function that reports whether a request has that method.
func hasMethod(method string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == method }
}

// TestSignInRequiredAtAnyRequest requires a sign-in for each kind of request of an upload.
func TestSignInRequiredAtAnyRequest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		match   func(*http.Request) bool
		options uploader.ServerOptions
	}{
		"creation":    {hasMethod(http.MethodPost), uploader.ServerOptions{}},
		"first chunk": {hasMethod(http.MethodPatch), uploader.ServerOptions{}},
		"later chunk": {func(r *http.Request) bool {
			return r.Method == http.MethodPatch && r.Header.Get("Upload-Offset") == "4194304"
		}, uploader.ServerOptions{ChunkMax: 4 << 20}},
		"later chunk of a part": {func(r *http.Request) bool {
			return r.Method == http.MethodPatch && r.Header.Get("Upload-Offset") != "0"
		}, uploader.ServerOptions{ChunkMax: 4 << 20, Connections: 2}},
		"concatenation": {func(r *http.Request) bool { return strings.HasPrefix(r.Header.Get("Upload-Concat"), "final") }, uploader.ServerOptions{Connections: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			gate := &authGate{match: c.match}
			gate.enabled.Store(true)
			server := uploadtest.NewTusd(t, gate.option())
			h := newHarness(t, server.Endpoint)
			h.setServerOptions(c.options)
			path := createFile(t, "film.mov", 20<<20)
			h.add(path)
			h.waitBlocked(fault.Auth)
			offset := h.onlyTransfer().Session.Offset
			before := gate.rejected.Load()

			// It stays blocked after a restart and sends few requests.
			h.restart()
			h.waitBlocked(fault.Auth)
			if resumed := h.onlyTransfer().Session.Offset; resumed < offset {
				t.Errorf("offset before restart %d, after %d", offset, resumed)
			}
			if n := gate.rejected.Load() - before; n > 8 {
				t.Errorf("%d requests were rejected, want at most 8", n)
			}
			gate.enabled.Store(false)
			h.do(uploader.Unblock{Server: testServer})
			h.waitState(uploader.StateDone)
			if received := bodyBytes(server.Requests()); received != 20<<20 {
				t.Errorf("server received %d bytes, file has %d", received, 20<<20)
			}
			if stored := server.Stored(t); !slices.ContainsFunc(stored, func(f uploadtest.StoredFile) bool { return f.SHA256 == fileSHA256(t, path) }) {
				t.Error("server does not have the file")
			}
		})
	}
}

func TestSignInRequiredOnResumeKeepsUpload(t *testing.T) {
	h, server, proxy, path := startSlowUpload(t)
	h.stop()
	proxy.Refuse()
	gateway := uploadtest.NewGateway(t, server.URL)
	for _, status := range []int{http.StatusUnauthorized, http.StatusProxyAuthRequired} {
		gateway.Respond(1, http.MethodHead, uploadtest.Response{Status: status})
	}
	h.start()
	h.changeEndpoint(gateway.URL + "/files/")
	h.waitBlocked(fault.Auth)
	h.do(uploader.Unblock{Server: testServer})
	h.waitFor("the server to be blocked with 407", func(s *uploader.Snapshot) bool {
		f := s.Blocked[testServer]
		return f != nil && f.Status == http.StatusProxyAuthRequired && f.Code == fault.CodeProxySignIn
	})
	h.do(uploader.Unblock{Server: testServer})
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
}

func TestTerminationWaitsForSignIn(t *testing.T) {
	t.Parallel()
	gate := &authGate{match: hasMethod(http.MethodDelete), allowed: make(chan struct{}, 1)}
	gate.enabled.Store(true)
	server := uploadtest.NewTusd(t, gate.option())
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.HoldEachAfter(6 << 20)
	h := newHarness(t, proxy.URL(server.Endpoint))
	h.add(createFile(t, "film.mov", 20<<20))
	h.waitSent(1 << 20)
	h.do(uploader.Remove{Target: uploader.TargetAll()})
	h.waitFor("an empty list and a blocked server", func(s *uploader.Snapshot) bool {
		return s.Transfers.Len() == 0 && s.Blocked[testServer] != nil
	})
	if len(server.Stored(t)) != 1 {
		t.Fatal("upload was terminated without a sign-in")
	}
	gate.enabled.Store(false)
	h.do(uploader.Unblock{Server: testServer})
	<-gate.allowed
	if n := len(server.Stored(t)); n != 0 {
		t.Errorf("server has %d uploads, want 0", n)
	}
}

// TestLateUnauthorizedResponseDoesNotBlockAgain delays one 401 response until
// after the user has signed in.
func TestLateUnauthorizedResponseDoesNotBlockAgain(t *testing.T) {
	t.Parallel()
	var patches atomic.Int64
	firstReceived, release := make(chan struct{}), make(chan struct{})
	server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodPatch {
			next.ServeHTTP(w, r)
			return
		}
		switch patches.Add(1) {
		case 1:
			close(firstReceived)
			<-release
			w.WriteHeader(http.StatusUnauthorized)
		case 2:
			<-firstReceived
			w.WriteHeader(http.StatusUnauthorized)
		default:
			next.ServeHTTP(w, r)
		}
	}))
	h := newHarness(t, server.Endpoint)
	paths := []string{createFile(t, "a.mov", 3<<20), createFile(t, "b.mov", 3<<20)}
	batch := h.add(paths...)
	h.waitFor("the server to be blocked", func(s *uploader.Snapshot) bool { return s.Blocked[testServer] != nil })
	h.do(uploader.Unblock{Server: testServer})
	close(release)
	h.waitCount(uploader.StateDone, 2)
	h.waitFinal(batch)
	wantStored(t, server, paths...)
}

// TestBlockedServerRestoredAfterRestart checks that the restarted engine sends no
// request to a server that requires a sign-in.
func TestBlockedServerRestoredAfterRestart(t *testing.T) {
	t.Parallel()
	gate := &authGate{match: hasMethod(http.MethodPost)}
	gate.enabled.Store(true)
	server := uploadtest.NewTusd(t, gate.option())
	h := newHarness(t, server.Endpoint)
	h.add(createFile(t, "film.mov", 3<<20))
	h.waitBlocked(fault.Auth)
	before := gate.rejected.Load()
	h.restart()
	h.waitBlocked(fault.Auth)
	if n := gate.rejected.Load() - before; n != 0 {
		t.Errorf("%d requests were sent after the restart, want 0", n)
	}
}

// TestExpiredSignInBlocksServerOnce lets the sign-in expire while files are uploaded.
func TestExpiredSignInBlocksServerOnce(t *testing.T) {
	t.Parallel()
	var expired atomic.Bool
	var refused atomic.Int64
	server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if expired.Load() {
			refused.Add(1)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	}))
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Throttle(2 << 20)
	h := newHarness(t, proxy.URL(server.Endpoint))
	folder := t.TempDir()
	var paths []string
	for i := range 30 {
		path := filepath.Join(folder, strconv.Itoa(i)+".mov")
		if err := os.WriteFile(path, make([]byte, 2<<20+i), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	h.add(paths...)
	h.waitFor("2 done", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] >= 2 })
	expired.Store(true)
	proxy.Reset()
	proxy.Restore(t)
	h.waitFor("the server to be blocked", func(s *uploader.Snapshot) bool { return s.Blocked[testServer] != nil && s.Totals.Active == 0 })
	s := h.engine.Snapshot()
	if kind := s.Blocked[testServer].Kind; kind != fault.Auth {
		t.Errorf("server is blocked by %v, want fault.Auth", kind)
	}
	// Each running transfer may get a 401, and repeat a request whose response was lost.
	if n := refused.Load(); n > int64(2*uploader.DefaultSettings().MaxFiles) {
		t.Errorf("%d requests were refused before the server was blocked", n)
	}
	expired.Store(false)
	h.do(uploader.Unblock{Server: testServer})
	h.waitCount(uploader.StateDone, len(paths))
	complete := 0
	for _, f := range server.Stored(t) { // an upload whose creation was interrupted stays empty
		if f.Size == f.Length {
			complete++
		}
	}
	if complete != len(paths) {
		t.Errorf("%d complete uploads of %d files", complete, len(paths))
	}
}
