package engine_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestQuittingLosesNoUploadThatIsBeingMade quits while the server is making an
// upload, which takes it a moment: its URL is known to the next run, and nothing is
// left on the server that nobody knows of.
func TestQuittingLosesNoUploadThatIsBeingMade(t *testing.T) {
	t.Parallel()
	const large = 20 << 20
	for _, c := range []struct {
		name    string
		size    int
		profile uploader.Profile
		making  func(*http.Request) bool
	}{
		{"of a large file", large, uploader.Profile{}, func(*http.Request) bool { return true }},
		{"with all that is in it", 1000, uploader.Profile{}, func(*http.Request) bool { return true }},
		{"of a part", large, uploader.Profile{Connections: 2}, func(r *http.Request) bool { return r.Header.Get("Upload-Concat") == "partial" }},
		{"of all parts", large, uploader.Profile{Connections: 2}, func(r *http.Request) bool { return r.Header.Get("Upload-Concat") != "partial" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			asked, quitting := make(chan struct{}), make(chan struct{})
			var first sync.Once
			server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodPost && c.making(r) {
						first.Do(func() {
							close(asked)
							<-quitting
							time.Sleep(200 * time.Millisecond) // what a busy server takes
						})
					}
					next.ServeHTTP(w, r)
				})
			}))
			b := newBench(t, server.Endpoint)
			if c.profile != (uploader.Profile{}) {
				b.give(c.profile)
			}
			path := write(t, "film.mov", c.size)
			batch := b.add(path)
			<-asked
			close(quitting)
			b.restart()
			for _, row := range b.finished(batch) {
				if row.Phase != uploader.PhaseDone {
					t.Errorf("%v: %v", row.Phase, row.Fault)
				}
			}
			if stored := server.Stored(t); len(stored) != 1 {
				t.Errorf("the server holds %d uploads of one file: %+v", len(stored), stored)
			}
			wantStored(t, server, path)
		})
	}
}
