package spool_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/spool"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func createStream(t *testing.T, folder spool.Folder, name, content string) *spool.Stream {
	t.Helper()
	s, err := folder.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Fill(t.Context(), strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// streamNames returns the names of the files in all stream folders.
func streamNames(t *testing.T, folder spool.Folder) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(string(folder), "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	return names
}

func transferOf(path string, phase uploader.Phase) *uploader.Transfer {
	return &uploader.Transfer{Source: source.File{Path: path}, Phase: phase}
}

func TestStreamFill(t *testing.T) {
	t.Run("data is saved under the given name with mode 0600", func(t *testing.T) {
		folder := spool.Folder(filepath.Join(t.TempDir(), "streams"))
		s := createStream(t, folder, "film.mov", "content")
		got, err := os.ReadFile(s.Path)
		if err != nil || string(got) != "content" || filepath.Base(s.Path) != "film.mov" {
			t.Errorf("content of %s: %q, err: %v", s.Path, got, err)
		}
		info, err := os.Stat(s.Path)
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	})
	t.Run("two streams with the same name are kept apart", func(t *testing.T) {
		folder := spool.Folder(t.TempDir())
		if createStream(t, folder, "a", "1").Path == createStream(t, folder, "a", "2").Path {
			t.Error("second stream replaced the first")
		}
	})
	t.Run("a read error leaves the stream cut", func(t *testing.T) {
		folder := spool.Folder(t.TempDir())
		s, err := folder.Create("a")
		if err != nil {
			t.Fatal(err)
		}
		broken := io.MultiReader(strings.NewReader("some"), iotest.ErrReader(errors.New("broken")))
		if err := s.Fill(t.Context(), broken); !fault.Is(err, fault.LocalDisk) {
			t.Errorf("err = %v", err)
		}
		wantGrowth(t, folder, s.Path, uploader.GrowthTruncated)
		if err := errors.Join(s.Close(), s.Discard()); err != nil {
			t.Error(err)
		}
		if got := streamNames(t, folder); len(got) > 0 {
			t.Errorf("remaining files: %q", got)
		}
	})
	t.Run("cancelling a blocked read leaves the stream cut", func(t *testing.T) {
		folder := spool.Folder(t.TempDir())
		s, err := folder.Create("a")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		ctx, cancel := context.WithCancel(t.Context())
		blocked, writer := io.Pipe()
		go cancel()
		if err := s.Fill(ctx, blocked); !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
		wantGrowth(t, folder, s.Path, uploader.GrowthTruncated)
		_ = writer.Close()
	})
}

func wantGrowth(t *testing.T, folder spool.Folder, path string, want uploader.FileGrowth) {
	t.Helper()
	if got := folder.Growth(path); got != want {
		t.Errorf("growth of %s: %d, want %d", path, got, want)
	}
}

func TestGrowth(t *testing.T) {
	folder := spool.Folder(filepath.Join(t.TempDir(), "streams"))
	wantGrowth(t, folder, "/elsewhere/film.mov", uploader.GrowthNone)
	s, err := folder.Create("film.mov")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	wantGrowth(t, folder, s.Path, uploader.GrowthActive)
	out, in := io.Pipe()
	filled := make(chan error, 1)
	go func() { filled <- s.Fill(t.Context(), out) }()
	_, _ = in.Write([]byte("some"))
	wantGrowth(t, folder, s.Path, uploader.GrowthActive)
	_ = in.Close()
	if err := <-filled; err != nil {
		t.Fatal(err)
	}
	wantGrowth(t, folder, s.Path, uploader.GrowthComplete)
	if got := streamNames(t, folder); len(got) != 1 {
		t.Errorf("files after Fill: %q, want one", got)
	}
}

func TestRemoveUnused(t *testing.T) {
	t.Run("streams needed by a transfer, a batch or the caller are kept", func(t *testing.T) {
		folder := spool.Folder(t.TempDir())
		paths := map[string]string{}
		for _, name := range []string{"failed", "done", "cancelled", "unexpanded", "keep", "orphan"} {
			s := createStream(t, folder, name, name)
			paths[name] = s.Path
			_ = s.Close()
		}
		snapshot := &uploader.Snapshot{
			Transfers: uploader.RowsOf(
				transferOf(paths["failed"], uploader.PhaseFailed), transferOf(paths["done"], uploader.PhaseDone),
				transferOf(paths["cancelled"], uploader.PhaseCancelled), transferOf("/elsewhere/orphan", uploader.PhaseQueued),
			),
			Batches: map[uploader.BatchID]*uploader.Batch{1: {Roots: []string{paths["unexpanded"]}}},
		}
		if err := folder.RemoveUnused(snapshot, []string{paths["keep"]}, time.Time{}); err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, name := range streamNames(t, folder) {
			got[name] = true
		}
		if diff := cmp.Diff(map[string]bool{"failed": true, "unexpanded": true, "keep": true}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("an open stream is kept until it is closed", func(t *testing.T) {
		folder := spool.Folder(t.TempDir())
		s := createStream(t, folder, "a", "1")
		if err := folder.RemoveUnused(&uploader.Snapshot{}, nil, time.Time{}); err != nil || len(streamNames(t, folder)) != 1 {
			t.Errorf("remaining files: %q, err: %v", streamNames(t, folder), err)
		}
		_ = s.Close()
		if err := folder.RemoveUnused(&uploader.Snapshot{}, nil, time.Time{}); err != nil || len(streamNames(t, folder)) != 0 {
			t.Errorf("remaining files: %q, err: %v", streamNames(t, folder), err)
		}
	})
	t.Run("a stream from before the given time is kept", func(t *testing.T) {
		folder := spool.Folder(t.TempDir())
		s := createStream(t, folder, "a", "1")
		_ = s.Close()
		info, err := os.Stat(filepath.Dir(s.Path))
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			since time.Time
			want  int
		}{{info.ModTime().Add(time.Millisecond), 1}, {info.ModTime(), 0}} {
			if err := folder.RemoveUnused(&uploader.Snapshot{}, nil, test.since); err != nil || len(streamNames(t, folder)) != test.want {
				t.Errorf("since %v: remaining files: %q, err: %v", test.since, streamNames(t, folder), err)
			}
		}
	})
	t.Run("a missing folder is no error", func(t *testing.T) {
		folder := spool.Folder(filepath.Join(t.TempDir(), "never"))
		if err := folder.RemoveUnused(&uploader.Snapshot{}, nil, time.Time{}); err != nil {
			t.Error(err)
		}
	})
}

// fakeEngine is a feed.Source whose snapshots the test sets and announces.
type fakeEngine struct {
	snapshot *uploader.Snapshot
	updates  chan struct{}
}

func (e *fakeEngine) Snapshot() *uploader.Snapshot { return e.snapshot }

func (e *fakeEngine) Watch(ctx context.Context) <-chan struct{} {
	context.AfterFunc(ctx, func() { close(e.updates) })
	return e.updates
}

func TestRemoveFinishedRemovesOnlyDoneStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := spool.Folder(t.TempDir())
		one, two := createStream(t, folder, "one", "1"), createStream(t, folder, "two", "2")
		e := &fakeEngine{updates: make(chan struct{})}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- folder.RemoveFinished(ctx, e, slog.New(slog.DiscardHandler)) }()
		for _, step := range []struct {
			phase uploader.Phase
			want  []string
		}{
			{uploader.PhaseSending, []string{"one", "two"}},
			{uploader.PhaseFailed, []string{"one", "two"}},
			{uploader.PhaseDone, []string{"two"}},
		} {
			e.snapshot = &uploader.Snapshot{Transfers: uploader.RowsOf(transferOf(one.Path, step.phase), transferOf(two.Path, uploader.PhaseQueued))}
			e.updates <- struct{}{}
			synctest.Wait()
			got := map[string]bool{}
			for _, name := range streamNames(t, folder) {
				got[name] = true
			}
			want := map[string]bool{}
			for _, name := range step.want {
				want[name] = true
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", step.phase, diff)
			}
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestValidName(t *testing.T) {
	for name, want := range map[string]bool{
		"film.mov": true, "中文": true, "-": true, "..hidden": true, " ": true,
		"": false, ".": false, "..": false, "a/b": false, `a\b`: false, "/a": false, "a\x00": false, strings.Repeat("a", 256): false,
	} {
		if got := spool.ValidName(name); got != want {
			t.Errorf("ValidName(%q) = %v, want %v", name, got, want)
		}
	}
}
