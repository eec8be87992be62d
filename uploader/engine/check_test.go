package engine_test

import (
	"net/http"
	"os"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// leftBehind is a large upload of which the server holds a part, and an engine
// that started anew and asks before it goes on.
func leftBehind(t *testing.T, between func(b *bench, path string)) (b *bench, server *uploadtest.Tusd, path string) {
	t.Helper()
	b, server, proxy, path := underWay(t)
	b.quit()
	proxy.Heal(t)
	between(b, path)
	b.change = func(c *engine.Config) { c.Ask = true }
	b.start()
	b.until("the start", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
	return b, server, path
}

// Check has the engine check everything, and waits for the end of it.
func (b *bench) look() *uploader.Transfer {
	b.t.Helper()
	b.do(uploader.Check{Target: uploader.Everything()})
	b.until("the end of the check", func(s *uploader.Snapshot) bool { return s.Checking == 0 })
	return b.only()
}

func TestACheckLearnsWhatTheServerHoldsAndSendsNothing(t *testing.T) {
	t.Parallel()
	b, server, path := leftBehind(t, func(b *bench, _ string) {
		saved, err := b.store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		behind := saved.Transfers[0]
		behind.Session.Offset, behind.Session.Sent = 1, 1
		if err := b.store.Save(t.Context(), uploader.Changes{Transfers: []*uploader.Transfer{&behind}}); err != nil {
			t.Fatal(err)
		}
	})
	got := b.look()
	held := server.Stored(t)[0].Size
	if got.Session.Offset != held || got.Phase != uploader.PhaseQueued || got.Fault != nil {
		t.Errorf("the server holds %d, learned %+v", held, got)
	}
	b.do(uploader.Resume{Target: uploader.Everything()})
	if done := b.untilState(uploader.StateDone); done.Resumed != held {
		t.Errorf("went on at %d, not at %d", done.Resumed, held)
	}
	wantStored(t, server, path)
}

func TestACheckSaysWhatGoesNoFurther(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		between func(b *bench, path string)
		want    uploader.State
	}{
		{"a file that is not there", func(_ *bench, path string) { must(t, os.Remove(path)) }, uploader.StateMissing},
		{"a file that grew", func(_ *bench, path string) { must(t, os.Truncate(path, 13<<20)) }, uploader.StateChanged},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, server, _ := leftBehind(t, c.between)
			if got := b.look(); got.State() != c.want || got.Session.Offset == 0 {
				t.Errorf("it is said to be %v with %d bytes", got.State(), got.Session.Offset)
			}
			if len(server.Stored(t)) != 1 {
				t.Error("the server's part of it is gone")
			}
		})
	}
}

func TestACheckFindsAnUploadForgotten(t *testing.T) {
	t.Parallel()
	var forgets atomic.Bool
	b := answering(t, &forgets, http.StatusNotFound)
	if got := b.look(); got.State() != uploader.StateForgotten {
		t.Errorf("it is said to be %v", got.State())
	}
	forgets.Store(false)
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.untilState(uploader.StateDone)
}

func TestACheckFindsASignInNeeded(t *testing.T) {
	t.Parallel()
	var refuses atomic.Bool
	b := answering(t, &refuses, http.StatusUnauthorized)
	held := b.only().Session.Offset
	if got := b.look(); got.State() != uploader.StateSignIn || got.Session.Offset != held {
		t.Errorf("it is said to be %v with %d bytes", got.State(), got.Session.Offset)
	}
	b.until("the question", func(s *uploader.Snapshot) bool { return s.Blocked[theServer] != nil })
	refuses.Store(false)
	b.do(uploader.SignedIn{Server: theServer})
	if done := b.untilState(uploader.StateDone); done.Resumed < held {
		t.Errorf("went on at %d", done.Resumed)
	}
}

// TestACheckOfAServerThatIsAwayLeavesWhatWasKnown asks once for all that is there.
func TestACheckOfAServerThatIsAwayLeavesWhatWasKnown(t *testing.T) {
	b, _, proxy, _ := underWay(t)
	b.quit()
	proxy.Refuse()
	b.change = func(c *engine.Config) { c.Ask = true }
	b.start()
	b.until("the start", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
	held := b.only().Session.Offset
	got := b.look()
	if got.Phase != uploader.PhaseQueued || got.Session.Offset != held || got.Fault == nil {
		t.Errorf("learned %+v", got)
	}
	b.do(uploader.Resume{Target: uploader.Everything()})
	b.untilState(uploader.StateRetrying)
	proxy.Heal(t)
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.untilState(uploader.StateDone)
}

func TestResumedWhileItIsCheckedItGoesOn(t *testing.T) {
	t.Parallel()
	var slow atomic.Bool
	asked, answer := make(chan struct{}, 8), make(chan struct{})
	b := CheckEnded(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if slow.Load() && r.Method == http.MethodHead {
			asked <- struct{}{}
			<-answer
		}
		next.ServeHTTP(w, r)
	})
	slow.Store(true)
	b.do(uploader.Check{Target: uploader.Everything()})
	<-asked
	b.do(uploader.Resume{Target: uploader.Everything()})
	slow.Store(false)
	close(answer)
	b.untilState(uploader.StateDone)
}

