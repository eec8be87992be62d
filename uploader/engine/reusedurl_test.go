package engine_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// reuseLocation is a server that returns the Location of its first upload for all.
func reuseLocation() uploadtest.Option {
	var mu sync.Mutex
	first := ""
	return uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				w = &locationWriter{ResponseWriter: w, mu: &mu, first: &first}
			}
			next.ServeHTTP(w, r)
		})
	})
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
			h.waitFor("the second file to be removed", func(s *uploader.Snapshot) bool { return len(s.Transfers) == 1 })
			if n := countRequests(server.Requests(), http.MethodDelete); n > 0 {
				t.Errorf("%d uploads were deleted", n)
			}
		})
	}
}
