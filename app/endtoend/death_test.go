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

// executioner stands before a server and kills the client over its n-th request.
type executioner struct {
	n     int
	death death

	mu     sync.Mutex
	seen   int
	victim *run
}

// death is the moment at which a client dies while a request of it is served.
type death func(next http.Handler, w http.ResponseWriter, r *http.Request, kill func())

var deaths = map[string]death{
	"before the server has it": func(_ http.Handler, _ http.ResponseWriter, _ *http.Request, kill func()) {
		kill()
		panic(http.ErrAbortHandler)
	},
	"while the server reads it": func(next http.Handler, w http.ResponseWriter, r *http.Request, kill func()) {
		if r.ContentLength == 0 {
			kill() // there is nothing to read
		}
		r.Body = &fatalBody{ReadCloser: r.Body, left: r.ContentLength / 2, kill: kill}
		next.ServeHTTP(w, r)
	},
	"before it learns the answer": func(next http.Handler, w http.ResponseWriter, r *http.Request, kill func()) {
		next.ServeHTTP(&fatalAnswer{w, kill}, r)
	},
}

// fatalBody kills once half of it is read.
type fatalBody struct {
	io.ReadCloser
	left int64
	kill func()
}

func (b *fatalBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left <= 0 {
		b.kill()
	}
	return n, err
}

// fatalAnswer kills before the first byte of it is on its way.
type fatalAnswer struct {
	http.ResponseWriter
	kill func()
}

func (a *fatalAnswer) WriteHeader(status int) {
	if status >= http.StatusOK { // 1xx is not the answer yet
		a.kill()
	}
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (a *fatalAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (e *executioner) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if victim := e.choose(); victim != nil {
			e.death(next, w, r, once(func() { _ = victim.command.Process.Kill(); <-victim.ended }))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// choose returns whom to kill over the request that has just come, if anybody.
func (e *executioner) choose() *run {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seen++
	if e.seen != e.n {
		return nil
	}
	return e.victim
}

// watch starts a client for the executioner to watch.
func (e *executioner) watch(start func() *run) *run {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.victim = start()
	return e.victim
}

// TestDeathAtAnyRequestConverges kills the program over the first request of a
// delivery, then in another run over the second, and so on until one survived.
func TestDeathAtAnyRequestConverges(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(deaths)) {
		t.Run("death "+name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				if !dies(t, n, deaths[name]) {
					t.Logf("%d requests", n-1)
					return
				}
			}
		})
	}
}

// dies sends a delivery with a client that is killed over its n-th request, and
// another that goes on. It reports whether there was such a request.
func dies(t *testing.T, n int, how death) bool {
	t.Helper()
	fate := &executioner{n: n, death: how}
	server := uploadtest.NewTusd(t, uploadtest.Wrap(fate.before))
	ferry := &client{t: t, profile: t.TempDir(), to: server.Endpoint}
	folder := handful(t)
	first := fate.watch(func() *run { return ferry.send(folder) })
	first.within(t, patience)
	if first.killed() {
		second := ferry.again(folder)
		second.within(t, patience)
		if second.exit != nil {
			t.Errorf("ferry %v: %v\n%s", second.args, second.exit, second.err.String())
		}
	} else if first.exit != nil {
		t.Errorf("ferry %v: %v\n%s", first.args, first.exit, first.err.String())
	}
	compare(t, server, []string{folder})
	if t.Failed() {
		t.Fatalf("with death over request %d", n)
	}
	return first.killed()
}
