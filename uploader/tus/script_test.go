package tus_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// seen is a request as a scripted server saw it.
type seen struct {
	*http.Request
	body string
}

// script is a server that gives the same answer to everything.
type script struct {
	*httptest.Server
	mu   sync.Mutex
	seen []seen
}

// newScript starts a server whose answers are written by answer, after the whole
// body was read.
func newScript(t testing.TB, answer http.HandlerFunc) *script {
	t.Helper()
	s := &script{}
	s.Server = httptest.NewServer(s.noting(answer))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func (s *script) noting(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.seen = append(s.seen, seen{r, string(body)})
		s.mu.Unlock()
		answer(w, r)
	}
}

// last is the newest request.
func (s *script) last(t testing.TB) seen {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) == 0 {
		t.Fatal("the server saw no request")
	}
	return s.seen[len(s.seen)-1]
}

// reply answers with a status, headers as "Name: value", and the protocol's
// mark.
func reply(status int, headers ...string) http.HandlerFunc {
	return bare(status, append([]string{"Tus-Resumable: 1.0.0"}, headers...)...)
}

// bare answers without the protocol's mark.
func bare(status int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		setAll(w.Header(), headers)
		w.WriteHeader(status)
	}
}

// saying answers with a body as well.
func saying(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		setAll(w.Header(), append([]string{"Tus-Resumable: 1.0.0"}, headers...))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func setAll(header http.Header, lines []string) {
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		header.Add(name, value)
	}
}

// calls are the five operations, against one URL.
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

// ask does op once at a server that answers so.
func ask(t *testing.T, op fault.Op, answer http.HandlerFunc) error {
	t.Helper()
	server := newScript(t, answer)
	return calls[op](t, connect(t, tus.Config{Endpoint: server.URL + "/files/"}), server.URL+"/files/1")
}
