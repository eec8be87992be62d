package engine_test

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// reuseLocation is a server that returns the Location of its first upload for all.
func reuseLocation() uploadtest.Option { return uploadtest.Wrap(reuseFirstLocation()) }

// reuseFirstLocation is the handler of reuseLocation.
func reuseFirstLocation() func(http.Handler) http.Handler {
	var mu sync.Mutex
	first := ""
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				w = &locationWriter{ResponseWriter: w, mu: &mu, first: &first}
			}
			next.ServeHTTP(w, r)
		})
	}
}

type locationWriter struct {
	http.ResponseWriter
	mu    *sync.Mutex
	first *string
}

func (w *locationWriter) WriteHeader(status int) {
	w.mu.Lock()
	if *w.first == "" {
		*w.first = w.Header().Get("Location")
	}
	w.Header().Set("Location", *w.first)
	w.mu.Unlock()
	w.ResponseWriter.WriteHeader(status)
}

func (w *locationWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func TestK9ReusedUploadURL(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"sent with the creation": 1000, "sent afterwards": 3_000_000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := uploadtest.NewTusd(t, reuseLocation())
			h := newHarness(t, server.Endpoint)
			first := h.waitFinal(h.add(createFile(t, "a.mov", size)))[0]
			second := h.waitFinal(h.add(createFile(t, "b.mov", size)))[0]
			if first.Phase != uploader.PhaseDone {
				t.Errorf("first file: phase %v: %v", first.Phase, first.Fault)
			}
			if f := second.Fault; second.Phase != uploader.PhaseFailed || f.Kind != fault.Refused || f.Code != fault.CodeUploadURLReused {
				t.Errorf("second file: phase %v: %v", second.Phase, f)
			}
			if second.Session.URL != "" {
				t.Error("the second file keeps the URL of the first, and would delete it when cancelled")
			}
			h.do(uploader.Remove{Target: uploader.TargetTransfers(second.ID)})
			h.waitFor("the second file to be removed", func(s *uploader.Snapshot) bool { return s.Transfers.Len() == 1 })
			if n := countRequests(server.Requests(), http.MethodDelete); n > 0 {
				t.Errorf("%d uploads were deleted", n)
			}
		})
	}
}

// TestK9DataInReusedUpload has a server give the upload of an unfinished file to a small
// one, which is sent with its creation: nobody knows whose bytes the upload has, so that
// neither file is called done. The first one is sent again when the user retries it.
func TestK9DataInReusedUpload(t *testing.T) {
	t.Parallel()
	var patches, posts atomic.Int64
	third := make(chan struct{}) // closed when the third PATCH arrives, which gets no response
	reuse := reuseFirstLocation()
	server := uploadtest.NewTusd(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPatch && patches.Add(1) == 3 {
			close(third)
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done() // it ends with the connection, once the body was read
			return
		}
		next.ServeHTTP(w, r)
	}), uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && posts.Add(1) > 2 {
				next.ServeHTTP(w, r)
				return
			}
			reuse(next).ServeHTTP(w, r)
		})
	}))
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(uploader.ServerOptions{ChunkMax: 1_000_000, OneRequest: true})
	path := createFile(t, "a.mov", 3_000_000)
	firstBatch := h.add(path)
	<-third
	second := h.waitFinal(h.add(createFile(t, "b.mov", 1000)))[0]
	if f := second.Fault; second.Phase != uploader.PhaseFailed || f.Code != fault.CodeUploadURLReused {
		t.Errorf("second file: phase %v: %v", second.Phase, f)
	}
	first := h.waitFinal(firstBatch)[0]
	if first.Phase != uploader.PhaseFailed || first.Fault.Kind != fault.Mismatch {
		t.Errorf("first file: phase %v: %v", first.Phase, first.Fault)
	}
	h.do(uploader.Retry{Target: uploader.TargetTransfers(first.ID)})
	h.waitCount(uploader.StateDone, 1)
	if again := h.waitFinal(firstBatch)[0]; again.Session.URL == first.Session.URL || again.ResumedFrom != 0 {
		t.Errorf("resumed from %d at the same URL", again.ResumedFrom)
	}
}
