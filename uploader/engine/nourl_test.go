package engine_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// noURLWhenComplete is a server that returns no URL of an upload that is complete once it
// was created, and responds with a status of its own, as @tus/server with a hook.
func noURLWhenComplete(status int) uploadtest.Option {
	return intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPost {
			w = completeWriter{w, r.Header.Get("Upload-Length"), status}
		}
		next.ServeHTTP(w, r)
	})
}

type completeWriter struct {
	http.ResponseWriter
	length string // Upload-Length of the request
	status int
}

func (w completeWriter) WriteHeader(status int) {
	if header := w.Header(); status == http.StatusCreated && (header.Get("Upload-Offset") == w.length || w.length == "0") {
		header.Del("Location")
		status = w.status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w completeWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// TestK11UploadWithoutURLIsDone follows files whose uploads were complete with their
// creation and got no URL, through everything that other done files go through.
func TestK11UploadWithoutURLIsDone(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"200": http.StatusOK, "201": http.StatusCreated, "204": http.StatusNoContent} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t, noURLWhenComplete(status))
			h := newHarness(t, server.Endpoint)
			h.setServerOptions(uploader.ServerOptions{OneRequest: true})
			paths := []string{createFile(t, "empty.mov", 0), createFile(t, "a.mov", 1000), createFile(t, "b.mov", 1000), createFile(t, "large.mov", 3_000_000)}
			transfers := h.waitFinal(h.add(paths...))
			for _, done := range transfers {
				large := done.Source.Name() == "large.mov"
				if done.Phase != uploader.PhaseDone || (done.Session.URL != "") != large {
					t.Errorf("%s: phase %v: %v, URL %q", done.Source.Name(), done.Phase, done.Fault, done.Session.URL)
				}
			}
			wantStored(t, server, paths...)

			h.restart()
			h.waitCount(uploader.StateDone, len(paths))
			again := h.waitFinal(h.add(paths[1]))
			if len(again) != 1 || !fault.Is(again[0].Fault, fault.AlreadyUploaded) {
				t.Errorf("added again: %+v", again)
			}
			h.do(uploader.Remove{Target: uploader.TargetAll()})
			h.waitFor("the list to be empty", func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 0 })
			requests := server.Requests()
			if n := countRequests(requests, http.MethodDelete); n > 0 {
				t.Errorf("%d uploads were deleted", n)
			}
			if n := countRequests(requests, http.MethodPost); n != len(paths) {
				t.Errorf("%d uploads were created, want %d", n, len(paths))
			}
		})
	}
}

// completeWithoutURL starts an engine with a transfer that was interrupted after the server
// had all of its file, and returned no URL.
func completeWithoutURL(t *testing.T) (h *harness, server *uploadtest.Tusd) {
	t.Helper()
	server = uploadtest.NewTusd(t, noURLWhenComplete(http.StatusOK))
	h = newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.ServerOptions{OneRequest: true})
	h.waitFinal(h.add(createFile(t, "a.mov", 1000)))
	h.stop()
	saved, err := h.store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	interrupted := *saved.Transfers.At(0)
	interrupted.Phase, interrupted.Finished, interrupted.ChangeTime = uploader.PhaseQueued, 0, 0
	if err := h.store.Save(t.Context(), uploader.Changes{Transfers: []*uploader.Transfer{&interrupted}}); err != nil {
		t.Fatal(err)
	}
	return h, server
}

// TestK11UploadWithoutURLIsNotSentAgain has no proof of what was sent, so that the user
// decides that the file is the same.
func TestK11UploadWithoutURLIsNotSentAgain(t *testing.T) {
	t.Parallel()
	h, server := completeWithoutURL(t)
	h.start()
	h.waitFor("the file to be not comparable", func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 1 && s.Transfers.At(0).NotComparable() })
	h.do(uploader.ContinueEarlier{Target: uploader.TargetAll()})
	h.waitCount(uploader.StateDone, 1)
	if n := countRequests(server.Requests(), http.MethodPost); n != 1 {
		t.Errorf("%d uploads were created", n)
	}
}

func TestK11UploadWithoutURLStaysOnServer(t *testing.T) {
	t.Parallel()
	h, server := completeWithoutURL(t)
	h.start()
	h.waitLoaded()
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	h.do(uploader.Cancel{Target: uploader.TargetAll()})
	h.waitFor("the transfer to be final", func(s *uploader.Snapshot) bool { return s.Transfers.At(0).Phase.Final() })
	if id := h.onlyTransfer().ID; h.onlyTransfer().Phase == uploader.PhaseCancelled && !slices.Contains(h.eventKinds(id), uploader.EventKept) {
		t.Errorf("the history does not say that the server keeps the upload: %v", h.eventKinds(id))
	}
	if n := countRequests(server.Requests(), http.MethodDelete); n > 0 {
		t.Errorf("%d uploads were deleted", n)
	}
}

// TestC14UploadsCreateNothingToTestTheServer uploads to servers that do not tell what they
// support: the first creation is that of the file.
func TestC14UploadsCreateNothingToTestTheServer(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 403, 404, 405, 406, 500, 501} {
		server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method == http.MethodOptions {
				w.WriteHeader(status)
				return
			}
			next.ServeHTTP(w, r)
		}))
		h := newHarness(t, server.Endpoint)
		path := createFile(t, "film.mov", 1000)
		if done := h.waitFinal(h.add(path))[0]; done.Phase != uploader.PhaseDone {
			t.Errorf("%d: phase %v: %v", status, done.Phase, done.Fault)
		}
		wantStoredOnce(t, server, path)
		if n := countRequests(server.Requests(), http.MethodPost); n != 1 {
			t.Errorf("%d: %d uploads were created", status, n)
		}
	}
}
