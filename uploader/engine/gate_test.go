package engine_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/admission"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestASignInIsAskedForOnce lets a login expire in the middle of a delivery.
func TestASignInIsAskedForOnce(t *testing.T) {
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
	b := newBench(t, proxy.URL(server.Endpoint))
	folder := t.TempDir()
	var paths []string
	for i := range 30 {
		path := filepath.Join(folder, strconv.Itoa(i)+".mov")
		if err := os.WriteFile(path, make([]byte, 2<<20+i), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	b.add(paths...)
	b.until("a few across", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] >= 2 })
	expired.Store(true)
	proxy.Cut()
	proxy.Heal(t)
	b.until("the question", func(s *uploader.Snapshot) bool { return s.Blocked[theServer] != nil && s.Totals.Active == 0 })
	s := b.engine.Snapshot()
	if kind := s.Blocked[theServer].Kind; kind != fault.Auth {
		t.Errorf("blocked for %v", kind)
	}
	// Each of those under way may meet it, and be asked again where its answer was cut off.
	if n := refused.Load(); n > int64(2*uploader.DefaultSettings().Simultaneous) {
		t.Errorf("%d requests were refused before it was noticed", n)
	}
	expired.Store(false)
	b.do(uploader.SignedIn{Server: theServer})
	b.until("the rest", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == len(paths) })
	complete := 0
	for _, f := range server.Stored(t) { // an upload whose creation was cut off is empty, and nobody's
		if f.Size == f.Length {
			complete++
		}
	}
	if complete != len(paths) {
		t.Errorf("%d complete uploads of %d files", complete, len(paths))
	}
}

// TestAServerThatIsAwayIsAskedByOne keeps the rest in line meanwhile.
func TestAServerThatIsAwayIsAskedByOne(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Refuse()
	b := newBench(t, proxy.URL(server.Endpoint))
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
	batch := b.add(folder)
	b.until("all in line", func(s *uploader.Snapshot) bool {
		return s.Batches[batch].Expanded && s.Totals.Count[uploader.StateRetrying] > 0
	})
	most := uploader.DefaultSettings().Simultaneous + admission.MaxSmallFiles
	if n := b.engine.Snapshot().Totals.Count[uploader.StateRetrying]; n > most {
		t.Errorf("%d transfers have tried a server that is away", n)
	}
	proxy.Heal(t)
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.finished(batch)
	if n := len(server.Stored(t)); n != 500 {
		t.Errorf("%d of 500 files are there", n)
	}
}
