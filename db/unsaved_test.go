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
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// said is a log that can be read while it is written.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) times(sentence string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.text.String(), sentence)
}

// voyage is two films on their way over a slow line, and what was said meanwhile.
type voyage struct {
	path   string // of the profile
	store  *db.DB
	engine *engine.Engine
	quit   func()
	server *uploadtest.Tusd
	proxy  *uploadtest.Proxy
	films  []string
	log    *said
}

const filmSize = 4 << 20

func underWay(t *testing.T, profile string) *voyage {
	t.Helper()
	v := &voyage{path: filepath.Join(profile, "ferry.db"), server: uploadtest.NewTusd(t), log: &said{}}
	v.proxy = uploadtest.NewProxy(t, v.server.Endpoint)
	v.store = opened(t, v.path)
	v.engine, v.quit = engineTelling(t, v.store, slog.New(slog.NewTextHandler(v.log, nil)))
	v.do(t, uploader.SaveServer{Server: uploader.Server{Endpoint: v.proxy.URL(v.server.Endpoint)}})
	v.proxy.Slow(1 << 20)
	folder := t.TempDir()
	for _, name := range []string{"first.mov", "second.mov"} {
		film := filepath.Join(folder, name)
		left(t, film, bytes.Repeat([]byte(name), filmSize/len(name)))
		v.films = append(v.films, film)
	}
	v.add(t, v.films...)
	until(t, v.engine, "both under way", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateUploading] == 2 })
	return v
}

func (v *voyage) do(t *testing.T, c uploader.Command) {
	t.Helper()
	if err := v.engine.Do(t.Context(), c); err != nil {
		t.Fatalf("%T: %v", c, err)
	}
}

func (v *voyage) add(t *testing.T, paths ...string) {
	t.Helper()
	v.do(t, uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: paths})
}

// arrives waits until so many files are across.
func (v *voyage) arrives(t *testing.T, files int) {
	t.Helper()
	until(t, v.engine, "everything across", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == files })
}

// isWhole ends the session, and compares what is remembered with what the server
// has: each file once.
func (v *voyage) isWhole(t *testing.T, files int) {
	t.Helper()
	until(t, v.engine, "a profile that is saved", func(s *uploader.Snapshot) bool { return s.Trouble == nil })
	v.quit()
	closed(t, v.store)
	store := opened(t, v.path)
	defer closed(t, store)
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
	v := underWay(t, t.TempDir())
	readOnly := func(on string) {
		t.Helper()
		if err := db.Do(v.store, "PRAGMA query_only = "+on); err != nil {
			t.Fatal(err)
		}
	}
	readOnly("on")
	until(t, v.engine, "trouble", func(s *uploader.Snapshot) bool { return s.Trouble != nil })
	trouble := v.engine.Snapshot().Trouble
	if !errors.Is(trouble, db.ErrUnwritable) {
		t.Errorf("the trouble is %v", trouble)
	}
	late := filepath.Join(t.TempDir(), "late.mov")
	left(t, late, []byte("late"))
	err := v.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: 2, Paths: []string{late}})
	if !errors.Is(err, db.ErrUnwritable) {
		t.Errorf("adding a file while nothing can be saved: %v", err)
	}

	v.proxy.Heal(t)
	v.arrives(t, 2)
	if v.engine.Snapshot().Trouble == nil {
		t.Error("the trouble went away by itself")
	}
	if got := v.log.times("cannot save"); got != 1 {
		t.Errorf("it was said %d times", got)
	}

	readOnly("off")
	v.arrives(t, 3)
	v.isWhole(t, 3)
	if got := v.log.times("saving works again"); got != 1 {
		t.Errorf("it was said %d times that saving works again", got)
	}
}

// TestAFolderThatMayOnlyBeReadStopsNothing takes away the right to write while
// films are under way: the files are open, and go on being written.
func TestAFolderThatMayOnlyBeReadStopsNothing(t *testing.T) {
	t.Parallel()
	profile := t.TempDir()
	v := underWay(t, profile)
	permitAll := func(folder, file os.FileMode) {
		t.Helper()
		for _, name := range filesBelow(t, profile) {
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
	v.arrives(t, 2)
	if trouble := v.engine.Snapshot().Trouble; trouble != nil {
		t.Errorf("the trouble is %v", trouble)
	}
	permitAll(0o700, 0o600)
	v.isWhole(t, 2)
}
