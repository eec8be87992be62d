package engine_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// signedIn is a connection that sends a sign-in, which can be changed between the clients.
type signedIn struct{ token atomic.Value }

func (s *signedIn) configure(c *engine.Config) {
	c.Connect = func(server uploader.Server) (uploader.Protocol, error) {
		return tus.New(tus.Config{
			Endpoint: server.Endpoint, SendsVersion: server.Options.SendsVersion,
			Header: http.Header{"Authorization": {"Bearer " + s.token.Load().(string)}},
		})
	}
}

// newSignedInHarness returns a harness whose engine signs in with a token.
func newSignedInHarness(t *testing.T, endpoint, token string) (*harness, *signedIn) {
	t.Helper()
	h, s := newHarness(t, endpoint), &signedIn{}
	s.token.Store(token)
	h.stop()
	h.configure = s.configure
	h.start()
	return h, s
}

// storeStart passes the first n bytes of a PATCH to the server, and discards its response.
func storeStart(r *http.Request, next http.Handler, n int64) {
	r.Body, r.ContentLength = io.NopCloser(io.LimitReader(r.Body, n)), n
	next.ServeHTTP(&discardedResponse{header: http.Header{}}, r)
}

// discardedResponse is an http.ResponseWriter that discards what is written.
type discardedResponse struct{ header http.Header }

func (d *discardedResponse) Header() http.Header         { return d.header }
func (d *discardedResponse) Write(p []byte) (int, error) { return len(p), nil }
func (d *discardedResponse) WriteHeader(int)             {}

// TestS9TokenThatEndsDuringARequestKeepsEveryByte has the server store the first 5 MiB of a
// PATCH and then reject the token, in each of the ways in which servers say so. Meanwhile
// nothing is sent with the same token again.
func TestS9TokenThatEndsDuringARequestKeepsEveryByte(t *testing.T) {
	t.Parallel()
	const size, kept = 12 << 20, 5 << 20
	for name, respond := range map[string]func(w http.ResponseWriter){
		"401": func(w http.ResponseWriter) {
			w.Header().Set("Tus-Resumable", "1.0.0")
			w.WriteHeader(http.StatusUnauthorized)
		},
		"403 with a challenge": func(w http.ResponseWriter) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusForbidden)
		},
		"400 that names the token": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"statusCode":"403","error":"Unauthorized","message":"jwt expired"}`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			var ended atomic.Bool
			var rejected atomic.Int64
			server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				valid := r.Header.Get("Authorization") == "Bearer new" || !ended.Load()
				switch {
				case valid && r.Method == http.MethodPatch && !ended.Load():
					storeStart(r, next, kept)
					ended.Store(true)
					respond(w)
				case valid:
					next.ServeHTTP(w, r)
				default:
					rejected.Add(1)
					respond(w)
				}
			}))
			h, signIn := newSignedInHarness(t, server.Endpoint, "old")
			path := createFile(t, "film.mov", size)
			h.add(path)
			h.waitBlocked(fault.Auth)
			if n := rejected.Load(); n > 1 {
				t.Errorf("%d more requests with a token that was rejected", n)
			}
			h.restart()
			h.waitBlocked(fault.Auth)
			if n := rejected.Load(); n > 3 {
				t.Errorf("%d requests with a token that was rejected", n)
			}
			signIn.token.Store("new")
			h.do(uploader.Unblock{Server: testServer})
			done := h.waitState(uploader.StateDone)
			wantStored(t, server, path)
			if done.ResumedFrom != kept {
				t.Errorf("resumed at %d, want %d", done.ResumedFrom, kept)
			}
		})
	}
}

// TestS6ReasonOfAHookIsARefusal: a hook that gives a reason is not asked again, does not
// block the server, and another sign-in retries the file.
func TestS6ReasonOfAHookIsARefusal(t *testing.T) {
	t.Parallel()
	var posts atomic.Int64
	server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPost && r.Header.Get("Authorization") == "Bearer ada" {
			posts.Add(1)
			w.Header().Set("Tus-Resumable", "1.0.0")
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte("quota exceeded"))
			return
		}
		next.ServeHTTP(w, r)
	}))
	h, signIn := newSignedInHarness(t, server.Endpoint, "ada")
	path := createFile(t, "film.mov", 1000)
	h.waitFinal(h.add(path))
	got := h.waitState(uploader.StateFailed)
	if got.Fault.Kind != fault.Refused || got.Fault.Code != fault.CodeForbidden || got.Fault.Detail != "quota exceeded" {
		t.Errorf("got %v", got.Fault)
	}
	if s := h.engine.Snapshot(); s.Blocked[testServer] != nil || posts.Load() != 1 {
		t.Errorf("blocked: %v, %d requests", s.Blocked[testServer], posts.Load())
	}
	signIn.token.Store("bob")
	h.do(uploader.Unblock{Server: testServer})
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
}

// TestS5WrongPasswordIsSentOnce: a rejected sign-in blocks the server until the user acts,
// also for files that are added later.
func TestS5WrongPasswordIsSentOnce(t *testing.T) {
	t.Parallel()
	var rejected atomic.Int64
	server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Header.Get("Authorization") != "Bearer right" && r.Method != http.MethodOptions {
			rejected.Add(1)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	}))
	h, signIn := newSignedInHarness(t, server.Endpoint, "wrong")
	first := createFile(t, "first.mov", 1000)
	h.add(first)
	h.waitFor("the sign-in to be rejected", func(s *uploader.Snapshot) bool {
		f := s.Blocked[testServer]
		return f != nil && f.Code == fault.CodeSignInRejected
	})
	second := createFile(t, "second.mov", 1000)
	h.add(second)
	h.waitFor("the second file to wait", func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 2 })
	if n := rejected.Load(); n != 1 {
		t.Errorf("%d requests with a wrong sign-in, want 1", n)
	}
	signIn.token.Store("right")
	h.do(uploader.Unblock{Server: testServer})
	h.waitCount(uploader.StateDone, 2)
	wantStored(t, server, first, second)
}

// TestS8NewAddressResumesUploads: the server is blocked with its new address until the user
// has decided, also after a restart.
func TestS8NewAddressResumesUploads(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	var posts atomic.Int64
	moved := newFoundServer(t, server.Endpoint, &posts)
	h := newHarness(t, moved)
	path := createFile(t, "film.mov", 1000)
	h.add(path)
	named := func(s *uploader.Snapshot) bool {
		f := s.Blocked[testServer]
		return f != nil && f.Code == fault.CodeRedirected && f.Detail == server.Endpoint
	}
	h.waitFor("the new address", named)
	h.restart()
	h.waitFor("the new address after a restart", named)
	if n := posts.Load(); n > 2 {
		t.Errorf("%d requests to the old address", n)
	}
	h.changeEndpoint(server.Endpoint)
	h.waitState(uploader.StateDone)
	wantStored(t, server, path)
}

// newFoundServer returns the endpoint of a web server that redirects creations to a target
// with 302, and counts them.
func newFoundServer(t *testing.T, target string, posts *atomic.Int64) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		posts.Add(1)
		http.Redirect(w, r, target, http.StatusFound)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/files/"
}
