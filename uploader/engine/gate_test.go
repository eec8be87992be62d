package engine_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestExpiredSignInBlocksServerOnce lets the sign-in expire while files are uploaded.
func TestExpiredSignInBlocksServerOnce(t *testing.T) {
	t.Parallel()
	var expired atomic.Bool
	var refused atomic.Int64
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if expired.Load() {
				refused.Add(1)
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}))
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Slow(4 << 20)
	h := newHarness(t, proxy.URL(server.Endpoint))
	folder := t.TempDir()
	var paths []string
	for i := range 30 {
		path := filepath.Join(folder, strconv.Itoa(i)+".mov")
		if err := os.WriteFile(path, make([]byte, 2<<20+i), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	h.add(paths...)
	h.waitFor("2 done", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] >= 2 })
	expired.Store(true)
	proxy.Cut()
	proxy.Heal(t)
	h.waitFor("the server to be blocked", func(s *uploader.Snapshot) bool { return s.Blocked[testServer] != nil && s.Totals.Active == 0 })
	s := h.engine.Snapshot()
	if kind := s.Blocked[testServer].Kind; kind != fault.Auth {
		t.Errorf("server is blocked by %v, want fault.Auth", kind)
	}
	// Each running transfer may get a 401, and repeat a request whose response was lost.
	if n := refused.Load(); n > int64(2*uploader.DefaultSettings().Simultaneous) {
		t.Errorf("%d requests were refused before the server was blocked", n)
	}
	expired.Store(false)
	h.do(uploader.SignedIn{Server: testServer})
	h.waitFor("all done", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == len(paths) })
	complete := 0
	for _, f := range server.Stored(t) { // an upload whose creation was interrupted stays empty
		if f.Size == f.Length {
			complete++
		}
	}
	if complete != len(paths) {
		t.Errorf("%d complete uploads of %d files", complete, len(paths))
	}
}

// TestUnreachableServerIsTriedByFewTransfers checks that the other transfers stay
// queued.
func TestUnreachableServerIsTriedByFewTransfers(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Refuse()
	h := newHarness(t, proxy.URL(server.Endpoint))
	folder := filepath.Join(t.TempDir(), "notes")
	for i := range 500 {
		path := filepath.Join(folder, strconv.Itoa(i))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(path), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	batch := h.add(folder)
	h.waitFor("the batch to be scanned and a retrying transfer", func(s *uploader.Snapshot) bool {
		return s.Batches[batch].Expanded && s.Totals.Count[uploader.StateRetrying] > 0
	})
	limit := uploader.DefaultSettings().Simultaneous + engine.SmallAtOnce
	if n := h.engine.Snapshot().Totals.Count[uploader.StateRetrying]; n > limit {
		t.Errorf("%d transfers have tried the unreachable server", n)
	}
	proxy.Heal(t)
	h.do(uploader.Retry{Target: uploader.Everything()})
	h.waitFinal(batch)
	if n := len(server.Stored(t)); n != 500 {
		t.Errorf("server has %d uploads, want 500", n)
	}
}
