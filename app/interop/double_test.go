package interop_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// demands are what a double of a hosted service requires and how it responds, beyond the
// tus protocol. A nil function demands nothing.
type demands struct {
	path       string // of the endpoint
	extensions string // in the response to OPTIONS

	noHeader  bool                          // no response has Tus-Resumable
	options   func(w http.ResponseWriter)   // the response to OPTIONS
	allow     func(r *http.Request) *answer // for every request except OPTIONS
	create    func(r *http.Request, u *doubleUpload) *answer
	created   func(header http.Header, u *doubleUpload)
	location  func(u *doubleUpload) string
	chunk     func(u *doubleUpload, length int64) *answer // for the bytes of one request
	completed func(u *doubleUpload)
}

// answer is a response without Location.
type answer struct {
	status int
	header map[string]string
	body   string
}

// double is a tus server with demands, which keeps its uploads on the disk. It keeps the
// bytes of requests that were cut.
type double struct {
	URL string // without a path
	demands

	dir string

	mu      sync.Mutex
	uploads map[string]*doubleUpload // by the last element of the URL
}

// doubleUpload is an upload of a double. Its exported members do not change.
type doubleUpload struct {
	ID       string
	Path     string // of the request that created it, below the endpoint
	Metadata map[string]string
	Length   int64

	busy   sync.Mutex
	offset int64
	file   string
}

func newDouble(t *testing.T, d demands) *double {
	t.Helper()
	s := &double{demands: d, dir: t.TempDir(), uploads: map[string]*doubleUpload{}}
	server := httptest.NewServer(s)
	s.URL = server.URL
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return s
}

// endpoint is the URL at which uploads are created.
func (s *double) endpoint() string { return s.URL + s.path }

// ServeHTTP implements http.Handler.
func (s *double) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.noHeader {
		w.Header().Set("Tus-Resumable", "1.0.0")
	}
	if a := s.serve(w, r); a != nil {
		for name, value := range a.header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
	}
}

// serve returns the response to a request, nil if it was sent.
func (s *double) serve(w http.ResponseWriter, r *http.Request) *answer {
	if r.Method == http.MethodOptions {
		return s.serveOptions(w)
	}
	if s.allow != nil {
		if a := s.allow(r); a != nil {
			return a
		}
	}
	if r.Header.Get("Tus-Resumable") != "1.0.0" {
		return &answer{status: http.StatusPreconditionFailed}
	}
	if r.Method == http.MethodPost {
		return s.post(w, r)
	}
	u := s.find(r.URL.Path)
	if u == nil {
		return &answer{status: http.StatusNotFound}
	}
	u.busy.Lock()
	defer u.busy.Unlock()
	switch r.Method {
	case http.MethodHead:
		w.Header().Set("Cache-Control", "no-store")
		return &answer{status: http.StatusOK, header: map[string]string{
			"Upload-Offset": strconv.FormatInt(u.offset, 10), "Upload-Length": strconv.FormatInt(u.Length, 10),
		}}
	case http.MethodPatch:
		return s.patch(r, u)
	case http.MethodDelete:
		if strings.Contains(s.extensions, "termination") {
			s.forget(u)
			return &answer{status: http.StatusNoContent}
		}
	}
	return &answer{status: http.StatusMethodNotAllowed}
}

func (s *double) serveOptions(w http.ResponseWriter) *answer {
	if s.options != nil {
		s.options(w)
		return nil
	}
	return &answer{status: http.StatusNoContent, header: map[string]string{
		"Tus-Version": "1.0.0", "Tus-Extension": s.extensions,
	}}
}

func (s *double) find(path string) *doubleUpload {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.uploads[path[strings.LastIndex(path, "/")+1:]]
}

func (s *double) forget(u *doubleUpload) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.uploads, u.ID)
}

// post creates an upload, with the bytes in the request if the extension is offered.
func (s *double) post(w http.ResponseWriter, r *http.Request) *answer {
	below, found := strings.CutPrefix(r.URL.Path, s.path)
	length, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	if !found || err != nil {
		return &answer{status: http.StatusBadRequest, body: "no length"}
	}
	u := &doubleUpload{Path: below, Metadata: decodeMetadata(r.Header.Get("Upload-Metadata")), Length: length}
	if s.create != nil {
		if a := s.create(r, u); a != nil {
			return a
		}
	}
	if err := s.add(u); err != nil {
		return &answer{status: http.StatusInternalServerError, body: err.Error()}
	}
	location := "http://" + r.Host + strings.TrimSuffix(s.path, "/") + "/" + u.ID
	if s.location != nil {
		location = s.location(u)
	}
	if s.created != nil {
		s.created(w.Header(), u)
	}
	a := &answer{status: http.StatusCreated, header: map[string]string{"Location": location}}
	u.busy.Lock()
	defer u.busy.Unlock()
	if strings.Contains(s.extensions, "creation-with-upload") && r.ContentLength > 0 {
		if refused := s.receive(r, u); refused != nil {
			return refused
		}
		a.header["Upload-Offset"] = strconv.FormatInt(u.offset, 10)
	} else if length == 0 {
		s.complete(u)
	}
	return a
}

// add makes the upload known.
func (s *double) add(u *doubleUpload) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.ID = fmt.Sprintf("upload-%d", len(s.uploads)+1)
	u.file = filepath.Join(s.dir, u.ID)
	s.uploads[u.ID] = u
	return os.WriteFile(u.file, nil, 0o600)
}

func (s *double) patch(r *http.Request, u *doubleUpload) *answer {
	switch {
	case r.Header.Get("Content-Type") != "application/offset+octet-stream":
		return &answer{status: http.StatusUnsupportedMediaType}
	case r.Header.Get("Upload-Offset") != strconv.FormatInt(u.offset, 10):
		return &answer{status: http.StatusConflict}
	}
	if a := s.receive(r, u); a != nil {
		return a
	}
	return &answer{status: http.StatusNoContent, header: map[string]string{"Upload-Offset": strconv.FormatInt(u.offset, 10)}}
}

// receive appends the body of a request to the upload.
func (s *double) receive(r *http.Request, u *doubleUpload) *answer {
	if u.offset+r.ContentLength > u.Length {
		return &answer{status: http.StatusRequestEntityTooLarge}
	}
	if s.chunk != nil {
		if a := s.chunk(u, r.ContentLength); a != nil {
			return a
		}
	}
	file, err := os.OpenFile(u.file, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return &answer{status: http.StatusInternalServerError, body: err.Error()}
	}
	defer file.Close()
	n, err := io.Copy(file, r.Body)
	u.offset += n
	if err != nil {
		return &answer{status: http.StatusBadRequest, body: err.Error()}
	}
	if u.offset == u.Length {
		s.complete(u)
	}
	return nil
}

func (s *double) complete(u *doubleUpload) {
	if s.completed != nil {
		s.completed(u)
	}
}

// all returns all uploads, in no particular order.
func (s *double) all() []*doubleUpload {
	s.mu.Lock()
	defer s.mu.Unlock()
	uploads := make([]*doubleUpload, 0, len(s.uploads))
	for u := range maps.Values(s.uploads) {
		uploads = append(uploads, u)
	}
	return uploads
}

// stored returns the complete uploads, with the names that name returns.
func (s *double) stored(name func(*doubleUpload) string) ([]stored, error) {
	var files []stored
	for _, u := range s.all() {
		u.busy.Lock()
		complete := u.offset == u.Length
		u.busy.Unlock()
		if !complete {
			continue
		}
		f, err := readStored(u.file)
		if err != nil {
			return nil, err
		}
		f.name = name(u)
		files = append(files, f)
	}
	return files, nil
}
