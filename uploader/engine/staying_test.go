package engine_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestWhatIsGivenUpWhileTheNetworkIsAwayIsRemovedWhenItIsBack cancels an upload that
// its server cannot be asked to remove. Nobody waits for that; it is removed later.
func TestWhatIsGivenUpWhileTheNetworkIsAwayIsRemovedWhenItIsBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		giveUp uploader.Command
		gone   func(*uploader.Snapshot) bool
	}{
		{"cancelled", uploader.Cancel{Target: uploader.Everything()}, func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateCancelled] == 1 }},
		{"taken off the list", uploader.Remove{Target: uploader.Everything()}, func(s *uploader.Snapshot) bool { return len(s.Transfers) == 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			removed := make(chan struct{}, 10)
			server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					next.ServeHTTP(w, r)
					if r.Method == http.MethodDelete {
						removed <- struct{}{}
					}
				})
			}))
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			b := newBench(t, proxy.URL(server.Endpoint))
			proxy.Slow(4 << 20)
			b.add(write(t, "film.mov", 8<<20))
			b.until("some of it", func(s *uploader.Snapshot) bool {
				return len(s.Transfers) == 1 && s.Transfers[0].Session.URL != "" && s.Sent(s.Transfers[0]) > 1<<20
			})
			proxy.Refuse()
			b.do(c.giveUp)
			b.until("nobody waits for the server", c.gone)
			proxy.Heal(t)
			select {
			case <-removed:
			case <-time.After(5 * time.Minute):
				t.Fatal("nobody asks the server again")
			}
			if left := server.Stored(t); len(left) > 0 {
				t.Errorf("the server still holds %+v", left)
			}
		})
	}
}
