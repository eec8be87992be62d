package engine_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestTerminationRetriedAfterOutage cancels or removes an upload while its server is
// unreachable. The command does not wait for the server; the upload is terminated
// later.
func TestTerminationRetriedAfterOutage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		command uploader.Command
		removed func(*uploader.Snapshot) bool
	}{
		{"cancelled", uploader.Cancel{Target: uploader.Everything()}, func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateCancelled] == 1 }},
		{"removed", uploader.Remove{Target: uploader.Everything()}, func(s *uploader.Snapshot) bool { return len(s.Transfers) == 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			deleted := make(chan struct{}, 10)
			server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					next.ServeHTTP(w, r)
					if r.Method == http.MethodDelete {
						deleted <- struct{}{}
					}
				})
			}))
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			h := newHarness(t, proxy.URL(server.Endpoint))
			proxy.Slow(4 << 20)
			h.add(createFile(t, "film.mov", 8<<20))
			h.waitFor("1 MiB sent", func(s *uploader.Snapshot) bool {
				return len(s.Transfers) == 1 && s.Transfers[0].Session.URL != "" && s.Sent(s.Transfers[0]) > 1<<20
			})
			proxy.Refuse()
			h.do(c.command)
			h.waitFor("the command to take effect", c.removed)
			proxy.Heal(t)
			select {
			case <-deleted:
			case <-time.After(5 * time.Minute):
				t.Fatal("no DELETE request within 5 minutes")
			}
			if left := server.Stored(t); len(left) > 0 {
				t.Errorf("server has %+v, want no uploads", left)
			}
		})
	}
}
