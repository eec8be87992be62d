package engine_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestShutdownDuringCreateKeepsUpload stops the engine while the server creates an
// upload: the next run uses its URL, and no other upload is left on the server.
func TestShutdownDuringCreateKeepsUpload(t *testing.T) {
	t.Parallel()
	const large = 20 << 20
	for _, c := range []struct {
		name    string
		size    int
		profile uploader.Profile
		matches func(*http.Request) bool
	}{
		{"large file", large, uploader.Profile{}, func(*http.Request) bool { return true }},
		{"small file with its content", 1000, uploader.Profile{}, func(*http.Request) bool { return true }},
		{"part", large, uploader.Profile{Connections: 2}, func(r *http.Request) bool { return r.Header.Get("Upload-Concat") == "partial" }},
		{"concatenation", large, uploader.Profile{Connections: 2}, func(r *http.Request) bool { return r.Header.Get("Upload-Concat") != "partial" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			received, respond := make(chan struct{}), make(chan struct{})
			var first sync.Once
			server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodPost && c.matches(r) {
						first.Do(func() {
							close(received)
							<-respond
							time.Sleep(200 * time.Millisecond) // a slow server
						})
					}
					next.ServeHTTP(w, r)
				})
			}))
			h := newHarness(t, server.Endpoint)
			if c.profile != (uploader.Profile{}) {
				h.setServerOptions(c.profile)
			}
			path := createFile(t, "film.mov", c.size)
			batch := h.add(path)
			<-received
			close(respond)
			h.restart()
			for _, row := range h.waitFinal(batch) {
				if row.Phase != uploader.PhaseDone {
					t.Errorf("%v: %v", row.Phase, row.Fault)
				}
			}
			if stored := server.Stored(t); len(stored) != 1 {
				t.Errorf("server has %d uploads, want 1: %+v", len(stored), stored)
			}
			wantStored(t, server, path)
		})
	}
}
