package receiver_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/receiver"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestLogHoldsNoSecret(t *testing.T) {
	dir := t.TempDir()
	var text bytes.Buffer
	log := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r := open(t, receiver.Config{Dir: dir, Log: log})
	stop := serve(t, r)
	c := newClient(t)
	upload, err := c.send(r.Endpoint(), map[string]string{"filename": "a"}, []byte("abc"))
	if err != nil {
		t.Fatal(err)
	}
	c.head(upload)
	stop()
	at, err := url.Parse(r.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text.String(), strings.Trim(at.Path, "/")) {
		t.Errorf("log contains the secret:\n%s", &text)
	}
	if !strings.Contains(text.String(), "file received") || strings.Contains(text.String(), "level=INFO") {
		t.Errorf("log:\n%s", &text)
	}
}

// TestFolderLostWhileServing checks that uploads arrive, once each, after the folder was
// deleted, renamed or replaced while the receiver runs.
func TestFolderLostWhileServing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a folder in use cannot be removed on Windows")
	}
	for _, test := range []struct {
		name string
		lose func(t *testing.T, dir string)
	}{
		{"deleted", func(t *testing.T, dir string) { remove(t, dir) }},
		{"deleted with its parent", func(t *testing.T, dir string) { remove(t, filepath.Dir(dir)) }},
		{"renamed", func(t *testing.T, dir string) { rename(t, dir, dir+" old") }},
		{"replaced by an empty folder", func(t *testing.T, dir string) {
			rename(t, dir, dir+" old")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}},
		{"replaced by a link to an empty folder", func(t *testing.T, dir string) {
			rename(t, dir, dir+" old")
			uploadtest.NeedSymlink(t, t.TempDir(), dir)
		}},
		{"private folder deleted", func(t *testing.T, dir string) { remove(t, filepath.Join(dir, ".ferry")) }},
		{"folder of unfinished uploads deleted", func(t *testing.T, dir string) { remove(t, filepath.Join(dir, ".ferry", "uploads")) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "parent", "dir")
			r := open(t, receiver.Config{Dir: dir})
			stop := serve(t, r)
			c := newClient(t)
			if _, err := c.send(r.Endpoint(), map[string]string{"filename": "before"}, nil); err != nil {
				t.Fatal(err)
			}
			begun := c.create(r.Endpoint(), 3, map[string]string{"filename": "begun"})
			c.want(http.StatusNoContent, c.patch(begun, 0, "ab"))
			test.lose(t, dir)
			for n := range 8 {
				name := fmt.Sprintf("f%d.bin", n)
				if _, err := c.send(r.Endpoint(), map[string]string{"filename": name}, []byte(name)); err != nil {
					t.Fatal(err)
				}
			}
			large := c.create(r.Endpoint(), 3, map[string]string{"filename": "large"})
			c.want(http.StatusNoContent, c.patch(large, 0, "abc"))
			c.want(http.StatusNotFound, c.head(begun))

			check := func() {
				t.Helper()
				real, err := filepath.EvalSymlinks(dir)
				if err != nil {
					t.Fatal(err)
				}
				got := received(t, real)
				delete(got, "before")
				want := map[string]string{"large": "abc"}
				for n := range 8 {
					want[fmt.Sprintf("f%d.bin", n)] = fmt.Sprintf("f%d.bin", n)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
			}
			check()
			stop()
			c.http.CloseIdleConnections()
			again := open(t, receiver.Config{Dir: dir})
			if again.Endpoint() != r.Endpoint() {
				t.Errorf("endpoint %s in the next run, want %s", again.Endpoint(), r.Endpoint())
			}
			serve(t, again)
			check()
			if got := c.want(http.StatusOK, c.head(large)); got.offset() != 3 {
				t.Errorf("offset %d, want 3", got.offset())
			}
		})
	}
}

// TestFolderLostDuringUpload deletes the folder while an upload is sent.
func TestFolderLostDuringUpload(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a folder in use cannot be removed on Windows")
	}
	dir := filepath.Join(t.TempDir(), "dir")
	r := open(t, receiver.Config{Dir: dir})
	stop := serve(t, r)
	c := newClient(t)
	lost := c.create(r.Endpoint(), 6, map[string]string{"filename": "a"})
	patch := startPatch(t, c, dir, lost, "abc")
	remove(t, dir)
	if _, err := io.WriteString(patch.body, "def"); err != nil {
		t.Fatal(err)
	}
	_ = patch.body.Close()
	<-patch.done
	if status := patch.got.status; status != http.StatusInternalServerError {
		t.Errorf("status %d of an upload to a deleted folder", status)
	}
	c.want(http.StatusNotFound, c.head(lost))
	if _, err := c.send(r.Endpoint(), map[string]string{"filename": "a"}, []byte("abcdef")); err != nil {
		t.Fatal(err)
	}
	stop()
	serve(t, open(t, receiver.Config{Dir: dir}))
	wantReceived(t, dir, map[string]string{"a": "abcdef"})
}

// TestF4FolderUnusable checks the responses while the folder cannot be created again.
func TestF4FolderUnusable(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a folder in use cannot be removed on Windows")
	}
	dir := filepath.Join(t.TempDir(), "dir")
	r := start(t, dir)
	c := newClient(t)
	url := c.create(r.Endpoint(), 3, map[string]string{"filename": "a"})
	rename(t, dir, dir+" old")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	header := map[string]string{"Upload-Length": "3"}
	for name, got := range map[string]response{
		"POST": c.do(http.MethodPost, r.Endpoint(), header, nil), "PATCH": c.patch(url, 0, "abc"),
		"OPTIONS": c.do(http.MethodOptions, r.Endpoint(), nil, nil), "HEAD": c.head(url),
	} {
		wantDiskError(t, name, got, dir)
		if hasBody := strings.Contains(got.body, "ERR_DISK"); hasBody != (name != "HEAD") {
			t.Errorf("%s: body %q", name, got.body)
		}
	}
	remove(t, dir)
	rename(t, dir+" old", dir)
	c.want(http.StatusNoContent, c.patch(url, 0, "abc"))
	wantReceived(t, dir, map[string]string{"a": "abc"})
}

func wantDiskError(t *testing.T, name string, got response, dir string) {
	t.Helper()
	if got.status != http.StatusInternalServerError || got.header.Get("Ferry-Error-Code") != "ERR_DISK" ||
		got.header.Get("Tus-Resumable") != "1.0.0" || strings.Contains(got.body, dir) {
		t.Errorf("%s: status %d, header %v: %s", name, got.status, got.header, got.body)
	}
}

func remove(t *testing.T, dir string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
}
