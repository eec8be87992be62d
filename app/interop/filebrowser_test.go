package interop_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// fileBrowser is a double of filebrowser, whose uploads have the URL of the file, as
// http/tus_handlers.go in github.com/filebrowser/filebrowser has it: no response has
// Tus-Resumable, an upload that is complete is no upload any more, and one that is not is
// removed with its file after three minutes. That also applies to a file without bytes,
// which only an empty PATCH completes.
type fileBrowser struct {
	root string

	mu     sync.Mutex
	active map[string]int64 // length of each unfinished upload, by its path below root
}

const fileBrowserPath = "/api/tus/"

func newFileBrowser(t *testing.T) *instance {
	s := &fileBrowser{root: t.TempDir(), active: map[string]int64{}}
	return &instance{
		endpoint: startServer(t, s) + fileBrowserPath, headers: []string{"X-Auth: sesame"},
		options: []string{"--preset", "filebrowser", "--set", "address=" + addressMark},
		stored:  s.stored, hasName: hasPathBelow, sameName: refusesSecond,
		refused: refusal{name: "read only.bin", size: 10, fault: "auth", words: "403 Forbidden"},
	}
}

func (s *fileBrowser) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, found := strings.CutPrefix(r.URL.Path, fileBrowserPath)
	path := filepath.Join(s.root, filepath.FromSlash(name))
	info, err := os.Stat(path)
	length, active := s.active[name]
	switch {
	case !found || name != "" && !filepath.IsLocal(filepath.FromSlash(name)):
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodOptions:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case r.Header.Get("X-Auth") != "sesame":
		w.WriteHeader(http.StatusUnauthorized)
	case r.Method == http.MethodPost:
		s.create(w, r, name, path, info)
	case err != nil || !active:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodHead:
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Upload-Offset", strconv.FormatInt(info.Size(), 10))
		w.Header().Set("Upload-Length", strconv.FormatInt(length, 10))
	case r.Method == http.MethodPatch:
		s.patch(w, r, name, path, info.Size())
	case r.Method == http.MethodDelete:
		_ = os.Remove(path)
		delete(s.active, name)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// create creates an upload; existing describes what is at its path, or is nil.
func (s *fileBrowser) create(w http.ResponseWriter, r *http.Request, name, path string, existing os.FileInfo) {
	length, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	switch {
	case existing != nil && existing.IsDir():
		http.Error(w, "400 Bad Request", http.StatusBadRequest)
	case filepath.Base(path) == "read only.bin":
		http.Error(w, "403 Forbidden", http.StatusForbidden)
	case existing != nil && r.URL.Query().Get("override") != "true":
		http.Error(w, "409 Conflict", http.StatusConflict)
	case err != nil:
		http.Error(w, "400 Bad Request", http.StatusBadRequest)
	case os.MkdirAll(filepath.Dir(path), 0o700) != nil || os.WriteFile(path, nil, 0o600) != nil:
		w.WriteHeader(http.StatusInternalServerError)
	default:
		s.active[name] = length
		w.Header().Set("Location", r.URL.EscapedPath())
		w.WriteHeader(http.StatusCreated)
	}
}

func (s *fileBrowser) patch(w http.ResponseWriter, r *http.Request, name, path string, offset int64) {
	switch {
	case r.Header.Get("Content-Type") != "application/offset+octet-stream":
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	case r.Header.Get("Upload-Offset") != strconv.FormatInt(offset, 10):
		w.WriteHeader(http.StatusConflict)
		return
	}
	n, err := appendBody(path, r)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if offset+n >= s.active[name] {
		delete(s.active, name)
	}
	w.Header().Set("Upload-Offset", strconv.FormatInt(offset+n, 10))
	w.WriteHeader(http.StatusNoContent)
}

// stored returns the files that stay.
func (s *fileBrowser) stored() ([]stored, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	files, err := storedFolder(s.root)
	var complete []stored
	for _, f := range files {
		if _, active := s.active[f.name]; !active {
			complete = append(complete, f)
		}
	}
	return complete, err
}
