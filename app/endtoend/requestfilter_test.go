package endtoend_test

import (
	"maps"
	"net/http"
	"sync"
)

// requestFilter is a handler in front of a server that can reject requests: all
// with status 401, or large ones with status 413.
type requestFilter struct {
	mu           sync.Mutex
	unauthorized bool
	maxBody      int64 // in bytes; 0: no limit
	rejected     map[string]int
}

func newRequestFilter() *requestFilter { return &requestFilter{rejected: map[string]int{}} }

func (f *requestFilter) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := f.rejectStatus(r); status != 0 {
			w.WriteHeader(status)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// rejectStatus returns the status for a request to reject, 0 for others.
func (f *requestFilter) rejectStatus(r *http.Request) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case r.Method == http.MethodOptions:
		return 0
	case f.unauthorized:
		f.rejected["401"]++
		return http.StatusUnauthorized
	case f.maxBody > 0 && r.ContentLength > f.maxBody:
		f.rejected["413"]++
		return http.StatusRequestEntityTooLarge
	default:
		return 0
	}
}

func (f *requestFilter) setUnauthorized(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.unauthorized = on
}

func (f *requestFilter) setMaxBody(bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.maxBody = bytes
}

// rejections returns the number of rejected requests by status.
func (f *requestFilter) rejections() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.rejected)
}
