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
	if dir := os.Getenv(victimDir); dir != "" {
		victim(dir)
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

// serve answers requests until stop is called, or the test ends.
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

// start opens and serves dir until the test ends.
func start(tb testing.TB, dir string) *receiver.Receiver {
	tb.Helper()
	r := open(tb, receiver.Config{Dir: dir})
	serve(tb, r)
	return r
}

// received lists what lies in the folder, the receiver's own excepted, by path.
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

// waiting lists the receiver's own folder of uploads.
func waiting(tb testing.TB, dir string) []string {
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
	t.Run("is on this computer only, and cannot be guessed", func(t *testing.T) {
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
	t.Run("stays the same from run to run", func(t *testing.T) {
		dir := t.TempDir()
		r := open(t, receiver.Config{Dir: dir})
		first := r.Endpoint()
		serve(t, r)()
		if again := start(t, dir).Endpoint(); again != first {
			t.Errorf("%s became %s", first, again)
		}
	})
	t.Run("keeps the secret when another program took the port", func(t *testing.T) {
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
			t.Errorf("%s became %s, %v", first, again, err)
		}
	})
	t.Run("survives a damaged record of itself", func(t *testing.T) {
		dir := t.TempDir()
		serve(t, open(t, receiver.Config{Dir: dir}))()
		if err := os.WriteFile(filepath.Join(dir, ".ferry", "address.json"), []byte(`{"po`), 0o600); err != nil {
			t.Fatal(err)
		}
		start(t, dir)
	})
	t.Run("is a secret of the user's", func(t *testing.T) {
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

func TestGate(t *testing.T) {
	dir := t.TempDir()
	r := start(t, dir)
	u := newUploader(t)
	at, err := url.Parse(r.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	upload := u.create(r.Endpoint(), 4, map[string]string{"filename": "a"})
	u.patch(upload, 0, "full")
	host := "http://" + at.Host
	for _, test := range []struct {
		name, method, url string
		want              int
	}{
		{"nothing at the top", http.MethodPost, host + "/", http.StatusNotFound},
		{"nothing under a wrong secret", http.MethodPost, host + "/files/", http.StatusNotFound},
		{"nothing under half the secret", http.MethodPost, host + at.Path[:10] + "/", http.StatusNotFound},
		{"no questions without the secret", http.MethodOptions, host + "/", http.StatusNotFound},
		{"no files to read", http.MethodGet, upload, http.StatusMethodNotAllowed},
		{"no list of files", http.MethodGet, r.Endpoint(), http.StatusMethodNotAllowed},
		{"no upload of a made-up name", http.MethodHead, r.Endpoint() + "abc", http.StatusNotFound},
		{"no way out of the folder", http.MethodHead, r.Endpoint() + "..%2f..%2faddress.json", http.StatusNotFound},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := u.do(test.method, test.url, map[string]string{"Origin": "https://example.org", "Upload-Length": "1"}, nil)
			if got.status != test.want {
				t.Errorf("status %d, want %d", got.status, test.want)
			}
		})
	}
	t.Run("no word to other web sites", func(t *testing.T) {
		got := u.do(http.MethodOptions, r.Endpoint(), map[string]string{"Origin": "https://example.org"}, nil)
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

func TestFolderHasOneOwner(t *testing.T) {
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
		t.Errorf("closing twice: %v", err)
	}
	start(t, dir)
}

func TestOpenFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, config := range map[string]receiver.Config{
		"where a file is":          {Dir: file},
		"at an address of no host": {Dir: t.TempDir(), Listen: "nonsense"},
		"at another host":          {Dir: t.TempDir(), Listen: "192.0.2.1:0"},
	} {
		t.Run(name, func(t *testing.T) {
			if r, err := receiver.Open(config); err == nil {
				t.Errorf("opened at %s", r.Endpoint())
				_ = r.Close()
			}
		})
	}
}
