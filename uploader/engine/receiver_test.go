package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/receiver"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// serveReceiver serves a receiver until the test ends.
func serveReceiver(t *testing.T, dir string) *receiver.Receiver {
	t.Helper()
	r, err := receiver.Open(receiver.Config{Dir: dir, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- r.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return r
}

// startReceiver serves a receiver as the built-in one, and starts a harness that reaches
// it through a proxy.
func startReceiver(t *testing.T, dir string) (*harness, *uploadtest.Proxy) {
	t.Helper()
	r := serveReceiver(t, dir)
	proxy := uploadtest.NewProxy(t, r.Endpoint())
	return startBuiltin(t, proxy.URL(r.Endpoint())), proxy
}

// startBuiltin starts a harness whose built-in receiver is at an endpoint.
func startBuiltin(t *testing.T, endpoint string) *harness {
	t.Helper()
	h := &harness{t: t, store: uploadtest.NewStore()}
	h.configure = func(c *engine.Config) { c.BuiltinEndpoint = endpoint }
	h.start()
	t.Cleanup(func() { h.stop() })
	h.waitLoaded()
	return h
}

// damage changes the first byte of the first body of the requests with a method that it
// passes on.
type damage struct {
	method string
	done   atomic.Bool
}

func (d *damage) rewrite(target *url.URL) func(*httputil.ProxyRequest) {
	return func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
		if r.In.Method == d.method && r.In.ContentLength > 0 && d.done.CompareAndSwap(false, true) {
			r.Out.Body = struct {
				io.Reader
				io.Closer
			}{io.MultiReader(strings.NewReader("\x00"), skipFirst(r.Out.Body)), r.Out.Body}
		}
	}
}

// skipFirst returns what follows the first byte of a body.
func skipFirst(body io.Reader) io.Reader {
	_, _ = io.CopyN(io.Discard, body, 1)
	return body
}

// TestF6DamagedUploadIsSentAgain damages what is sent to the receiver: the file gets its
// name only once it has arrived as it is.
func TestF6DamagedUploadIsSentAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		size        int
		connections int
		method      string
	}{
		"small file in one request": {1000, 1, http.MethodPost},
		"one PATCH":                 {6 << 20, 1, http.MethodPatch},
		"parts":                     {24 << 20, 3, http.MethodPatch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			endpoint, err := url.Parse(serveReceiver(t, dir).Endpoint())
			if err != nil {
				t.Fatal(err)
			}
			damaged := &damage{method: c.method}
			proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: damaged.rewrite(&url.URL{Scheme: endpoint.Scheme, Host: endpoint.Host})})
			t.Cleanup(proxy.Close)
			h := startBuiltin(t, proxy.URL+endpoint.Path)
			path := filepath.Join(t.TempDir(), "a.bin")
			content := bytes.Repeat([]byte("content "), c.size/8)
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			h.do(uploader.Add{Batch: uploader.NewBatchID(), Server: uploader.BuiltinServer, Paths: []string{path}, Options: uploader.BatchOptions{Connections: c.connections}})
			h.waitCount(uploader.StateDone, 1)
			wantReceived(t, dir, map[string]string{"a.bin": string(content)})
			if !damaged.done.Load() || h.onlyTransfer().ResumedFrom != 0 {
				t.Errorf("damaged: %v, resumed from %d", damaged.done.Load(), h.onlyTransfer().ResumedFrom)
			}
		})
	}
}

// createOldFiles creates small files in a new folder. It returns the folder and their
// contents by path in the receiver's folder.
func createOldFiles(t *testing.T, count int) (folder string, want map[string]string) {
	t.Helper()
	folder, want = filepath.Join(t.TempDir(), "in"), map[string]string{}
	for i := range count {
		name := fmt.Sprintf("f%02d.bin", i)
		path := filepath.Join(folder, name)
		want["in/"+name] = fmt.Sprint("content of ", i)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want["in/"+name]), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	return folder, want
}

