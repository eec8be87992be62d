package uploadtest

import (
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Reva is an in-memory server with the demands of reva, the storage of OpenCloud and
// ownCloud Infinite Scale: an upload is created at the WebDAV URL of an existing folder
// (412 otherwise), mtime is in seconds (a later upload of a file whose date is not valid
// fails with 500), and an empty file is stored without an upload (201 with an empty
// Location).
type Reva struct {
	Endpoint string // the WebDAV URL of the top folder, with a slash at the end

	mu       sync.Mutex
	folders  map[string]bool
	files    map[string]RevaFile
	uploads  map[string]*revaUpload
	requests []Request
}

// RevaFile is a file that a Reva stores.
type RevaFile struct {
	Content  string
	Modified time.Time
}

type revaUpload struct {
	path     string
	modified time.Time
	length   int64
	content  []byte
}

const (
	revaFolder  = "/remote.php/dav/files/einstein"
	revaUploads = "/data/tus/"

	maxRevaTime = 253_402_300_800 // the year 10000, in seconds
)

// NewReva starts a Reva that ends with the test.
func NewReva(t testing.TB) *Reva {
	t.Helper()
	s := &Reva{folders: map[string]bool{"": true}, files: map[string]RevaFile{}, uploads: map[string]*revaUpload{}}
	server := newHTTPServer(t, s)
	server.Start()
	s.Endpoint = server.URL + revaFolder + "/"
	return s
}

// Files returns the complete files by their path below the top folder.
func (s *Reva) Files() map[string]RevaFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.files)
}

// Requests returns every request the server has responded to.
func (s *Reva) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// RemoveFolder removes a folder, as another user may.
func (s *Reva) RemoveFolder(folder string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.folders, func(at string, _ bool) bool { return at == folder || strings.HasPrefix(at, folder+"/") })
}

// ServeHTTP implements http.Handler.
func (s *Reva) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	status := http.StatusBadRequest
	if err == nil || r.Method == http.MethodPatch { // a PATCH keeps what arrived
		status = s.handle(w, r, body)
	}
	s.requests = append(s.requests, Request{Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone(), Status: status, Body: int64(len(body))})
	w.WriteHeader(status)
}

// handle returns the status of the response. The caller holds s.mu.
func (s *Reva) handle(w http.ResponseWriter, r *http.Request, body []byte) int {
	if r.Method == "MKCOL" {
		return s.makeFolder(r)
	}
	w.Header().Set("Tus-Resumable", "1.0.0")
	switch r.Method {
	case http.MethodOptions:
		w.Header().Set("Tus-Version", "1.0.0")
		w.Header().Set("Tus-Extension", "creation,creation-with-upload,checksum,expiration")
		return http.StatusNoContent
	case http.MethodPost:
		return s.create(w, r, body)
	case http.MethodHead, http.MethodPatch:
		return s.resume(w, r, body)
	default:
		return http.StatusMethodNotAllowed
	}
}

// folder returns the path of a URL below the top folder.
func (s *Reva) folder(r *http.Request) (string, bool) {
	rest, ok := strings.CutPrefix(r.URL.Path, revaFolder)
	return strings.Trim(rest, "/"), ok
}

func (s *Reva) makeFolder(r *http.Request) int {
	folder, ok := s.folder(r)
	parent := strings.TrimPrefix(path.Dir("/"+folder), "/")
	_, isFile := s.files[folder]
	switch {
	case !ok:
		return http.StatusNotFound
	case s.folders[folder], isFile:
		return http.StatusMethodNotAllowed
	case !s.folders[parent]:
		return http.StatusConflict
	}
	s.folders[folder] = true
	return http.StatusCreated
}

func (s *Reva) create(w http.ResponseWriter, r *http.Request, body []byte) int {
	folder, ok := s.folder(r)
	length, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	metadata := revaMetadata(r.Header.Get("Upload-Metadata"))
	name := path.Join(folder, metadata["filename"])
	switch {
	case !ok || err != nil || metadata["filename"] == "":
		return http.StatusBadRequest
	case !s.folders[folder] || !s.folders[strings.TrimPrefix(path.Dir("/"+name), "/")]:
		return http.StatusPreconditionFailed
	case s.files[name].Modified.Unix() >= maxRevaTime:
		return http.StatusInternalServerError
	}
	u := &revaUpload{path: name, length: length, modified: time.Now()}
	if seconds, err := strconv.ParseInt(metadata["mtime"], 10, 64); err == nil {
		u.modified = time.Unix(seconds, 0)
	}
	if length == 0 {
		s.store(u)
		w.Header().Set("Location", "")
		return http.StatusCreated
	}
	id := fmt.Sprintf("%s%d", revaUploads, len(s.uploads)+1)
	s.uploads[id] = u
	w.Header().Set("Location", "http://"+r.Host+id)
	if len(body) > 0 {
		s.append(u, body)
		w.Header().Set("Upload-Offset", strconv.Itoa(len(u.content)))
	}
	return http.StatusCreated
}

// resume responds to HEAD and PATCH.
func (s *Reva) resume(w http.ResponseWriter, r *http.Request, body []byte) int {
	u := s.uploads[r.URL.Path]
	if u == nil {
		return http.StatusNotFound
	}
	status := http.StatusOK
	if r.Method == http.MethodPatch {
		if r.Header.Get("Upload-Offset") != strconv.Itoa(len(u.content)) {
			return http.StatusConflict
		}
		s.append(u, body)
		status = http.StatusNoContent
	}
	w.Header().Set("Upload-Length", strconv.FormatInt(u.length, 10))
	w.Header().Set("Upload-Offset", strconv.Itoa(len(u.content)))
	return status
}

func (s *Reva) append(u *revaUpload, body []byte) {
	if u.content = append(u.content, body...); int64(len(u.content)) == u.length {
		s.store(u)
	}
}

func (s *Reva) store(u *revaUpload) { s.files[u.path] = RevaFile{string(u.content), u.modified} }

func revaMetadata(header string) map[string]string {
	metadata := map[string]string{}
	for pair := range strings.SplitSeq(header, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		decoded, _ := base64.StdEncoding.DecodeString(value)
		metadata[key] = string(decoded)
	}
	return metadata
}
