package tus_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
)

// recordedRequest is a request with its complete body.
type recordedRequest struct {
	*http.Request
	body string
}

// fakeServer is a server with one handler for all requests, which it records.
type fakeServer struct {
	*httptest.Server
	mu       sync.Mutex
	requests []recordedRequest
}

// newFakeServer starts a fake server. It reads the whole body before it calls the
// handler.
func newFakeServer(t testing.TB, handler http.HandlerFunc) *fakeServer {
	t.Helper()
	s := &fakeServer{}
	s.Server = httptest.NewServer(s.record(handler))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func (s *fakeServer) record(handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.requests = append(s.requests, recordedRequest{r, string(body)})
		s.mu.Unlock()
		handler(w, r)
	}
}

// lastRequest returns the last request.
func (s *fakeServer) lastRequest(t testing.TB) recordedRequest {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) == 0 {
		t.Fatal("the server received no request")
	}
	return s.requests[len(s.requests)-1]
}

// hostOf returns the host of a URL, as tus.Config.AllowedHosts contains it.
func hostOf(t testing.TB, text string) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return netx.HostOf(u)
}

// respond returns a handler that responds with a status, headers given as
// "Name: value", and Tus-Resumable.
func respond(status int, headers ...string) http.HandlerFunc {
	return respondPlain(status, append([]string{"Tus-Resumable: 1.0.0"}, headers...)...)
}

// respondPlain is respond without Tus-Resumable.
func respondPlain(status int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		addHeaders(w.Header(), headers)
		w.WriteHeader(status)
	}
}

// respondBody is respond with a body.
func respondBody(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		addHeaders(w.Header(), append([]string{"Tus-Resumable: 1.0.0"}, headers...))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func addHeaders(header http.Header, lines []string) {
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		header.Add(name, value)
	}
}

// calls contains a call of each operation on one upload URL.
var calls = map[fault.Op]func(*testing.T, *tus.Client, string) error{
	fault.Probe: func(t *testing.T, c *tus.Client, _ string) error {
		_, err := c.Probe(t.Context())
		return err
	},
	fault.Create: func(t *testing.T, c *tus.Client, _ string) error {
		_, err := c.Create(t.Context(), tus.CreateRequest{Size: 5})
		return err
	},
	fault.Head: func(t *testing.T, c *tus.Client, url string) error {
		_, err := c.Head(t.Context(), url)
		return err
	},
	fault.Patch: func(t *testing.T, c *tus.Client, url string) error {
		_, err := c.Patch(t.Context(), url, 0, strings.NewReader("hello"), 5)
		return err
	},
	fault.Terminate: func(t *testing.T, c *tus.Client, url string) error {
		return c.Terminate(t.Context(), url)
	},
}

// call returns the error of one operation on a fake server with this handler.
func call(t *testing.T, op fault.Op, handler http.HandlerFunc) error {
	t.Helper()
	server := newFakeServer(t, handler)
	return calls[op](t, newClient(t, tus.Config{Endpoint: server.URL + "/files/"}), server.URL+"/files/1")
}