// wantReceived compares the files in the receiver's folder, except private ones.
func wantReceived(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if entry != nil && entry.Name() == ".ferry" {
				return fs.SkipDir
			}
			return err
		}
		content, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		got[filepath.ToSlash(rel)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func addToReceiver(h *harness, path string) {
	h.t.Helper()
	h.do(uploader.Add{Batch: uploader.NewBatchID(), Server: uploader.BuiltinServer, Paths: []string{path}})
}

// TestReceiverKeepsOneCopyWhenResponsesAreLost drops responses while small files are sent,
// and restarts the engine meanwhile.
func TestReceiverKeepsOneCopyWhenResponsesAreLost(t *testing.T) {
	t.Parallel()
	const files = 36
	dir := t.TempDir()
	h, proxy := startReceiver(t, dir)
	folder, want := createOldFiles(t, files)
	addToReceiver(h, filepath.Join(folder, "f00.bin"))
	h.waitCount(uploader.StateDone, 1) // the capabilities of the receiver are known
	want["f00.bin"] = want["in/f00.bin"]
	delete(want, "in/f00.bin")
	if err := os.Remove(filepath.Join(folder, "f00.bin")); err != nil {
		t.Fatal(err)
	}
	proxy.DropResponses(files)
	addToReceiver(h, folder)
	repeated := map[uploader.TransferID]bool{}
	done := func(s *uploader.Snapshot) int {
		for transfer := range s.Transfers.Values() {
			if transfer.Attempt > 0 {
				repeated[transfer.ID] = true
			}
		}
		return s.Totals.Count[uploader.StateDone]
	}
	h.retryUntil("some files to be done", func(s *uploader.Snapshot) bool { return done(s) > files/4 })
	h.restart()
	h.retryUntil("all files to be done", func(s *uploader.Snapshot) bool { return done(s) == files })
	if len(repeated) < files/4 {
		t.Errorf("%d transfers were sent again", len(repeated))
	}
	wantReceived(t, dir, want)
}

// TestReceiverFolderDeletedWhileRunning deletes the folder between two additions.
func TestReceiverFolderDeletedWhileRunning(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a folder in use cannot be removed on Windows")
	}
	dir := filepath.Join(t.TempDir(), "dir")
	h, _ := startReceiver(t, dir)
	before, _ := createOldFiles(t, 2)
	addToReceiver(h, before)
	h.waitCount(uploader.StateDone, 2)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	after, want := createOldFiles(t, 8)
	addToReceiver(h, after)
	h.waitCount(uploader.StateDone, 10)
	wantReceived(t, dir, want)
}

// TestReceiverFolderUnusable replaces the folder by a file. The fault must be one of this
// computer's disk, and stop the other transfers until the user acts.
func TestReceiverFolderUnusable(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a folder in use cannot be removed on Windows")
	}
	dir := filepath.Join(t.TempDir(), "dir")
	h, _ := startReceiver(t, dir)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	folder, want := createOldFiles(t, 40)
	addToReceiver(h, folder)
	s := h.waitFor("the receiver to be blocked", func(s *uploader.Snapshot) bool {
		return s.Blocked[uploader.BuiltinServer] != nil && s.Totals.Active == 0
	})
	if f := s.Blocked[uploader.BuiltinServer]; f.Kind != fault.LocalDisk || f.Code != fault.CodeReceiverDisk {
		t.Errorf("blocked by %v, code %s", f, f.Code)
	}
	for transfer := range s.Transfers.Values() {
		if f := transfer.Fault; f != nil && f.Kind != fault.LocalDisk {
			t.Errorf("transfer %d: fault %v", transfer.ID, f)
		}
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	h.do(uploader.Unblock{Server: uploader.BuiltinServer})
	h.retryUntil("all files to be done", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == 40 })
	wantReceived(t, dir, want)
}
