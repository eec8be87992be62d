package receiver_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/uploader/receiver"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		runChild(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

func open(tb testing.TB, config receiver.Config) *receiver.Receiver {
	tb.Helper()
	r, err := receiver.Open(config)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// serve calls Serve until stop is called or the test ends.
func serve(tb testing.TB, r *receiver.Receiver) (stop func()) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := r.Serve(ctx); err != nil {
			tb.Errorf("serve: %v", err)
		}
	}()
	stop = func() {
		cancel()
		<-served
	}
	tb.Cleanup(stop)
	return stop
}

// start opens a receiver for dir and serves until the test ends.
func start(tb testing.TB, dir string) *receiver.Receiver {
	tb.Helper()
	r := open(tb, receiver.Config{Dir: dir})
	serve(tb, r)
	return r
}

// received returns the content of each file in the folder, except private ones, by path.
func received(tb testing.TB, dir string) map[string]string {
	tb.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == ".ferry" {
			return fs.SkipDir
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(rel)] = string(content)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

func wantReceived(tb testing.TB, dir string, want map[string]string) {
	tb.Helper()
	if diff := cmp.Diff(want, received(tb, dir)); diff != "" {
		tb.Error(diff)
	}
}

// privateFiles returns the names of the files of unfinished uploads, and of records.
func privateFiles(tb testing.TB, dir string) []string {
	tb.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, ".ferry", "uploads"))
	if err != nil {
		tb.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestEndpoint(t *testing.T) {
	t.Run("has the loopback address and a secret", func(t *testing.T) {
		seen := make(map[string]bool)
		for range 8 {
			at, err := url.Parse(start(t, t.TempDir()).Endpoint())
			if err != nil {
				t.Fatal(err)
			}
			if at.Hostname() != "127.0.0.1" || len(at.Path) < 26 || seen[at.Path] {
				t.Errorf("endpoint %s", at)
			}
			seen[at.Path] = true
		}
	})
	t.Run("is the same in the next run", func(t *testing.T) {
		dir := t.TempDir()
		r := open(t, receiver.Config{Dir: dir})
		first := r.Endpoint()
		serve(t, r)()
		if again := start(t, dir).Endpoint(); again != first {
			t.Errorf("got %s, want %s", again, first)
		}
	})
	t.Run("keeps the secret if the port is in use", func(t *testing.T) {
		dir := t.TempDir()
		r := open(t, receiver.Config{Dir: dir})
		first, err := url.Parse(r.Endpoint())
		if err != nil {
			t.Fatal(err)
		}
		serve(t, r)()
		serve(t, open(t, receiver.Config{Dir: t.TempDir(), Listen: first.Host}))
		again, err := url.Parse(start(t, dir).Endpoint())
		if err != nil || again.Path != first.Path || again.Host == first.Host {
			t.Errorf("%s, then %s, %v", first, again, err)
		}
	})
	t.Run("is replaced if its file is damaged", func(t *testing.T) {
		dir := t.TempDir()
		serve(t, open(t, receiver.Config{Dir: dir}))()
		if err := os.WriteFile(filepath.Join(dir, ".ferry", "address.json"), []byte(`{"po`), 0o600); err != nil {
			t.Fatal(err)
		}
		start(t, dir)
	})
	t.Run("has private files", func(t *testing.T) {
		if runtime.GOOS == "windows" {
			t.Skip("Windows has no such modes")
		}
		dir := t.TempDir()
		start(t, dir)
		for path, want := range map[string]fs.FileMode{".ferry": 0o700, ".ferry/address.json": 0o600, ".ferry/lock": 0o600} {
			info, err := os.Stat(filepath.Join(dir, path))
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
		}
	})
}

func TestRequireSecret(t *testing.T) {
	dir := t.TempDir()
	r := start(t, dir)
	c := newClient(t)
	at, err := url.Parse(r.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	upload := c.create(r.Endpoint(), 4, map[string]string{"filename": "a"})
	c.patch(upload, 0, "full")
	host := "http://" + at.Host
	for _, test := range []struct {
		name, method, url string
		want              int
	}{
		{"root", http.MethodPost, host + "/", http.StatusNotFound},
		{"wrong secret", http.MethodPost, host + "/files/", http.StatusNotFound},
		{"part of the secret", http.MethodPost, host + at.Path[:10] + "/", http.StatusNotFound},
		{"OPTIONS without the secret", http.MethodOptions, host + "/", http.StatusNotFound},
		{"download", http.MethodGet, upload, http.StatusMethodNotAllowed},
		{"list", http.MethodGet, r.Endpoint(), http.StatusMethodNotAllowed},
		{"invalid ID", http.MethodHead, r.Endpoint() + "abc", http.StatusNotFound},
		{"path outside of the folder", http.MethodHead, r.Endpoint() + "..%2f..%2faddress.json", http.StatusNotFound},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := c.do(test.method, test.url, map[string]string{"Origin": "https://example.org", "Upload-Length": "1"}, nil)
			if got.status != test.want {
				t.Errorf("status %d, want %d", got.status, test.want)
			}
		})
	}
	t.Run("no CORS headers", func(t *testing.T) {
		got := c.do(http.MethodOptions, r.Endpoint(), map[string]string{"Origin": "https://example.org"}, nil)
		for key := range got.header {
			if strings.HasPrefix(key, "Access-Control") {
				t.Errorf("%s: %v", key, got.header[key])
			}
		}
		if got.status != http.StatusOK || !strings.Contains(got.header.Get("Tus-Extension"), "creation-with-upload") {
			t.Errorf("status %d, %v", got.status, got.header)
		}
	})
}

func TestFolderInUse(t *testing.T) {
	dir := t.TempDir()
	first := open(t, receiver.Config{Dir: dir})
	if first.Dir() != dir {
		t.Errorf("dir %q, want %q", first.Dir(), dir)
	}
	_, err := receiver.Open(receiver.Config{Dir: dir})
	if !errors.Is(err, receiver.ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Errorf("second open: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	start(t, dir)
}

func TestOpenFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, config := range map[string]receiver.Config{
		"file as folder":          {Dir: file},
		"invalid address":         {Dir: t.TempDir(), Listen: "nonsense"},
		"address of another host": {Dir: t.TempDir(), Listen: "192.0.2.1:0"},
	} {
		t.Run(name, func(t *testing.T) {
			if r, err := receiver.Open(config); err == nil {
				t.Errorf("opened at %s", r.Endpoint())
				_ = r.Close()
			}
		})
	}
}
