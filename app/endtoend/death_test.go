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

// requestKiller stands before a server and kills the client over its n-th request.
type requestKiller struct {
	n     int
	at killPoint

	mu     sync.Mutex
	seen   int
	target *run
}

// killPoint is the moment at which a client dies while a request of it is served.
type killPoint func(next http.Handler, w http.ResponseWriter, r *http.Request, kill func())

var killPoints = map[string]killPoint{
	"before the server has it": func(_ http.Handler, _ http.ResponseWriter, _ *http.Request, kill func()) {
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
	"before it learns the answer": func(next http.Handler, w http.ResponseWriter, r *http.Request, kill func()) {
		next.ServeHTTP(&killingResponse{w, kill}, r)
	},
}

// killingBody kills once half of it is read.
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

// killingResponse kills before the first byte of it is on its way.
type killingResponse struct {
	http.ResponseWriter
	kill func()
}

func (a *killingResponse) WriteHeader(status int) {
	if status >= http.StatusOK { // 1xx is not the answer yet
		a.kill()
	}
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (a *killingResponse) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (e *requestKiller) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if target := e.takeTarget(); target != nil {
			e.at(next, w, r, once(func() { _ = target.command.Process.Kill(); <-target.done }))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// pick returns whom to kill over the request that has just come, if anybody.
func (e *requestKiller) takeTarget() *run {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seen++
	if e.seen != e.n {
		return nil
	}
	return e.target
}

// start starts a client for the executioner to watch.
func (e *requestKiller) start(startRun func() *run) *run {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.target = startRun()
	return e.target
}

// TestKillAtEveryRequestConverges kills the program over the first request of a
// createFolder, then in another run over the second, and so on until one survived.
func TestKillAtEveryRequestConverges(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(killPoints)) {
		t.Run("death "+name, func(t *testing.T) {
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

// killAndResume sends a delivery with a client that is killed over its n-th request, and
// another that goes on. It reports whether there was such a request.
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
		t.Fatalf("with death over request %d", n)
	}
	return first.killed()
}
