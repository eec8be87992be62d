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

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/app/spool"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func take(t *testing.T, folder spool.Folder, name, content string) *spool.Stream {
	t.Helper()
	s, err := folder.Begin(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Fill(t.Context(), strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// kept are the names of the streams in a folder.
func kept(t *testing.T, folder spool.Folder) []string {
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

func sending(path string, phase uploader.Phase) *uploader.Transfer {
	return &uploader.Transfer{Source: source.File{Path: path}, Phase: phase}
}

func TestTake(t *testing.T) {
	t.Run("what was read is a file for the user alone, under its name", func(t *testing.T) {
		folder := spool.Folder(filepath.Join(t.TempDir(), "streams"))
		s := take(t, folder, "film.mov", "content")
		got, err := os.ReadFile(s.Path)
		if err != nil || string(got) != "content" || filepath.Base(s.Path) != "film.mov" {
			t.Errorf("%s holds %q, %v", s.Path, got, err)
		}
		info, err := os.Stat(s.Path)
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	})
	t.Run("two of one name are two", func(t *testing.T) {
		folder := spool.Folder(t.TempDir())
		if take(t, folder, "a", "1").Path == take(t, folder, "a", "2").Path {
			t.Error("the second took the place of the first")
		}
	})
	t.Run("a stream that breaks is cut for good", func(t *testing.T) {
		folder := spool.Folder(t.TempDir())
		s, err := folder.Begin("a")
		if err != nil {
			t.Fatal(err)
		}
		broken := io.MultiReader(strings.NewReader("some"), iotest.ErrReader(errors.New("broken")))
		if err := s.Fill(t.Context(), broken); !fault.Is(err, fault.LocalDisk) {
			t.Errorf("failed with %v", err)
		}
		wantGrowth(t, folder, s.Path, uploader.GrowthCut)
		if err := errors.Join(s.Close(), s.Discard()); err != nil {
			t.Error(err)
		}
		if got := kept(t, folder); len(got) > 0 {
			t.Errorf("left %q", got)
		}
	})
	t.Run("a stream that is waited for in vain is cut, too", func(t *testing.T) {
		folder := spool.Folder(t.TempDir())
		s, err := folder.Begin("a")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		ctx, cancel := context.WithCancel(t.Context())
		silent, ending := io.Pipe()
		go cancel()
		if err := s.Fill(ctx, silent); !errors.Is(err, context.Canceled) {
			t.Errorf("failed with %v", err)
		}
		wantGrowth(t, folder, s.Path, uploader.GrowthCut)
		_ = ending.Close()
	})
}

func wantGrowth(t *testing.T, folder spool.Folder, path string, want uploader.Growth) {
	t.Helper()
	if got := folder.Growth(path); got != want {
		t.Errorf("%s is %d, want %d", path, got, want)
	}
}

func TestGrowth(t *testing.T) {
	folder := spool.Folder(filepath.Join(t.TempDir(), "streams"))
	wantGrowth(t, folder, "/elsewhere/film.mov", uploader.GrowthNone)
	s, err := folder.Begin("film.mov")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	wantGrowth(t, folder, s.Path, uploader.Growing)
	out, in := io.Pipe()
	filled := make(chan error, 1)
	go func() { filled <- s.Fill(t.Context(), out) }()
	_, _ = in.Write([]byte("some"))
	wantGrowth(t, folder, s.Path, uploader.Growing)
	_ = in.Close()
	if err := <-filled; err != nil {
		t.Fatal(err)
	}
	wantGrowth(t, folder, s.Path, uploader.GrowthWhole)
	if got := kept(t, folder); len(got) != 1 {
		t.Errorf("beside the stream there is %q", got)
	}
}

func TestSweep(t *testing.T) {
	t.Run("what a transfer needs, or is about to, stays; the rest goes", func(t *testing.T) {
		folder := spool.Folder(t.TempDir())
		paths := map[string]string{}
		for _, name := range []string{"failed", "done", "cancelled", "unwalked", "own", "orphan"} {
			s := take(t, folder, name, name)
			paths[name] = s.Path
			_ = s.Close()
		}
		snapshot := &uploader.Snapshot{
			Transfers: []*uploader.Transfer{
				sending(paths["failed"], uploader.PhaseFailed), sending(paths["done"], uploader.PhaseDone),
				sending(paths["cancelled"], uploader.PhaseCancelled), sending("/elsewhere/orphan", uploader.PhaseQueued),
			},
			Batches: map[uploader.BatchID]*uploader.Batch{1: {Roots: []string{paths["unwalked"]}}},
		}
		if err := folder.Sweep(snapshot, []string{paths["own"]}); err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, name := range kept(t, folder) {
			got[name] = true
		}
		if diff := cmp.Diff(map[string]bool{"failed": true, "unwalked": true, "own": true}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("what another program is about to hand over stays", func(t *testing.T) {
		folder := spool.Folder(t.TempDir())
		s := take(t, folder, "a", "1")
		if err := folder.Sweep(&uploader.Snapshot{}, nil); err != nil || len(kept(t, folder)) != 1 {
			t.Errorf("left %q, %v", kept(t, folder), err)
		}
		_ = s.Close()
		if err := folder.Sweep(&uploader.Snapshot{}, nil); err != nil || len(kept(t, folder)) != 0 {
			t.Errorf("left %q, %v", kept(t, folder), err)
		}
	})
	t.Run("where nothing was ever read there is nothing to do", func(t *testing.T) {
		folder := spool.Folder(filepath.Join(t.TempDir(), "never"))
		if err := folder.Sweep(&uploader.Snapshot{}, nil); err != nil {
			t.Error(err)
		}
	})
}

// engine is a feed.Source of which each snapshot is told.
type engine struct {
	snapshot *uploader.Snapshot
	kicks    chan struct{}
}

func (e *engine) Snapshot() *uploader.Snapshot { return e.snapshot }

func (e *engine) Watch(ctx context.Context) <-chan struct{} {
	context.AfterFunc(ctx, func() { close(e.kicks) })
	return e.kicks
}

func TestTendRemovesWhatIsAcrossAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := spool.Folder(t.TempDir())
		one, two := take(t, folder, "one", "1"), take(t, folder, "two", "2")
		e := &engine{kicks: make(chan struct{})}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- folder.Tend(ctx, e, slog.New(slog.DiscardHandler)) }()
		for _, step := range []struct {
			phase uploader.Phase
			want  []string
		}{
			{uploader.PhaseSending, []string{"one", "two"}},
			{uploader.PhaseFailed, []string{"one", "two"}},
			{uploader.PhaseDone, []string{"two"}},
		} {
			e.snapshot = &uploader.Snapshot{Transfers: []*uploader.Transfer{sending(one.Path, step.phase), sending(two.Path, uploader.PhaseQueued)}}
			e.kicks <- struct{}{}
			synctest.Wait()
			got := map[string]bool{}
			for _, name := range kept(t, folder) {
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

func TestFits(t *testing.T) {
	for name, want := range map[string]bool{
		"film.mov": true, "中文": true, "-": true, "..hidden": true, " ": true,
		"": false, ".": false, "..": false, "a/b": false, `a\b`: false, "/a": false, "a\x00": false, strings.Repeat("a", 256): false,
	} {
		if got := spool.Fits(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
