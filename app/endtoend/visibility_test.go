package endtoend_test

import (
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// visibility is a handler in front of a server that is eventually consistent: it responds
// with 404 to requests for an upload for some time after its creation.
type visibility struct {
	mu     sync.Mutex
	delay  time.Duration        // of the next uploads
	from   map[string]time.Time // when uploads become visible, by name
	hidden int                  // requests that got a 404
}

func newVisibility() *visibility { return &visibility{from: map[string]time.Time{}} }

func (v *visibility) setDelay(delay time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.delay = delay
}

func (v *visibility) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if v.hides(r) {
			writeResponse(w, http.StatusNotFound, tusHeader, "ERR_UPLOAD_NOT_FOUND: upload not found\n")
			return
		}
		next.ServeHTTP(&visibilityResponse{w, v}, r)
	})
}

// hides reports whether a request is for an upload that is not visible yet, or joins one.
func (v *visibility) hides(r *http.Request) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	names := []string{path.Base(r.URL.Path)}
	for part := range strings.FieldsSeq(strings.TrimPrefix(r.Header.Get("Upload-Concat"), "final;")) {
		names = append(names, uploadName(part))
	}
	for _, name := range names {
		if time.Now().Before(v.from[name]) {
			v.hidden++
			return true
		}
	}
	return false
}

// visibilityResponse hides the upload that a response has created.
type visibilityResponse struct {
	http.ResponseWriter
	v *visibility
}

func (w *visibilityResponse) WriteHeader(status int) {
	if location := w.Header().Get("Location"); location != "" && status/100 == 2 {
		w.v.mu.Lock()
		if w.v.delay > 0 {
			w.v.from[uploadName(location)] = time.Now().Add(w.v.delay)
		}
		w.v.mu.Unlock()
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets [http.ResponseController] reach the connection's deadlines.
func (w *visibilityResponse) Unwrap() http.ResponseWriter { return w.ResponseWriter }
