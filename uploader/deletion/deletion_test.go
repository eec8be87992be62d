package deletion

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/worker"
)

const testServer uploader.ServerID = 2

// The faults of the fake server.
var (
	errUnreachable = &fault.Fault{Kind: fault.Unreachable, Op: fault.Terminate}
	errRefused     = &fault.Fault{Kind: fault.Refused, Op: fault.Terminate}
	errSignIn      = &fault.Fault{Kind: fault.Auth, Op: fault.Terminate, Status: 401}
	errForbidden   = &fault.Fault{Kind: fault.Auth, Op: fault.Terminate, Status: 403, Code: fault.CodeForbidden}
)

// fakeServer is a server that can delete uploads. It fails with err while err is set,
// and for the uploads in kept.
type fakeServer struct {
	uploader.Protocol

	mu      sync.Mutex
	err     error
	kept    map[string]error
	deleted []string
}

func (s *fakeServer) Probe(context.Context) (tus.Capabilities, error) {
	return tus.Capabilities{Known: true, Extensions: []string{tus.Termination}}, nil
}

func (s *fakeServer) Terminate(_ context.Context, url string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if err := s.kept[url]; err != nil {
		return err
	}
	s.deleted = append(s.deleted, url)
	return nil
}

func (s *fakeServer) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// fakeEngine is an engine with one server. Its goroutine is that of the test.
type fakeEngine struct {
	*Deleter

	t       *testing.T
	server  *fakeServer
	remote  *worker.Remote // nil once the server is removed
	blocked []*fault.Fault
	work    context.Context //nolint:containedctx // that of a running engine
	stop    context.CancelFunc

	mu   sync.Mutex
	sent []func()
}

// newFakeEngine returns an engine for a synctest bubble.
func newFakeEngine(t *testing.T) *fakeEngine {
	t.Helper()
	e := &fakeEngine{t: t, server: &fakeServer{}}
	e.connect()
	e.work, e.stop = context.WithCancel(t.Context())
	var tasks sync.WaitGroup
	t.Cleanup(func() { e.stop(); tasks.Wait() })
	e.Deleter = New(Engine{
		Send: func(f func()) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.sent = append(e.sent, f)
		},
		AfterCommit: func(f func(context.Context)) { f(e.work) },
		Connect: func(uploader.ServerID) (*worker.Remote, error) {
			if e.remote == nil {
				return nil, errRefused
			}
			return e.remote, nil
		},
		Block: func(_ uploader.ServerID, f *fault.Fault) { e.blocked = append(e.blocked, f) },
	}, slog.New(slog.NewTextHandler(t.Output(), nil)), &tasks)
	return e
}

// connect replaces the connection to the server.
func (e *fakeEngine) connect() {
	e.remote = worker.NewRemote(uploader.Server{ID: testServer}, e.server)
}

// wait runs what is sent to the engine until all goroutines wait.
func (e *fakeEngine) wait() {
	e.t.Helper()
	for {
		synctest.Wait()
		e.mu.Lock()
		sent := e.sent
		e.sent = nil
		e.mu.Unlock()
		if len(sent) == 0 {
			return
		}
		for _, f := range sent {
			f()
		}
	}
}

// delete deletes uploads. It reports whether done was called, and with what.
func (e *fakeEngine) delete(urls ...string) (done, kept bool) {
	e.t.Helper()
	var uploads []worker.Deletion
	for _, url := range urls {
		uploads = append(uploads, worker.Deletion{URL: url})
	}
	e.Delete(e.work, e.remote, uploads, func(k bool) { done, kept = true, k })
	e.wait()
	return done, kept
}

// wantDeleted checks which uploads the server has deleted, in any order.
func (e *fakeEngine) wantDeleted(want ...string) {
	e.t.Helper()
	e.wait()
	if got := slices.Sorted(slices.Values(e.server.deleted)); !slices.Equal(got, want) {
		e.t.Errorf("deleted %v, want %v", got, want)
	}
}

func TestDelete(t *testing.T) {
	for _, c := range []struct {
		name        string
		err         error // of the second upload
		wantKept    bool
		wantBlocked int
		wantRetry   bool
	}{
		{"deleted", nil, false, 0, false},
		{"refused", errRefused, true, 0, false},
		{"forbidden for one upload", errForbidden, true, 0, false},
		{"server unreachable", errUnreachable, true, 0, true},
		{"sign-in required", errSignIn, false, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newFakeEngine(t)
				want := []string{"a", "b", "c"}
				if c.err != nil {
					e.server.kept = map[string]error{"b": c.err}
					want = []string{"a", "c"}
				}
				if done, kept := e.delete("a", "b", "c"); !done || kept != c.wantKept {
					t.Errorf("done %v, kept %v; want true, %v", done, kept, c.wantKept)
				}
				e.wantDeleted(want...)
				if len(e.blocked) != c.wantBlocked {
					t.Errorf("server was blocked %d times, want %d", len(e.blocked), c.wantBlocked)
				}
				if retry := !e.NextTry().IsZero(); retry != c.wantRetry {
					t.Errorf("next try at %v, want any: %v", e.NextTry(), c.wantRetry)
				}
			})
		})
	}
}

