package endtoend_test

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// requestKiller is a handler that kills the client at its n-th request.
type requestKiller struct {
	n  int
	at killPoint

	mu     sync.Mutex
	seen   int
	target *run
}

// killPoint handles a request and calls kill at one point of it.
type killPoint func(next http.Handler, w http.ResponseWriter, r *http.Request, kill func())

var killPoints = map[string]killPoint{
	"before the server reads it": func(_ http.Handler, _ http.ResponseWriter, _ *http.Request, kill func()) {
		kill()
		panic(http.ErrAbortHandler)
	},
	"while the server reads it": func(next http.Handler, w http.ResponseWriter, r *http.Request, kill func()) {
		if r.ContentLength == 0 {
			kill() // there is nothing to read
		}
		r.Body = &killingBody{ReadCloser: r.Body, left: r.ContentLength / 2, kill: kill}
		next.ServeHTTP(w, r)
	},
	"before the response is sent": func(next http.Handler, w http.ResponseWriter, r *http.Request, kill func()) {
		next.ServeHTTP(&killingResponse{w, kill}, r)
	},
}

// killingBody calls kill once half of the body is read.
type killingBody struct {
	io.ReadCloser
	left int64
	kill func()
}

func (b *killingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left <= 0 {
		b.kill()
	}
	return n, err
}

// killingResponse calls kill before the response header is sent.
type killingResponse struct {
	http.ResponseWriter
	kill func()
}

func (w *killingResponse) WriteHeader(status int) {
	if status >= http.StatusOK { // 1xx is not the final response
		w.kill()
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets [http.ResponseController] reach the connection's deadlines.
func (w *killingResponse) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (k *requestKiller) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if target := k.takeTarget(); target != nil {
			k.at(next, w, r, sync.OnceFunc(func() { _ = target.command.Process.Kill(); <-target.done }))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// takeTarget counts a request and returns the run to kill at it, or nil.
func (k *requestKiller) takeTarget() *run {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.seen++
	if k.seen != k.n {
		return nil
	}
	return k.target
}

// start starts the run to kill.
func (k *requestKiller) start(startRun func() *run) *run {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.target = startRun()
	return k.target
}

// TestKillAtEveryRequestConverges kills the program at the first request of an
// upload, then in another run at the second, and so on until a run finishes.
func TestKillAtEveryRequestConverges(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(killPoints)) {
		t.Run("killed "+name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				if !killAndResume(t, n, killPoints[name]) {
					t.Logf("%d requests", n-1)
					return
				}
			}
		})
	}
}

// killAndResume uploads a folder with a run that is killed at its n-th request, and
// resumes it in a second run. It reports whether there was an n-th request.
func killAndResume(t *testing.T, n int, at killPoint) bool {
	t.Helper()
	killer := &requestKiller{n: n, at: at}
	server := uploadtest.NewTusd(t, uploadtest.Wrap(killer.wrap))
	ferry := &client{t: t, profile: t.TempDir(), endpoint: server.Endpoint}
	folder := createSmallSet(t)
	first := killer.start(func() *run { return ferry.send(folder) })
	first.wait(t, runTimeout)
	if first.killed() {
		second := ferry.resumeOrSend(folder)
		second.wait(t, runTimeout)
		if second.exitErr != nil {
			t.Errorf("ferry %v: %v\n%s", second.args, second.exitErr, second.stderr.String())
		}
	} else if first.exitErr != nil {
		t.Errorf("ferry %v: %v\n%s", first.args, first.exitErr, first.stderr.String())
	}
	checkServer(t, server, []string{folder})
	if t.Failed() {
		t.Fatalf("after a kill at request %d", n)
	}
	return first.killed()
}
