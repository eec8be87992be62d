package engine_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// lock asks for a sign-in where the test says so.
type lock struct {
	shut  atomic.Bool
	meant func(*http.Request) bool

	mu      sync.Mutex
	refused []string // methods

	passed chan struct{} // what it is meant for, and let through
}

func (l *lock) option() uploadtest.Option {
	return uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if l.shut.Load() && l.meant(r) {
				l.mu.Lock()
				l.refused = append(l.refused, r.Method)
				l.mu.Unlock()
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
			if l.passed != nil && l.meant(r) {
				l.passed <- struct{}{}
			}
		})
	})
}

func (l *lock) met() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.refused)
}

func byMethod(method string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == method }
}

func (b *bench) untilBlocked(kind fault.Kind) {
	b.t.Helper()
	b.until("the question", func(s *uploader.Snapshot) bool {
		f := s.Blocked[theServer]
		return f != nil && f.Kind == kind && s.Totals.Active == 0
	})
}

// moveTo gives the bench's server another address.
func (b *bench) moveTo(endpoint string) {
	b.t.Helper()
	b.until("the server", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
	server, _ := b.engine.Snapshot().Server(theServer)
	server.Endpoint = endpoint
	b.do(uploader.SaveServer{Server: server})
}

// TestASignInMayBeWantedAtAnyPoint lets every kind of request meet the question.
func TestASignInMayBeWantedAtAnyPoint(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meant   func(*http.Request) bool
		profile uploader.Profile
	}{
		"before anything is made": {byMethod(http.MethodPost), uploader.Profile{}},
		"before the bytes":        {byMethod(http.MethodPatch), uploader.Profile{}},
		"between the bytes": {func(r *http.Request) bool {
			return r.Method == http.MethodPatch && r.Header.Get("Upload-Offset") == "4194304"
		}, uploader.Profile{ChunkMax: 4 << 20}},
		"at a part": {func(r *http.Request) bool {
			return r.Method == http.MethodPatch && r.Header.Get("Upload-Offset") != "0"
		}, uploader.Profile{ChunkMax: 4 << 20, Connections: 2}},
		"when all the parts are there": {func(r *http.Request) bool { return strings.HasPrefix(r.Header.Get("Upload-Concat"), "final") }, uploader.Profile{Connections: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			door := &lock{meant: c.meant}
			door.shut.Store(true)
			server := uploadtest.NewTusd(t, door.option())
			b := newBench(t, server.Endpoint)
			b.give(c.profile)
			path := write(t, "film.mov", 20<<20)
			b.add(path)
			b.untilBlocked(fault.Auth)
			held := b.only().Session.Offset
			before := len(door.met())

			// It waits, and asks nobody, also after a restart in which it meets it again.
			b.restart()
			b.untilBlocked(fault.Auth)
			if again := b.only().Session.Offset; again < held {
				t.Errorf("of %d bytes that were there it knows %d", held, again)
			}
			if n := len(door.met()) - before; n > 8 {
				t.Errorf("the question was met %d times", n)
			}
			door.shut.Store(false)
			b.do(uploader.SignedIn{Server: theServer})
			b.untilState(uploader.StateDone)
			if all := bodyBytes(server.Requests()); all != 20<<20 {
				t.Errorf("%d bytes of %d were taken by the server", all, 20<<20)
			}
			if sums := server.Stored(t); !slices.ContainsFunc(sums, func(f uploadtest.StoredFile) bool { return f.SHA256 == sumOf(t, path) }) {
				t.Error("the file is not there")
			}
		})
	}
}

func TestASignInForResumingKeepsTheUpload(t *testing.T) {
	b, server, proxy, path := underWay(t)
	b.quit()
	proxy.Refuse()
	gateway := uploadtest.NewGateway(t, server.URL)
	for _, status := range []int{http.StatusUnauthorized, http.StatusProxyAuthRequired} {
		gateway.Next(1, http.MethodHead, uploadtest.Answer{Status: status})
	}
	b.start()
	b.moveTo(gateway.URL + "/files/")
	b.untilBlocked(fault.Auth)
	b.do(uploader.SignedIn{Server: theServer})
	b.until("the next question", func(s *uploader.Snapshot) bool {
		f := s.Blocked[theServer]
		return f != nil && f.Status == http.StatusProxyAuthRequired && f.Code == fault.CodeProxy
	})
	b.do(uploader.SignedIn{Server: theServer})
	b.untilState(uploader.StateDone)
	wantStored(t, server, path)
}

func TestARemovalWaitsForTheSignIn(t *testing.T) {
	t.Parallel()
	door := &lock{meant: byMethod(http.MethodDelete), passed: make(chan struct{}, 1)}
	door.shut.Store(true)
	server := uploadtest.NewTusd(t, door.option())
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Slow(4 << 20)
	b := newBench(t, proxy.URL(server.Endpoint))
	b.add(write(t, "film.mov", 20<<20))
	b.until("a part of it", func(s *uploader.Snapshot) bool { return len(s.Transfers) == 1 && s.Sent(s.Transfers[0]) > 1<<20 })
	b.do(uploader.Remove{Target: uploader.Everything()})
	b.until("it is off the list, and the question", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 0 && s.Blocked[theServer] != nil
	})
	if len(server.Stored(t)) != 1 {
		t.Fatal("it was removed without a sign-in")
	}
	door.shut.Store(false)
	b.do(uploader.SignedIn{Server: theServer})
	<-door.passed
	if n := len(server.Stored(t)); n != 0 {
		t.Errorf("the server holds %d uploads", n)
	}
}

