package engine_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// The table of answers of the protocol, cell by cell, as a transfer lives it. What
// each answer is called is the client's to test.

// retort answers requests in a server's stead, each kind once.
type retort struct {
	mu      sync.Mutex
	planned map[string]reply // by kindOfRequest
}

type reply struct {
	pass   int // so many requests of the kind come before it
	status int
	words  string
}

func kindOfRequest(r *http.Request) string {
	if strings.HasPrefix(r.Header.Get("Upload-Concat"), "final") {
		return "joining POST"
	}
	return r.Method
}

func (s *retort) take(r *http.Request) (reply, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := kindOfRequest(r)
	next, planned := s.planned[kind]
	switch {
	case !planned:
		return reply{}, false
	case next.pass > 0:
		next.pass--
		s.planned[kind] = next
		return reply{}, false
	default:
		delete(s.planned, kind)
		return next, true
	}
}

// waits reports whether the answer to that kind is still to come.
func (s *retort) waits(kind string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, waiting := s.planned[kind]
	return waiting
}

func (s *retort) option() uploadtest.Option {
	return uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer, meant := s.take(r)
			if !meant {
				next.ServeHTTP(w, r)
				return
			}
			_, _ = io.Copy(io.Discard, r.Body) // or the answer may be lost with the connection
			w.Header().Set("Tus-Resumable", "1.0.0")
			w.WriteHeader(answer.status)
			_, _ = io.WriteString(w, answer.words)
		})
	})
}

// toTheEnd presses Try now until the only transfer is final. Whatever waits says
// why and until when.
func (b *bench) toTheEnd() (last *uploader.Transfer) {
	b.t.Helper()
	b.until("the end", func(s *uploader.Snapshot) bool {
		if len(s.Transfers) != 1 {
			return false
		}
		last = s.Transfers[0]
		if last.Phase == uploader.PhaseWaiting {
			if last.Fault == nil || last.NextTry.IsZero() {
				b.t.Errorf("it waits for %v until %v", last.Fault, last.NextTry)
			}
			retry := uploader.Retry{Target: uploader.These(last.ID)}
			go func() { _ = b.engine.Do(b.t.Context(), retry) }()
		}
		return last.Phase.Final()
	})
	return last
}

// interrupted are tusd's words for what it broke off itself.
const (
	interrupted = "ERR_UPLOAD_INTERRUPTED: upload has been interrupted by another request for this upload resource\n"
	rejected    = "ERR_UPLOAD_REJECTED: not here\n"
	stopped     = "ERR_UPLOAD_STOPPED: that is enough\n"
)

// passing are the answers that mean: later.
var passing = []reply{
	{status: 400, words: interrupted},
	{status: 400, words: "ERR_UNEXPECTED_EOF: server expected to receive more bytes\n"},
	{status: 400, words: "ERR_LOCK_TIMEOUT: failed to acquire lock before timeout\n"},
	{status: 408},
	{status: 409},
	{status: 423},
	{status: 425},
	{status: 429},
	{status: 500},
	{status: 502},
	{status: 503},
	{status: 504},
}

func TestStatusTableOfATransfer(t *testing.T) {
	t.Parallel()
	signIn := []reply{{status: 401}, {status: 403}, {status: 407}}
	refusals := []reply{{status: 412}, {status: 415}, {status: 418}, {status: 501}}
	no := []reply{{status: 400, words: rejected}, {status: 400, words: stopped}}
	for _, c := range []struct {
		on      string
		answers []reply
		becomes uploader.State
	}{
		{"POST", []reply{{status: 404}, {status: 410}}, uploader.StateFailed},
		{"POST", signIn, uploader.StateSignIn},
		{"POST", passing, uploader.StateDone},
		{"POST", slices.Concat(refusals, no, []reply{{status: 413}, {status: 507}}), uploader.StateFailed},

		{"HEAD", []reply{{status: 404}, {status: 410}}, uploader.StateForgotten},
		{"HEAD", signIn, uploader.StateSignIn},
		{"HEAD", passing, uploader.StateDone},
		{"HEAD", slices.Concat(refusals, []reply{{status: 507}}), uploader.StateFailed},

		{"PATCH", []reply{{status: 404}, {status: 410}}, uploader.StateDone}, // HEAD says otherwise
		{"PATCH", signIn, uploader.StateSignIn},
		{"PATCH", passing, uploader.StateDone},
		{"PATCH", slices.Concat(refusals, no, []reply{{status: 507}}), uploader.StateFailed},

		{"joining POST", signIn[:1], uploader.StateSignIn},
		{"joining POST", passing, uploader.StateDone},
		{"joining POST", []reply{{status: 507}}, uploader.StateFailed},
	} {
		for _, answer := range c.answers {
			code, _, _ := strings.Cut(answer.words, ":")
			t.Run(fmt.Sprintf("%d %s on %s", answer.status, code, c.on), func(t *testing.T) {
				t.Parallel()
				lives(t, c.on, answer, c.becomes)
			})
		}
	}
}

