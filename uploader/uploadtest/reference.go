package uploadtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Reference is an in-memory tus server that follows the protocol strictly and
// supports extensions that common servers lack: checksum, checksum-trailer and
// concatenation-unfinished. ModifyResponses and CorruptBodies make it misbehave.
type Reference struct {
	Endpoint string // the creation URL

	o options

	mu            sync.Mutex
	uploads       map[string]*upload
	lastUpload    int           // number of the last upload, which is its name
	clockOffset   time.Duration // added to the time of day
	requests      []Request
	changes       []responseChange
	corruptBodies int // bodies still to corrupt
}

// responseChange is a change of the next responses.
type responseChange struct {
	method    string
	remaining int
	apply     func(*Response)
}

// referenceExtensions is the Tus-Extension header.
const referenceExtensions = "creation,creation-with-upload,creation-defer-length,expiration,checksum,checksum-trailer," +
	"termination,concatenation,concatenation-unfinished"

// NewReference starts a Reference that ends with the test.
func NewReference(t testing.TB, opts ...Option) *Reference {
	t.Helper()
	s := &Reference{o: newOptions(opts), uploads: map[string]*upload{}}
	served := http.Handler(s)
	for _, wrap := range s.o.wrap {
		served = wrap(served)
	}
	server := httptest.NewServer(served)
	s.Endpoint = server.URL + basePath
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return s
}

// ModifyResponses applies change to the responses of the next n requests of that
// method, "" for any, after each request was handled. Setting a header to ""
// removes it.
func (s *Reference) ModifyResponses(n int, method string, change func(*Response)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes = append(s.changes, responseChange{method: method, remaining: n, apply: change})
}

// CorruptBodies flips a bit in each of the next n request bodies.
func (s *Reference) CorruptBodies(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.corruptBodies = n
}

// Advance advances the server's clock, for uploads to expire.
func (s *Reference) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clockOffset += d
}

// Requests returns every request the server has responded to.
func (s *Reference) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Stored returns the server's uploads, in no particular order. Path is empty.
func (s *Reference) Stored(testing.TB) []StoredFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	files := make([]StoredFile, 0, len(s.uploads))
	for name, u := range s.uploads {
		file := u.stored()
		file.Name = name
		files = append(files, file)
	}
	return files
}

// ServeHTTP implements http.Handler.
func (s *Reference) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := &countingBody{ReadCloser: r.Body}
	r.Body = body
	header, method := r.Header.Clone(), r.Method
	if override := r.Header.Get("X-HTTP-Method-Override"); override != "" {
		r.Method = override
	}
	response := s.modified(r.Method, s.handle(r))
	for name, value := range response.Header {
		if value != "" {
			w.Header().Set(name, value)
		}
	}
	s.mu.Lock()
	s.requests = append(s.requests, Request{
		Method: method, Path: r.URL.Path, Header: header, Offset: header.Get("Upload-Offset"), Status: response.Status, Body: body.n.Load(),
	})
	s.mu.Unlock()
	w.WriteHeader(response.Status)
	_, _ = io.WriteString(w, response.Body)
}

// modified returns the response after the next change that matches.
func (s *Reference) modified(method string, response Response) Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.changes {
		if t := &s.changes[i]; t.remaining > 0 && (t.method == "" || t.method == method) {
			t.remaining--
			t.apply(&response)
			break
		}
	}
	return response
}

// handle returns the response to a request.
func (s *Reference) handle(r *http.Request) Response {
	if r.Method == http.MethodOptions {
		return s.options()
	}
	if r.Header.Get("Tus-Resumable") != "1.0.0" {
		return respond(http.StatusPreconditionFailed, "Tus-Version", "1.0.0")
	}
	name, found := strings.CutPrefix(r.URL.Path, basePath)
	switch {
	case !found:
		return respond(http.StatusNotFound)
	case r.Method == http.MethodPost && name == "":
		return s.post(r)
	}
	u, notFound := s.find(name)
	if u == nil {
		return notFound
	}
	if !u.busy.TryLock() {
		return respond(http.StatusLocked)
	}
	defer u.busy.Unlock()
	switch r.Method {
	case http.MethodHead:
		return s.head(u)
	case http.MethodPatch:
		return s.patch(u, r)
	case http.MethodDelete:
		return s.remove(name)
	default:
		return respond(http.StatusMethodNotAllowed)
	}
}

// respond returns a response with Tus-Resumable. The headers are name, value pairs.
func respond(status int, headers ...string) Response {
	response := Response{Status: status, Header: map[string]string{"Tus-Resumable": "1.0.0"}}
	for i := 0; i < len(headers); i += 2 {
		response.Header[headers[i]] = headers[i+1]
	}
	return response
}

func (s *Reference) options() Response {
	response := respond(http.StatusNoContent, "Tus-Version", "1.0.0", "Tus-Extension", referenceExtensions, "Tus-Checksum-Algorithm", "sha1,crc32,sha256")
	if s.o.maxSize > 0 {
		response.Header["Tus-Max-Size"] = strconv.FormatInt(s.o.maxSize, 10)
	}
	return response
}

// find returns an upload, or the response if there is none.
func (s *Reference) find(name string) (*upload, Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.uploads[name]
	switch {
	case u == nil:
		return nil, respond(http.StatusNotFound)
	case u.expired(s.now()):
		return nil, respond(http.StatusGone)
	}
	return u, Response{}
}

// now returns the server's time. The caller holds s.mu.
func (s *Reference) now() time.Time { return time.Now().Add(s.clockOffset) }

func (s *Reference) remove(name string) Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.uploads, name)
	return respond(http.StatusNoContent)
}

func (s *Reference) head(u *upload) Response {
	response := respond(http.StatusOK, "Cache-Control", "no-store", "Upload-Metadata", u.metadata, "Upload-Concat", u.concat)
	s.mu.Lock()
	defer s.mu.Unlock()
	offset, known := u.offset()
	if known {
		response.Header["Upload-Offset"] = strconv.FormatInt(offset, 10)
	}
	if length := u.total(); length >= 0 {
		response.Header["Upload-Length"] = strconv.FormatInt(length, 10)
	} else {
		response.Header["Upload-Defer-Length"] = "1"
	}
	u.setExpires(&response)
	return response
}
