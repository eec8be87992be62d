package db_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// logBuffer is a log that can be read while it is written.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *logBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *logBuffer) count(sentence string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.text.String(), sentence)
}

// uploadRun is two films on their way over a slow line, and what was said meanwhile.
type uploadRun struct {
	path   string // of the profile
	store  *db.DB
	engine *uploader.Engine
	stop   func()
	server *uploadtest.Tusd
	proxy  *uploadtest.Proxy
	files  []string
	log    *logBuffer
}

const uploadSize = 4 << 20

func startUploads(t *testing.T, profile string) *uploadRun {
	t.Helper()
	v := &uploadRun{path: filepath.Join(profile, "ferry.db"), server: uploadtest.NewTusd(t), log: &logBuffer{}}
	v.proxy = uploadtest.NewProxy(t, v.server.Endpoint)
	v.store = openDB(t, v.path)
	v.engine, v.stop = startEngineWithLog(t, v.store, slog.New(slog.NewTextHandler(v.log, nil)))
	v.do(t, uploader.SaveServer{Server: uploader.Server{Endpoint: v.proxy.URL(v.server.Endpoint)}})
	v.proxy.Slow(1 << 20)
	folder := t.TempDir()
	for _, name := range []string{"first.mov", "second.mov"} {
		film := filepath.Join(folder, name)
		writeFile(t, film, bytes.Repeat([]byte(name), uploadSize/len(name)))
		v.files = append(v.files, film)
	}
	v.add(t, v.files...)
	waitUntil(t, v.engine, "both under way", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateUploading] == 2 })
	return v
}

func (v *uploadRun) do(t *testing.T, c uploader.Command) {
	t.Helper()
	if err := v.engine.Do(t.Context(), c); err != nil {
		t.Fatalf("%T: %v", c, err)
	}
}

func (v *uploadRun) add(t *testing.T, paths ...string) {
	t.Helper()
	v.do(t, uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: paths})
}

// waitDone waits until so many files are across.
func (v *uploadRun) waitDone(t *testing.T, files int) {
	t.Helper()
	waitUntil(t, v.engine, "everything across", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == files })
}

// checkComplete ends the session, and compares what is remembered with what the server
// has: each file once.
func (v *uploadRun) checkComplete(t *testing.T, files int) {
	t.Helper()
	waitUntil(t, v.engine, "a profile that is saved", func(s *uploader.Snapshot) bool { return s.Trouble == nil })
	v.stop()
	closeDB(t, v.store)
	store := openDB(t, v.path)
	defer closeDB(t, store)
	if store.Recovery().Happened() {
		t.Errorf("the profile was repaired: %+v", store.Recovery())
	}
	all, err := store.Load(t.Context())
	if err != nil || len(all.Transfers) != files {
		t.Fatalf("%d of %d transfers are saved, %v", len(all.Transfers), files, err)
	}
	names := map[string]bool{}
	for _, upload := range v.server.Stored(t) {
		if upload.Size != upload.Length {
			t.Errorf("the server holds %d of %d bytes of %s", upload.Size, upload.Length, upload.Name)
		}
		names[upload.Name] = true
	}
	for i := range all.Transfers {
		saved := &all.Transfers[i]
		if saved.Phase != uploader.PhaseDone || !names[filepath.Base(saved.Session.URL)] {
			t.Errorf("%s is saved as %v at %q", saved.Source.Path, saved.Phase, saved.Session.URL)
		}
	}
	if len(names) != files {
		t.Errorf("%d uploads were made of %d files", len(names), files)
	}
}

// TestADatabaseThatMayOnlyBeReadStopsNoUploadAndForgetsNothing has SQLite refuse
// every change with the very error that a file gives which was opened without the
// right to write. What users do to files of an open database never gets that far:
// rights count when a file is opened, and root has them all.
func TestADatabaseThatMayOnlyBeReadStopsNoUploadAndForgetsNothing(t *testing.T) {
	t.Parallel()
	v := startUploads(t, t.TempDir())
	readOnly := func(on string) {
		t.Helper()
		if err := db.Exec(v.store, "PRAGMA query_only = "+on); err != nil {
			t.Fatal(err)
		}
	}
	readOnly("on")
	waitUntil(t, v.engine, "trouble", func(s *uploader.Snapshot) bool { return s.Trouble != nil })
	trouble := v.engine.Snapshot().Trouble
	if !errors.Is(trouble, db.ErrUnwritable) {
		t.Errorf("the trouble is %v", trouble)
	}
	late := filepath.Join(t.TempDir(), "late.mov")
	writeFile(t, late, []byte("late"))
	err := v.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: []string{late}})
	if !errors.Is(err, db.ErrUnwritable) {
		t.Errorf("adding a file while nothing can be saved: %v", err)
	}

	v.proxy.Heal(t)
	v.waitDone(t, 2)
	if v.engine.Snapshot().Trouble == nil {
		t.Error("the trouble went away by itself")
	}
	if got := v.log.count("cannot save"); got != 1 {
		t.Errorf("it was said %d times", got)
	}

	readOnly("off")
	v.waitDone(t, 3)
	v.checkComplete(t, 3)
	if got := v.log.count("saving works again"); got != 1 {
		t.Errorf("it was said %d times that saving works again", got)
	}
}

// TestAFolderThatMayOnlyBeReadStopsNothing takes away the right to write while
// files are under way: the files are open, and go on being written.
func TestAFolderThatMayOnlyBeReadStopsNothing(t *testing.T) {
	t.Parallel()
	profile := t.TempDir()
	v := startUploads(t, profile)
	permitAll := func(folder, file os.FileMode) {
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
	permitAll(0o500, 0o400)
	t.Cleanup(func() { permitAll(0o700, 0o600) })
	v.proxy.Heal(t)
	v.waitDone(t, 2)
	if trouble := v.engine.Snapshot().Trouble; trouble != nil {
		t.Errorf("the trouble is %v", trouble)
	}
	permitAll(0o700, 0o600)
	v.checkComplete(t, 2)
}