// lives sends a file of which one request gets the answer, and wants that it ends
// in that state with everything kept, and crosses when it is tried again.
func lives(t *testing.T, on string, answer reply, becomes uploader.State) {
	t.Helper()
	script := &retort{planned: map[string]reply{}}
	options, size := uploader.Options{Chunk: 1 << 20}, 3<<20+1
	switch on {
	case "joining POST":
		options, size = uploader.Options{Connections: 2}, 20<<20
	case http.MethodHead:
		script.planned[http.MethodPatch] = reply{pass: 1, status: 500}
	case http.MethodPatch:
		answer.pass = 1
	}
	script.planned[on] = answer
	server := uploadtest.NewTusd(t, script.option())
	b := newBench(t, server.Endpoint)
	path := write(t, "film.mov", size)
	b.addWith(options, path)
	row := b.toTheEnd()
	if script.waits(on) {
		t.Fatalf("there was no %s", on)
	}
	if row.State() != becomes {
		t.Fatalf("it is %v, want %v: %v", row.State(), becomes, row.Fault)
	}
	begun := on == http.MethodHead || on == http.MethodPatch
	if begun && becomes != uploader.StateDone && (row.Session.URL == "" || row.Session.Offset < 1<<20) {
		t.Errorf("what the server holds is forgotten: %+v", row.Session)
	}
	if becomes != uploader.StateDone {
		b.do(uploader.Retry{Target: uploader.Everything()})
		row = b.toTheEnd()
	}
	if row.Phase != uploader.PhaseDone {
		t.Errorf("tried again it is %v: %v", row.State(), row.Fault)
	}
	wantStoredOnce(t, server, path)
	if made := count(server.Requests(), http.MethodPost); begun && made != 1 && becomes != uploader.StateForgotten {
		t.Errorf("%d uploads were made", made)
	}
}

func TestStatusTableOfARemoval(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		answers []reply
		left    bool
	}{
		{"T2 it is gone already", []reply{{status: 404}, {status: 410}}, false},
		{"T3 the server removes none", []reply{{status: 403}, {status: 405}, {status: 501}, {status: 400}}, true},
		{"later", passing, false},
	} {
		for _, answer := range c.answers {
			code, _, _ := strings.Cut(answer.words, ":")
			t.Run(fmt.Sprintf("%s, %d %s", c.name, answer.status, code), func(t *testing.T) {
				t.Parallel()
				script := &retort{planned: map[string]reply{
					http.MethodPatch:  {pass: 1, status: http.StatusUnsupportedMediaType},
					http.MethodDelete: answer,
				}}
				server := uploadtest.NewTusd(t, script.option())
				b := newBench(t, server.Endpoint)
				b.addWith(uploader.Options{Chunk: 1 << 20}, write(t, "film.mov", 2<<20))
				id := b.toTheEnd().ID
				b.do(uploader.Cancel{Target: uploader.Everything()})
				b.untilCount(uploader.StateCancelled, 1)
				b.until("its end", func(s *uploader.Snapshot) bool { return s.Transfers[0].Phase == uploader.PhaseCancelled })
				if told := slices.Contains(b.kindsOf(id), uploader.EventLeft); told != c.left {
					t.Errorf("told to stay on the server: %v", told)
				}
				removed := len(server.Stored(t)) == 0
				if later := c.name == "later"; removed != later {
					t.Errorf("removed: %v", removed)
				}
			})
		}
	}
}

func TestT3WhatStaysOnTheServerIsTold(t *testing.T) {
	t.Parallel()
	script := &retort{planned: map[string]reply{http.MethodPatch: {pass: 1, status: http.StatusUnsupportedMediaType}}}
	server := uploadtest.NewTusd(t, uploadtest.NoTermination(), script.option())
	b := newBench(t, server.Endpoint)
	b.addWith(uploader.Options{Chunk: 1 << 20}, write(t, "film.mov", 2<<20))
	id := b.toTheEnd().ID
	b.do(uploader.Cancel{Target: uploader.Everything()})
	b.until("its end", func(s *uploader.Snapshot) bool { return s.Transfers[0].Phase == uploader.PhaseCancelled })
	b.wantEvent(id, uploader.EventLeft)
}
