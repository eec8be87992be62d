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

// These tests check how a transfer reacts to each status code in the table of
// docs/protocol.md. How responses are classified is tested in package tus.

// scriptedServer responds to requests in place of the server, once for each kind.
type scriptedServer struct {
	mu      sync.Mutex
	pending map[string]scriptedResponse // by requestKind
}

type scriptedResponse struct {
	skip   int // number of requests of the kind that go to the server before
	status int
	body   string
}

// requestKind returns the method of a request, or "final POST" for a concatenation.
func requestKind(r *http.Request) string {
	if strings.HasPrefix(r.Header.Get("Upload-Concat"), "final") {
		return "final POST"
	}
	return r.Method
}

// next returns the scripted response to a request, if there is one.
func (s *scriptedServer) next(r *http.Request) (scriptedResponse, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := requestKind(r)
	scripted, found := s.pending[kind]
	switch {
	case !found:
		return scriptedResponse{}, false
	case scripted.skip > 0:
		scripted.skip--
		s.pending[kind] = scripted
		return scriptedResponse{}, false
	default:
		delete(s.pending, kind)
		return scripted, true
	}
}

// isPending reports whether the response to that kind has not been sent yet.
func (s *scriptedServer) isPending(kind string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.pending[kind]
	return found
}

// option returns the script as a server option.
func (s *scriptedServer) option() uploadtest.Option {
	return intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		response, ok := s.next(r)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // otherwise the response may be lost with the connection
		w.Header().Set("Tus-Resumable", "1.0.0")
		w.WriteHeader(response.status)
		_, _ = io.WriteString(w, response.body)
	})
}

// Response bodies of tusd for requests that it ended itself.
const (
	bodyInterrupted = "ERR_UPLOAD_INTERRUPTED: upload has been interrupted by another request for this upload resource\n"
	bodyRejected    = "ERR_UPLOAD_REJECTED: rejected by hook\n"
	bodyStopped     = "ERR_UPLOAD_STOPPED: stopped by hook\n"
)