// TestAnotherAddressInTheMiddleOfParts moves a server while its parts are on
// their way: what they tell afterwards is of the new address.
func TestAnotherAddressInTheMiddleOfParts(t *testing.T) {
	server := uploadtest.NewTusd(t)
	first, second := uploadtest.NewProxy(t, server.Endpoint), uploadtest.NewProxy(t, server.Endpoint)
	first.Slow(8 << 20)
	b := newBench(t, first.URL(server.Endpoint))
	b.give(uploader.Profile{Connections: 3, ChunkMax: 1 << 20})
	path := write(t, "film.mov", 60<<20)
	b.add(path)
	b.until("a part of it", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Transfers[0].Session.Parts > 0 && s.Sent(s.Transfers[0]) > 8<<20
	})
	b.moveTo(second.URL(server.Endpoint))
	first.Refuse()
	done := b.untilState(uploader.StateDone)
	if u, err := url.Parse(done.Session.URL); err != nil || u.Host != second.Addr() {
		t.Errorf("the file is at %s", done.Session.URL)
	}
	if all := bodyBytes(server.Requests()); all > 63<<20 {
		t.Errorf("%d bytes crossed for %d", all, 60<<20)
	}
	wantStoredOnce(t, server, path)
}

func wantStoredOnce(t *testing.T, server served, path string) {
	t.Helper()
	n := 0
	for _, f := range server.Stored(t) {
		if f.SHA256 == sumOf(t, path) {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the file is stored %d times", n)
	}
}

func TestAnotherAddressLosesNoUpload(t *testing.T) {
	b, server, proxy, path := underWay(t)
	b.do(uploader.Pause{Target: uploader.Everything()})
	b.until("a pause", func(s *uploader.Snapshot) bool { return s.Totals.Active == 0 })
	other := uploadtest.NewProxy(t, server.Endpoint)
	b.moveTo(other.URL(server.Endpoint))
	proxy.Refuse()
	b.add(path) // the same file again
	b.untilState(uploader.StateDone)
	if n := count(server.Requests(), http.MethodPost); n != 1 {
		t.Errorf("%d uploads were made of one file", n)
	}
	wantStored(t, server, path)
}

// TestAPageInTheServersPlace is what a network does that wants a sign-in of its
// own.
func TestAPageInTheServersPlace(t *testing.T) {
	page := uploadtest.Answer{Status: http.StatusOK, Header: map[string]string{"Content-Type": "text/html"}, Body: "<html>Welcome to our hotel</html>"}
	b, server, proxy, path := underWay(t)
	b.quit()
	proxy.Refuse()
	gateway := uploadtest.NewGateway(t, server.URL)
	gateway.Next(2, http.MethodHead, page)
	b.start()
	b.moveTo(gateway.URL + "/files/")
	b.untilState(uploader.StateDone)
	if n := len(gateway.Requests()); n != 2 {
		t.Errorf("the page was met %d times", n)
	}
	wantStored(t, server, path)
}

// TestAnAnswerFromBeforeTheSignInAsksNoSecondTime lets one request learn of a
// refused sign-in only after the user has signed in anew.
func TestAnAnswerFromBeforeTheSignInAsksNoSecondTime(t *testing.T) {
	t.Parallel()
	var patches atomic.Int64
	late, release := make(chan struct{}), make(chan struct{})
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPatch {
				next.ServeHTTP(w, r)
				return
			}
			switch patches.Add(1) {
			case 1:
				close(late)
				<-release
				w.WriteHeader(http.StatusUnauthorized)
			case 2:
				<-late
				w.WriteHeader(http.StatusUnauthorized)
			default:
				next.ServeHTTP(w, r)
			}
		})
	}))
	b := newBench(t, server.Endpoint)
	paths := []string{write(t, "a.mov", 3<<20), write(t, "b.mov", 3<<20)}
	batch := b.add(paths...)
	b.until("the question", func(s *uploader.Snapshot) bool { return s.Blocked[theServer] != nil })
	b.do(uploader.SignedIn{Server: theServer})
	close(release)
	b.until("both", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == 2 })
	b.finished(batch)
	wantStored(t, server, paths...)
}

// TestAQuestionIsRestoredAtTheNextStart keeps what waits for a sign-in in line.
func TestAQuestionIsRestoredAtTheNextStart(t *testing.T) {
	t.Parallel()
	door := &lock{meant: byMethod(http.MethodPost)}
	door.shut.Store(true)
	server := uploadtest.NewTusd(t, door.option())
	b := newBench(t, server.Endpoint)
	b.add(write(t, "film.mov", 3<<20))
	b.untilBlocked(fault.Auth)
	before := len(door.met())
	b.restart()
	b.untilBlocked(fault.Auth)
	if n := len(door.met()) - before; n != 0 {
		t.Errorf("the server was asked %d times more", n)
	}
}

func TestAServerThatWasRemovedCannotBeChanged(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://uploads.example.com/files/")
	server, known := b.engine.Snapshot().Server(theServer)
	if !known {
		t.Fatal("there is no server")
	}
	b.do(uploader.RemoveServer{ID: theServer})
	if err := b.engine.Do(t.Context(), uploader.SaveServer{Server: server}); !fault.Is(err, fault.Refused) {
		t.Errorf("it is said: %v", err)
	}
	server.ID = 0
	b.do(uploader.SaveServer{Server: server})
	if again := b.engine.Snapshot().Servers[1]; again.ID <= theServer || again.Name != server.Name {
		t.Errorf("added again it is %+v", again)
	}
}
