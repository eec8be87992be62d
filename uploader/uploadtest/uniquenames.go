package uploadtest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// UniqueNames has a server refuse to create an upload whose metadata filename it has got
// before, with 409 and the JSON of Supabase Storage, unless the request has "x-upsert:
// true". Parts have no name.
type UniqueNames struct {
	Deleted chan struct{} // receives a value after each DELETE; nil for none

	mu      sync.Mutex
	names   []string
	refused int
}

// Option returns the server option. taken are names that exist from the start.
func (u *UniqueNames) Option(taken ...string) Option {
	u.names = append(u.names, taken...)
	return Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			metadata, _ := parseMetadata(r.Header.Get("Upload-Metadata"))
			name := metadata["filename"]
			if r.Method != http.MethodPost || name == "" || u.take(name) || strings.EqualFold(r.Header.Get("X-Upsert"), "true") {
				next.ServeHTTP(w, r)
				if r.Method == http.MethodDelete && u.Deleted != nil {
					u.Deleted <- struct{}{}
				}
				return
			}
			w.Header().Set("Tus-Resumable", "1.0.0")
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusConflict)
			_, _ = w.Write([]byte(`{"statusCode":"409","error":"Duplicate","message":"The resource already exists"}`))
		})
	})
}

// take records a name and reports whether it was free.
func (u *UniqueNames) take(name string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if slices.Contains(u.names, name) {
		u.refused++
		return false
	}
	u.names = append(u.names, name)
	return true
}

// Refused returns how many requests had a name that exists.
func (u *UniqueNames) Refused() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.refused
}