// TestS4DeletionWithTheSameErrorForMinutesEnds: what cannot be deleted is left to expire.
func TestS4DeletionWithTheSameErrorForMinutesEnds(t *testing.T) {
	for _, c := range []struct {
		failing time.Duration
		want    []string
	}{{4 * time.Minute, []string{"a"}}, {time.Hour, nil}} {
		t.Run(c.failing.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newFakeEngine(t)
				e.server.fail(&fault.Fault{Kind: fault.Transient, Op: fault.Terminate, Status: 500})
				e.delete("a")
				for began := time.Now(); time.Since(began) < 2*time.Hour; {
					time.Sleep(time.Second)
					if time.Since(began) >= c.failing {
						e.server.fail(nil)
					}
					e.RetryPostponed(time.Now())
					e.wait()
				}
				e.wantDeleted(c.want...)
			})
		})
	}
}

func TestDeleteEndsWithEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFakeEngine(t)
		e.stop()
		if done, _ := e.delete("a"); done {
			t.Error("done was called after the engine stopped")
		}
		e.wantDeleted()
	})
}

func TestUnreachableServerIsRetriedWithBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFakeEngine(t)
		e.server.fail(errUnreachable)
		e.delete("a")
		e.delete("b")
		wantWait := func(want time.Duration) {
			t.Helper()
			if got := time.Until(e.NextTry()); got != want {
				t.Fatalf("next try in %v, want %v", got, want)
			}
		}
		retry := func() {
			e.RetryPostponed(e.NextTry().Add(-time.Millisecond)) // does nothing
			time.Sleep(time.Until(e.NextTry()))
			e.RetryPostponed(time.Now())
			e.wait()
		}
		for _, want := range []time.Duration{1, 2, 4, 8, 16, 32, 64, 120, 120} {
			wantWait(want * time.Second)
			retry()
		}
		e.Reachable()
		retry()
		wantWait(2 * time.Second)
		e.wantDeleted()

		e.server.fail(nil)
		retry()
		e.wantDeleted("a", "b")
		if !e.NextTry().IsZero() {
			t.Errorf("next try at %v after everything was deleted", e.NextTry())
		}
	})
}

func TestDeletionWaitsForSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFakeEngine(t)
		e.server.fail(errSignIn)
		e.delete("a", "b")
		e.server.fail(nil)
		e.RetryPostponed(time.Now().Add(time.Hour))
		e.SignedIn(testServer + 1)
		e.wantDeleted()
		e.SignedIn(testServer)
		e.wantDeleted("a", "b")
		e.SignedIn(testServer)
		e.wantDeleted("a", "b")
	})
}

// TestDeletionAfterSignInChanged has the user sign in while a request is sent.
func TestDeletionAfterSignInChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFakeEngine(t)
		e.server.fail(errSignIn)
		e.Delete(e.work, e.remote, []worker.Deletion{{URL: "a"}}, func(bool) {})
		synctest.Wait()
		e.connect()
		e.server.fail(nil)
		e.wantDeleted("a")
		if len(e.blocked) > 0 {
			t.Error("server is blocked by a fault of the earlier sign-in")
		}
	})
}

func TestMovePostponedDeletions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFakeEngine(t)
		e.server.kept = map[string]error{"old/a": errUnreachable, "old/b": errSignIn}
		e.delete("old/a", "old/b")
		moved := func(url string) string { return strings.Replace(url, "old", "new", 1) }
		e.Move(testServer+1, func(string) string { return "other server" })
		e.Move(testServer, moved)
		e.SignedIn(testServer)
		e.RetryPostponed(e.NextTry())
		e.wantDeleted("new/a", "new/b")
	})
}

func TestForgetRemovedServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFakeEngine(t)
		e.server.kept = map[string]error{"a": errUnreachable, "b": errSignIn}
		e.delete("a", "b")
		e.server.kept = nil
		e.Forget(testServer)
		e.SignedIn(testServer)
		e.RetryPostponed(e.NextTry())
		e.wantDeleted()
	})
}

func TestDeletionOfRemovedServerIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFakeEngine(t)
		e.server.fail(errUnreachable)
		e.delete("a")
		e.server.fail(nil)
		e.remote = nil
		e.RetryPostponed(e.NextTry())
		e.wantDeleted()
		if !e.NextTry().IsZero() {
			t.Errorf("next try at %v", e.NextTry())
		}
	})
}