// TestACheckThatCannotBeMadeComesToAnEnd has the user wait for no answer that does
// not come before something else happens.
func TestACheckThatCannotBeMadeComesToAnEnd(t *testing.T) {
	t.Parallel()
	t.Run("on a network that is paid for", func(t *testing.T) {
		b, server, _ := leftBehind(t, func(*bench, string) {})
		b.do(uploader.Configure{Settings: settled(func(s *uploader.Settings) { s.Metered = uploader.MeteredHold })})
		b.do(uploader.Metering{Metered: true})
		before := len(server.Requests())
		if got := b.look(); got.Phase != uploader.PhaseQueued || got.Fault != nil || len(server.Requests()) != before {
			t.Errorf("learned %+v from %d requests", got, len(server.Requests())-before)
		}
		b.do(uploader.Metering{})
		b.look()
		b.do(uploader.Resume{Target: uploader.Everything()})
		b.untilState(uploader.StateDone)
	})
	t.Run("at a server that waits for a sign-in since the last run", func(t *testing.T) {
		b, _, _ := leftBehind(t, func(b *bench, path string) {
			saved, err := b.store.Load(t.Context())
			must(t, err)
			asks := saved.Transfers[0]
			asks.ID, asks.Source.Path = saved.NextID, path+" too"
			asks.Phase, asks.Finished = uploader.PhaseFailed, asks.Added
			asks.Fault = &fault.Fault{Kind: fault.Auth, Op: fault.Head, Status: http.StatusUnauthorized}
			must(t, b.store.Save(t.Context(), uploader.Changes{Transfers: []*uploader.Transfer{&asks}}))
		})
		b.do(uploader.Check{Target: uploader.Everything()})
		b.until("the end of the check", func(s *uploader.Snapshot) bool {
			return s.Checking == 0 && s.Totals.Count[uploader.StateSignIn] == 2
		})
	})
}

// TestASignInDuringACheckIsNotAskedForAgain has the server answer as it did before
// the sign-in to a request that was under way then.
func TestASignInDuringACheckIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	var expired atomic.Bool
	asked, answer := make(chan struct{}, 8), make(chan struct{})
	b := CheckEnded(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodHead && expired.Swap(false) {
			asked <- struct{}{}
			<-answer
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
	expired.Store(true)
	b.do(uploader.Check{Target: uploader.Everything()})
	<-asked
	b.do(uploader.SignedIn{Server: theServer})
	close(answer)
	s := b.until("the end of the check", func(s *uploader.Snapshot) bool { return s.Checking == 0 })
	if row := s.Transfers[0]; row.Fault != nil || row.Phase != uploader.PhaseQueued || s.Blocked[theServer] != nil {
		t.Errorf("learned %v, %v; blocked for %v", row.State(), row.Fault, s.Blocked[theServer])
	}
}

func TestWhatIsPausedIsNotChecked(t *testing.T) {
	t.Parallel()
	b, server, _ := leftBehind(t, func(*bench, string) {})
	b.do(uploader.Pause{Target: uploader.Everything()})
	before := len(server.Requests())
	b.look()
	if asked := len(server.Requests()) - before; asked != 0 {
		t.Errorf("the server was asked %d times", asked)
	}
}

// answering leaves an upload at a server that answers with the status as long as
// it is told to.
func answering(t *testing.T, on *atomic.Bool, status int) *bench {
	t.Helper()
	b := CheckEnded(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if on.Load() {
			w.WriteHeader(status)
			return
		}
		next.ServeHTTP(w, r)
	})
	on.Store(true)
	return b
}

// CheckEnded leaves an upload at a server whose requests pass a gatekeeper.
func CheckEnded(t *testing.T, gatekeeper func(http.ResponseWriter, *http.Request, http.Handler)) *bench {
	t.Helper()
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { gatekeeper(w, r, next) })
	}))
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	b := newBench(t, proxy.URL(server.Endpoint))
	proxy.Slow(4 << 20)
	b.add(write(t, "film.mov", 12<<20))
	b.until("a part of it", func(*uploader.Snapshot) bool {
		held := server.Stored(t)
		return len(held) == 1 && held[0].Size > 3<<20
	})
	b.do(uploader.Pause{Target: uploader.Everything()})
	paused := b.untilState(uploader.StatePaused)
	b.quit()
	wanted := *paused
	wanted.Intent = uploader.IntentRun
	must(t, b.store.Save(t.Context(), uploader.Changes{Transfers: []*uploader.Transfer{&wanted}}))
	proxy.Heal(t)
	b.change = func(c *engine.Config) { c.Ask = true }
	b.start()
	b.until("the start", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
