package interop_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// reva is a double of the WebDAV server of OpenCloud and ownCloud:
// internal/http/services/owncloud/ocdav/tus.go in github.com/opencloud-eu/reva
type reva struct {
	root string

	mu      sync.Mutex
	uploads map[string]*revaUpload // by ID
	broken  map[string]bool        // paths whose date cannot be read
}

type revaUpload struct {
	name   string // path of the file below root
	length int64
	mtime  string
	file   string
}

const (
	revaRoot    = "/remote.php/dav/files/einstein/"
	revaUploads = "/data/tus/"
	revaChunk   = 10_000_000 // maximum bytes of a request
)

func newReva(t *testing.T) *instance {
	s := &reva{root: t.TempDir(), uploads: map[string]*revaUpload{}, broken: map[string]bool{}}
	server := startServer(t, s)
	return &instance{
		endpoint: server + revaRoot, headers: []string{"Authorization: Basic ZWluc3RlaW46c2VzYW1l"}, // einstein:sesame
		options: []string{"--preset", "opencloud", "--set", "address=" + addressMark, "--set", "user=einstein"},
		stored:  s.stored, hasName: hasPathBelow, sameName: replacesFirst,
		refused: tooLarge,
	}
}

// startServer starts a server that ends with the test, and returns its URL.
func startServer(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

// appendBody appends the body of a request to a file, and returns the number of bytes.
// It keeps what arrived of one that was cut.
func appendBody(path string, r *http.Request) (int64, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return io.Copy(file, r.Body)
}

func (s *reva) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if user, password, _ := r.BasicAuth(); r.Method != http.MethodOptions && (user != "einstein" || password != "sesame") {
		w.Header().Set("WWW-Authenticate", "Basic")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.URL.Path == "/ocs/v1.php/cloud/capabilities" {
		fmt.Fprintf(w, `{"ocs":{"data":{"capabilities":{"files":{"tus_support":{"version":"1.0.0","max_chunk_size":%d}}}}}}`, revaChunk)
		return
	}
	w.Header().Set("Tus-Resumable", "1.0.0")
	folder, isFile := strings.CutPrefix(r.URL.Path, revaRoot)
	id, isUpload := strings.CutPrefix(r.URL.Path, revaUploads)
	switch {
	case isFile && r.Method == http.MethodOptions:
		w.Header().Set("Tus-Version", "1.0.0")
		w.Header().Set("Tus-Extension", "creation,creation-with-upload,checksum,expiration")
		w.WriteHeader(http.StatusNoContent)
	case isFile && r.Method == "MKCOL":
		s.makeFolder(w, folder)
	case isFile && r.Method == http.MethodPost:
		s.create(w, r, folder)
	case isUpload && s.uploads[id] != nil:
		s.serveUpload(w, r, id)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (s *reva) makeFolder(w http.ResponseWriter, name string) {
	switch err := os.Mkdir(s.path(name), 0o700); {
	case err == nil:
		w.WriteHeader(http.StatusCreated)
	case os.IsExist(err):
		w.WriteHeader(http.StatusMethodNotAllowed)
	default:
		w.WriteHeader(http.StatusConflict)
	}
}

func (s *reva) path(name string) string { return filepath.Join(s.root, filepath.FromSlash(name)) }

// create creates an upload below an existing folder.
func (s *reva) create(w http.ResponseWriter, r *http.Request, folder string) {
	metadata := decodeMetadata(r.Header.Get("Upload-Metadata"))
	length, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	name := path.Join(folder, metadata["filename"])
	if metadata["filename"] == "" || err != nil || !filepath.IsLocal(name) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if info, err := os.Stat(filepath.Dir(s.path(name))); err != nil || !info.IsDir() {
		w.WriteHeader(http.StatusPreconditionFailed)
		return
	}
	switch {
	case s.broken[name]:
		http.Error(w, "strconv.ParseInt: value out of range", http.StatusInternalServerError)
	case length > maxUpload:
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	default:
		s.start(w, r, &revaUpload{name: name, length: length, mtime: metadata["mtime"]})
	}
}

// start creates an upload. One without bytes is complete, and has no URL.
func (s *reva) start(w http.ResponseWriter, r *http.Request, u *revaUpload) {
	id := "upload-" + strconv.Itoa(len(s.uploads)+1)
	u.file = filepath.Join(s.root, "."+id)
	s.uploads[id] = u
	if err := os.WriteFile(u.file, nil, 0o600); err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Location", "")
	if u.length > 0 {
		w.Header().Set("Location", "http://"+r.Host+revaUploads+id)
	}
	n, err := appendBody(u.file, r)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.finish(u, n)
	w.Header().Set("Upload-Offset", strconv.FormatInt(n, 10))
	w.WriteHeader(http.StatusCreated)
}

func (s *reva) serveUpload(w http.ResponseWriter, r *http.Request, id string) {
	u := s.uploads[id]
	info, err := os.Stat(u.file)
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	offset := info.Size()
	switch r.Method {
	case http.MethodHead:
		w.Header().Set("Upload-Length", strconv.FormatInt(u.length, 10))
	case http.MethodPatch:
		switch {
		case r.Header.Get("Upload-Offset") != strconv.FormatInt(offset, 10):
			w.WriteHeader(http.StatusConflict)
			return
		case r.ContentLength > revaChunk:
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		n, err := appendBody(u.file, r)
		offset += n
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.finish(u, offset)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Upload-Offset", strconv.FormatInt(offset, 10))
	w.WriteHeader(http.StatusNoContent)
}

// finish moves a complete upload to its place. A date that is not one in seconds damages
// the file: it can no longer be replaced.
func (s *reva) finish(u *revaUpload, offset int64) {
	if offset != u.length {
		return
	}
	_ = os.Rename(u.file, s.path(u.name))
	seconds, err := strconv.ParseFloat(u.mtime, 64)
	s.broken[u.name] = u.mtime != "" && (err != nil || time.Unix(int64(seconds), 0).Year() > 9999)
}

// stored returns the complete files whose date is as it should be.
func (s *reva) stored() ([]stored, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	files, err := storedFolder(s.root)
	var complete []stored
	for _, f := range files {
		if !strings.HasPrefix(f.name, ".upload-") && !s.broken[f.name] {
			complete = append(complete, f)
		}
	}
	return complete, err
}
