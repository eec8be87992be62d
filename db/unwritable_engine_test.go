package db_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// logBuffer collects a log and may be read while it is written.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *logBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *logBuffer) count(message string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.text.String(), message)
}

// uploadRun is an engine that uploads two files over a slow connection, and its log.
type uploadRun struct {
	path   string // of the profile
	store  *db.DB
	engine *engine.Engine
	stop   func()
	server *uploadtest.Tusd
	proxy  *uploadtest.Proxy
	files  []string
	log    *logBuffer
}

const uploadSize = 4 << 20

// startUploads starts an uploadRun and waits until both uploads have started.
func startUploads(t *testing.T, profile string) *uploadRun {
	t.Helper()
	run := &uploadRun{path: filepath.Join(profile, "ferry.db"), server: uploadtest.NewTusd(t), log: &logBuffer{}}
	run.proxy = uploadtest.NewProxy(t, run.server.Endpoint)
	run.store = openDB(t, run.path)
	run.engine, run.stop = startEngineWithLog(t, run.store, slog.New(slog.NewTextHandler(run.log, nil)))
	run.do(t, uploader.SaveServer{Server: uploader.Server{Endpoint: run.proxy.URL(run.server.Endpoint)}})
	run.proxy.Throttle(1 << 18) // until it is restored
	folder := t.TempDir()
	for _, name := range []string{"first.mov", "second.mov"} {
		path := filepath.Join(folder, name)
		writeFile(t, path, bytes.Repeat([]byte(name), uploadSize/len(name)))
		run.files = append(run.files, path)
	}
	run.add(t, run.files...)
	waitUntil(t, run.engine, "both uploads to start", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateUploading] == 2 })
	return run
}

func (run *uploadRun) do(t *testing.T, c uploader.Command) {
	t.Helper()
	if err := run.engine.Do(t.Context(), c); err != nil {
		t.Fatalf("%T: %v", c, err)
	}
}

func (run *uploadRun) add(t *testing.T, paths ...string) {
	t.Helper()
	run.do(t, uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: paths})
}

// waitDone waits until so many uploads are done.
func (run *uploadRun) waitDone(t *testing.T, files int) {
	t.Helper()
	waitUntil(t, run.engine, "all uploads", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == files })
}

// checkComplete stops the engine and checks that so many transfers are saved as done, each
// with one complete upload on the server.
func (run *uploadRun) checkComplete(t *testing.T, files int) {
	t.Helper()
	waitUntil(t, run.engine, "the store error to end", func(s *uploader.Snapshot) bool { return s.StoreFault == nil })
	run.stop()
	closeDB(t, run.store)
	store := openDB(t, run.path)
	defer closeDB(t, store)
	if store.Recovery().Happened() {
		t.Errorf("recovered an intact file: %+v", store.Recovery())
	}
	all, err := store.Load(t.Context())
	if err != nil || all.Transfers.Len() != files {
		t.Fatalf("%d transfers saved, %v; want %d", all.Transfers.Len(), err, files)
	}
	names := map[string]bool{}
	for _, upload := range run.server.Stored(t) {
		if upload.Size != upload.Length {
			t.Errorf("server has %d of %d bytes of %s", upload.Size, upload.Length, upload.Name)
		}
		names[upload.Name] = true
	}
	for saved := range all.Transfers.Values() {
		if saved.Phase != uploader.PhaseDone || !names[filepath.Base(saved.Session.URL)] {
			t.Errorf("%s is saved as %v with URL %q", saved.Source.Path, saved.Phase, saved.Session.URL)
		}
	}
	if len(names) != files {
		t.Errorf("%d uploads stored for %d files", len(names), files)
	}
}

// TestEngineWithReadOnlyDatabase makes SQLite refuse every change with the error of a file that
// was opened without write permission. Changing the permissions of an open file has no effect,
// nor has it for root.
func TestEngineWithReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	run := startUploads(t, t.TempDir())
	readOnly := func(on string) {
		t.Helper()
		if err := db.Exec(run.store, "PRAGMA query_only = "+on); err != nil {
			t.Fatal(err)
		}
	}
	readOnly("on")
	waitUntil(t, run.engine, "a store error", func(s *uploader.Snapshot) bool { return s.StoreFault != nil })
	if err := run.engine.Snapshot().StoreFault; !errors.Is(err, db.ErrUnwritable) {
		t.Errorf("store error %v, want %v", err, db.ErrUnwritable)
	}
	late := filepath.Join(t.TempDir(), "late.mov")
	writeFile(t, late, []byte("late"))
	err := run.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: []string{late}})
	if !errors.Is(err, db.ErrUnwritable) {
		t.Errorf("add returned %v, want %v", err, db.ErrUnwritable)
	}

	run.proxy.Restore(t)
	run.waitDone(t, 2)
	if run.engine.Snapshot().StoreFault == nil {
		t.Error("store error ended while the database is read-only")
	}
	if got := run.log.count("save failed"); got != 1 {
		t.Errorf("save failure logged %d times, want once", got)
	}

	readOnly("off")
	run.waitDone(t, 3)
	run.checkComplete(t, 3)
	if got := run.log.count("save succeeded again"); got != 1 {
		t.Errorf("recovery logged %d times, want once", got)
	}
}

// TestEngineWithReadOnlyFolder removes write permission during uploads. The files are open and
// stay writable.
func TestEngineWithReadOnlyFolder(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permissions of this kind, and does not change the attributes of open files")
	}
	profile := t.TempDir()
	run := startUploads(t, profile)
	chmodAll := func(folder, file os.FileMode) {
		t.Helper()
		for _, name := range listFiles(t, profile) {
			if err := os.Chmod(filepath.Join(profile, name), file); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(profile, folder); err != nil {
			t.Fatal(err)
		}
	}
	chmodAll(0o500, 0o400)
	t.Cleanup(func() { chmodAll(0o700, 0o600) })
	run.proxy.Restore(t)
	run.waitDone(t, 2)
	if err := run.engine.Snapshot().StoreFault; err != nil {
		t.Errorf("store error %v", err)
	}
	chmodAll(0o700, 0o600)
	run.checkComplete(t, 2)
}