// transient lists the responses after which a request is retried later.
var transient = []scriptedResponse{
	{status: 400, body: bodyInterrupted},
	{status: 400, body: "ERR_UNEXPECTED_EOF: server expected to receive more bytes\n"},
	{status: 400, body: "ERR_LOCK_TIMEOUT: failed to acquire lock before timeout\n"},
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

func TestTransferStatusCodes(t *testing.T) {
	t.Parallel()
	signIn := []scriptedResponse{{status: 401}, {status: 403}, {status: 407}}
	notConflict := slices.DeleteFunc(slices.Clone(transient), func(r scriptedResponse) bool { return r.status == http.StatusConflict })
	refused := []scriptedResponse{{status: 412}, {status: 415}, {status: 418}, {status: 501}}
	rejectedByHook := []scriptedResponse{{status: 400, body: bodyRejected}, {status: 400, body: bodyStopped}}
	for _, c := range []struct {
		on        string
		responses []scriptedResponse
		want      uploader.State
	}{
		{"POST", []scriptedResponse{{status: 404}, {status: 410}}, uploader.StateFailed},
		{"POST", signIn, uploader.StateSignIn},
		{"POST", notConflict, uploader.StateDone},
		{"POST", []scriptedResponse{{status: 409}}, uploader.StateNeedsDecision},
		{"POST", slices.Concat(refused, rejectedByHook, []scriptedResponse{{status: 413}, {status: 507}}), uploader.StateFailed},

		{"HEAD", []scriptedResponse{{status: 404}, {status: 410}}, uploader.StateExpired},
		{"HEAD", signIn, uploader.StateSignIn},
		{"HEAD", transient, uploader.StateDone},
		{"HEAD", slices.Concat(refused, []scriptedResponse{{status: 507}}), uploader.StateFailed},

		{"PATCH", []scriptedResponse{{status: 404}, {status: 410}}, uploader.StateDone}, // the following HEAD finds the upload
		{"PATCH", signIn, uploader.StateSignIn},
		{"PATCH", transient, uploader.StateDone},
		{"PATCH", slices.Concat(refused, rejectedByHook, []scriptedResponse{{status: 507}}), uploader.StateFailed},

		{"final POST", signIn[:1], uploader.StateSignIn},
		{"final POST", notConflict, uploader.StateDone},
		{"final POST", []scriptedResponse{{status: 409}}, uploader.StateNeedsDecision},
		{"final POST", []scriptedResponse{{status: 507}}, uploader.StateFailed},
	} {
		for _, response := range c.responses {
			code, _, _ := strings.Cut(response.body, ":")
			t.Run(fmt.Sprintf("%d %s on %s", response.status, code, c.on), func(t *testing.T) {
				t.Parallel()
				testStatus(t, c.on, response, c.want)
			})
		}
	}
}

// testStatus uploads a file of which one request gets the response. It checks that
// the transfer ends in that state with its session kept, and that a retry uploads it.
func testStatus(t *testing.T, on string, response scriptedResponse, want uploader.State) {
	t.Helper()
	script := &scriptedServer{pending: map[string]scriptedResponse{}}
	options, size := uploader.BatchOptions{ChunkMax: 1 << 20}, 3<<20+1
	switch on {
	case "final POST":
		options, size = uploader.BatchOptions{Connections: 2}, 20<<20
	case http.MethodHead:
		script.pending[http.MethodPatch] = scriptedResponse{skip: 1, status: 500}
	case http.MethodPatch:
		response.skip = 1
	}
	script.pending[on] = response
	server := uploadtest.NewTusd(t, script.option())
	h := newHarness(t, server.Endpoint)
	path := createFile(t, "film.mov", size)
	h.addWithOptions(options, path)
	transfer := h.retryUntilFinal()
	if script.isPending(on) {
		t.Fatalf("no %s request was sent", on)
	}
	if transfer.State() != want {
		t.Fatalf("state %v, want %v: %v", transfer.State(), want, transfer.Fault)
	}
	started := on == http.MethodHead || on == http.MethodPatch
	if started && want != uploader.StateDone && (transfer.Session.URL == "" || transfer.Session.Offset < 1<<20) {
		t.Errorf("session is lost: %+v", transfer.Session)
	}
	if want != uploader.StateDone {
		h.do(uploader.Retry{Target: uploader.TargetTransfers(transfer.ID)}) // also one that needs a decision
		transfer = h.retryUntilFinal()
	}
	if transfer.Phase != uploader.PhaseDone {
		t.Errorf("after a retry: state %v: %v", transfer.State(), transfer.Fault)
	}
	wantStoredOnce(t, server, path)
	if created := countRequests(server.Requests(), http.MethodPost); started && created != 1 && want != uploader.StateExpired {
		t.Errorf("%d uploads were created, want 1", created)
	}
}

func TestTerminationStatusCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		responses []scriptedResponse
		reported  bool
	}{
		{"T2 upload does not exist", []scriptedResponse{{status: 404}, {status: 410}}, false},
		{"T3 server refuses termination", []scriptedResponse{{status: 403}, {status: 405}, {status: 501}, {status: 400}}, true},
		{"transient", transient, false},
	} {
		for _, response := range c.responses {
			code, _, _ := strings.Cut(response.body, ":")
			t.Run(fmt.Sprintf("%s, %d %s", c.name, response.status, code), func(t *testing.T) {
				t.Parallel()
				script := &scriptedServer{pending: map[string]scriptedResponse{
					http.MethodPatch:  {skip: 1, status: http.StatusUnsupportedMediaType},
					http.MethodDelete: response,
				}}
				server := uploadtest.NewTusd(t, script.option())
				h := newHarness(t, server.Endpoint)
				h.addWithOptions(uploader.BatchOptions{ChunkMax: 1 << 20}, createFile(t, "film.mov", 2<<20))
				id := h.retryUntilFinal().ID
				h.do(uploader.Cancel{Target: uploader.TargetAll()})
				h.waitCount(uploader.StateCancelled, 1)
				h.waitCancelled()
				if got := slices.Contains(h.eventKinds(id), uploader.EventKept); got != c.reported {
					t.Errorf("EventLeft recorded: %v", got)
				}
				removed := len(server.Stored(t)) == 0
				if want := c.name == "transient"; removed != want {
					t.Errorf("upload terminated: %v", removed)
				}
			})
		}
	}
}

func TestT3UploadLeftOnServerIsReported(t *testing.T) {
	t.Parallel()
	script := &scriptedServer{pending: map[string]scriptedResponse{http.MethodPatch: {skip: 1, status: http.StatusUnsupportedMediaType}}}
	server := uploadtest.NewTusd(t, uploadtest.NoTermination(), script.option())
	h := newHarness(t, server.Endpoint)
	h.addWithOptions(uploader.BatchOptions{ChunkMax: 1 << 20}, createFile(t, "film.mov", 2<<20))
	id := h.retryUntilFinal().ID
	h.do(uploader.Cancel{Target: uploader.TargetAll()})
	h.waitCancelled()
	h.wantEvent(id, uploader.EventKept)
}
