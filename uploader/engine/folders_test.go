package engine_test

import (
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// revaOptions are the options of the preset for OpenCloud and ownCloud.
func revaOptions(folders uploader.FolderMode) uploader.ServerOptions {
	return uploader.ServerOptions{Metadata: "filetype=\nrelativePath=", UploadPath: "{dir}", Folders: folders}
}

// createFolder creates files in a new folder and returns its path.
func createFolder(t *testing.T, name string, files map[string]string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), name)
	for path, content := range files {
		path = filepath.Join(folder, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		modified := time.Unix(1_772_370_000, 987_654_321)
		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// contents returns the content of the files of a server, and checks their dates.
func contents(t *testing.T, server *uploadtest.Reva) map[string]string {
	t.Helper()
	got := map[string]string{}
	for path, file := range server.Files() {
		got[path] = file.Content
		if !file.Modified.Equal(time.Unix(1_772_370_000, 0)) {
			t.Errorf("%s is of %v", path, file.Modified)
		}
	}
	return got
}

func TestG1FoldersAreMadeOnce(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewReva(t)
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(revaOptions(uploader.FoldersByMKCOL))
	large, special := strings.Repeat("large", 2<<20), "day 1/c#?.txt"
	if runtime.GOOS == "windows" {
		special = "day 1/c#%.txt"
	}
	h.waitFinal(h.add(createFolder(t, "Ísland", map[string]string{"a.txt": "a", "day 1/b.txt": "b", special: "c", "day 1/Ю/film": large})))
	h.waitFinal(h.add(createFolder(t, "Ísland", map[string]string{"day 1/d.txt": "d"})))
	want := map[string]string{
		"Ísland/a.txt": "a", "Ísland/day 1/b.txt": "b", "Ísland/" + special: "c", "Ísland/day 1/Ю/film": large, "Ísland/day 1/d.txt": "d",
	}
	if diff := cmp.Diff(want, contents(t, server)); diff != "" {
		t.Error("(-want +got):\n" + diff)
	}
	var made []string
	for _, r := range server.Requests() {
		if r.Method == "MKCOL" {
			made = append(made, strings.TrimPrefix(r.Path, "/remote.php/dav/files/einstein/"))
		}
	}
	slices.Sort(made)
	if diff := cmp.Diff([]string{"Ísland", "Ísland/day 1", "Ísland/day 1/Ю"}, made); diff != "" {
		t.Error("folders that were made (-want +got):\n" + diff)
	}
}

func TestG2RemovedFolderIsMadeAgain(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewReva(t)
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(revaOptions(uploader.FoldersByMKCOL))
	h.waitFinal(h.add(createFolder(t, "album", map[string]string{"x/a.txt": "a"})))
	server.RemoveFolder("album")
	h.waitFinal(h.add(createFolder(t, "album", map[string]string{"x/b.txt": "b"})))
	if got := contents(t, server)["album/x/b.txt"]; got != "b" {
		t.Errorf("file has %q", got)
	}
}

func TestG2MissingFolderOfTheServerIsAFault(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewReva(t)
	h := newHarness(t, server.Endpoint+"gone/")
	h.setServerOptions(revaOptions(uploader.FoldersByMKCOL))
	alone := createFolder(t, "folder", map[string]string{"a.txt": "a"})
	for _, transfer := range h.waitFinal(h.add(alone, filepath.Join(alone, "a.txt"))) {
		if f := transfer.Fault; f == nil || f.Kind != fault.Refused || f.Code != fault.CodeFolderMissing {
			t.Errorf("%s: %v", transfer.Source.RelPath, f)
		}
	}
}

func TestG4FlatFoldersAreNotMade(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewReva(t)
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(revaOptions(uploader.FoldersFlat))
	h.waitFinal(h.add(createFolder(t, "album", map[string]string{"x/a.txt": "a", "b.txt": "b"})))
	if diff := cmp.Diff(map[string]string{"a.txt": "a", "b.txt": "b"}, contents(t, server)); diff != "" {
		t.Error("(-want +got):\n" + diff)
	}
}

// TestG3UploadsAreCreatedAtTheirPaths is about a server with a URL for each file, also
// where it offers parts.
func TestG3UploadsAreCreatedAtTheirPaths(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var created []string
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				mu.Lock()
				created = append(created, r.RequestURI)
				mu.Unlock()
				r.URL.Path, r.URL.RawPath = "/files/", ""
			}
			next.ServeHTTP(w, r)
		})
	}))
	h := newHarness(t, server.Endpoint+"?override=false")
	h.setServerOptions(uploader.ServerOptions{UploadPath: "in/{path}", Connections: 2})
	folder := createFolder(t, "Ísland", map[string]string{"a.txt": "a", "day 1/50%.txt": strings.Repeat("b", 33<<20)})
	for _, transfer := range h.waitFinal(h.add(folder, createFile(t, "c.txt", 5))) {
		if transfer.Phase != uploader.PhaseDone {
			t.Errorf("%s: %v", transfer.Source.Path, transfer.Fault)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(created)
	want := []string{
		"/files/in/%C3%8Dsland/a.txt?override=false", "/files/in/%C3%8Dsland/day%201/50%25.txt?override=false", "/files/in/c.txt?override=false",
	}
	if diff := cmp.Diff(want, created); diff != "" {
		t.Error("uploads that were created (-want +got):\n" + diff)
	}
}

// TestG5FileIsUploadedAgain uploads a file a second time: a server that was given another
// unit refuses that.
func TestG5FileIsUploadedAgain(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewReva(t)
	h := newHarness(t, server.Endpoint)
	h.setServerOptions(revaOptions(uploader.FoldersByMKCOL))
	for _, content := range []string{"one", "second"} {
		folder := createFolder(t, "album", map[string]string{"a.txt": content})
		h.waitFinal(h.add(folder))
	}
	if diff := cmp.Diff(map[string]string{"album/a.txt": "second"}, contents(t, server)); diff != "" {
		t.Error("(-want +got):\n" + diff)
	}
}
