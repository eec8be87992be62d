package engine_test

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// editFile writes over a few bytes of a file.
func editFile(t *testing.T, path string, at int64) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteAt([]byte("edited"), at); err != nil {
		t.Fatal(err)
	}
}

// TestAFileThatWasRenamedGoesOnByItself renames a file in its folder when the
// Server holds a part of it.
func TestAFileThatWasRenamedGoesOnByItself(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		happen func(t *testing.T, path, to string)
		want   uploader.State
	}{
		{"renamed", moveTo, uploader.StateDone},
		{"renamed and touched", func(t *testing.T, path, to string) {
			t.Helper()
			moveTo(t, path, to)
			if err := os.Chtimes(to, time.Now(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}, uploader.StateDone},
		{"renamed and edited where it was sent", func(t *testing.T, path, to string) {
			t.Helper()
			moveTo(t, path, to)
			editFile(t, to, 1<<20)
		}, uploader.StateMissing},
		{"deleted, and another one of its size made", func(t *testing.T, path, to string) {
			t.Helper()
			remove(t, path)
			moveTo(t, write(t, "other.mov", 12<<20), to)
		}, uploader.StateMissing},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, server, proxy, path := underWay(t)
			b.do(uploader.Pause{Target: uploader.Everything()})
			paused := b.untilState(uploader.StatePaused)
			proxy.Heal(t)
			to := filepath.Join(filepath.Dir(path), "final cut.mov")
			c.happen(t, path, to)
			b.do(uploader.Resume{Target: uploader.Everything()})
			ended := b.untilState(c.want)
			if c.want == uploader.StateMissing {
				if ended.Source.Path != path || ended.Session != paused.Session {
					t.Errorf("it is looked for at %s", ended.Source.Path)
				}
				return
			}
			if ended.Source.Path != to || ended.Resumed == 0 {
				t.Errorf("went on from %d with %s", ended.Resumed, ended.Source.Path)
			}
			wantStored(t, server, to)
			b.wantEvent(ended.ID, uploader.EventFound)
		})
	}
}

func (b *bench) wantEvent(id uploader.TransferID, kind uploader.EventKind) {
	b.t.Helper()
	events, err := b.engine.Events(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	if !slices.ContainsFunc(events, func(e uploader.Event) bool { return e.Kind == kind }) {
		b.t.Errorf("that it was %s is not told: %v", kind, events)
	}
}

func TestAFileOfAFolderThatWasRenamedBeforeItWasSentCrossesUnderItsNewName(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Refuse()
	b := newBench(t, proxy.URL(server.Endpoint))
	folder := filepath.Join(t.TempDir(), "raws")
	fillFolder(t, folder, "draft")
	b.add(folder)
	b.untilState(uploader.StateRetrying)
	moveTo(t, filepath.Join(folder, "draft"), filepath.Join(folder, "final"))
	proxy.Heal(t)
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.untilState(uploader.StateDone)
	if got := server.Stored(t)[0].Metadata["relativePath"]; got != "raws/final" {
		t.Errorf("it is called %q", got)
	}
}

func TestAFileIsLocatedByTheUser(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		is   func(t *testing.T, b *bench, path string) string // where the user says that it is
		want fault.Kind                                       // Bug: it goes on
	}{
		{"on another disk", func(t *testing.T, _ *bench, path string) string {
			t.Helper()
			to := filepath.Join(t.TempDir(), "somewhere.mov")
			copyTo(t, path, to)
			return to
		}, fault.Bug},
		{"in another folder", func(t *testing.T, _ *bench, path string) string {
			t.Helper()
			to := filepath.Join(t.TempDir(), "somewhere.mov")
			moveTo(t, path, to)
			return to
		}, fault.Bug},
		{"another file of its size", func(t *testing.T, _ *bench, _ string) string {
			t.Helper()
			return write(t, "other.mov", 12<<20)
		}, fault.Mismatch},
		{"another file", func(t *testing.T, _ *bench, _ string) string {
			t.Helper()
			return write(t, "film.mov", 3<<20)
		}, fault.Mismatch},
		{"one of which nobody knows whether all that was sent is the same", func(t *testing.T, b *bench, path string) string {
			t.Helper()
			to := filepath.Join(t.TempDir(), "film.mov")
			copyTo(t, path, to)
			b.knowOnly(b.only().ID, to, 1<<20)
			return to
		}, fault.Several},
		{"a folder without it", func(t *testing.T, _ *bench, _ string) string { t.Helper(); return t.TempDir() }, fault.SourceMissing},
		{"nothing", func(t *testing.T, _ *bench, _ string) string {
			t.Helper()
			return filepath.Join(t.TempDir(), "nothing")
		}, fault.SourceMissing},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, server, proxy, path := underWay(t)
			b.do(uploader.Pause{Target: uploader.Everything()})
			b.untilState(uploader.StatePaused)
			proxy.Heal(t)
			there := c.is(t, b, path)
			_ = os.Remove(path) // it may be gone already
			b.do(uploader.Resume{Target: uploader.Everything()})
			missing := b.untilState(uploader.StateMissing)
			err := b.engine.Do(t.Context(), uploader.Relocate{ID: missing.ID, Path: there})
			if c.want != fault.Bug {
				if !fault.Is(err, c.want) {
					t.Errorf("it is said: %v", err)
				}
				if row := b.only(); row.State() != uploader.StateMissing || row.Source.Path != path {
					t.Errorf("it is %v", row.State())
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if done := b.untilState(uploader.StateDone); done.Resumed == 0 || done.Source.Path != there {
				t.Errorf("went on from %d with %s", done.Resumed, done.Source.Path)
			}
			wantStored(t, server, there)
			b.wantEvent(missing.ID, uploader.EventFound)
			if again := b.finished(b.add(there))[0]; again.Prior != missing.ID {
				t.Error("it is not known by its new name")
			}
			if err := b.engine.Do(t.Context(), uploader.Relocate{ID: missing.ID, Path: there}); !fault.Is(err, fault.Refused) {
				t.Errorf("once it is across it is said: %v", err)
			}
		})
	}
}

func TestAFolderThatWasMovedIsLocatedFileByFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		says func(folder string) string
	}{
		{"by itself", func(folder string) string { return folder }},
		{"by the folder that holds it", filepath.Dir},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShoot(t)
			s.proxy.Slow(4 << 20)
			folder := filepath.Join(t.TempDir(), "drive", "raws")
			moveTo(t, s.path, filepath.Join(folder, "day 1", "film.mov"))
			batch := uploader.NewBatchID()
			s.do(uploader.Add{Batch: batch, Server: theServer, Paths: []string{folder}, Options: uploader.Options{Connections: 3}})
			s.until("a part of it", func(p *uploader.Snapshot) bool {
				return len(p.Transfers) == 1 && p.Sent(p.Transfers[0]) > 3<<20
			})
			s.do(uploader.Pause{Target: uploader.Everything()})
			paused := s.untilState(uploader.StatePaused)
			s.proxy.Heal(t)
			moved := filepath.Join(t.TempDir(), "other drive", "raws")
			moveTo(t, folder, moved)
			s.do(uploader.Resume{Target: uploader.Everything()})
			s.untilState(uploader.StateMissing)
			s.do(uploader.Relocate{ID: paused.ID, Path: c.says(moved)})
			done := s.untilState(uploader.StateDone)
			if done.Resumed == 0 || done.Source.RelPath != "raws/day 1/film.mov" {
				t.Errorf("%s went on from %d", done.Source.RelPath, done.Resumed)
			}
			if got := hex.EncodeToString([]byte(done.SHA256)); got != sumOf(t, done.Source.Path) {
				t.Errorf("its sum is given as %s", got)
			}
		})
	}
}

func TestAFileInPartsIsFoundAgainWhereItWasMoved(t *testing.T) {
	t.Parallel()
	s := newShoot(t)
	s.proxy.Slow(4 << 20)
	path := write(t, "large.mov", 24<<20)
	options := uploader.Options{Connections: 3}
	s.do(uploader.Add{Batch: uploader.NewBatchID(), Server: theServer, Paths: []string{path}, Options: options})
	s.until("a part of it", func(p *uploader.Snapshot) bool {
		return len(p.Transfers) == 1 && p.Sent(p.Transfers[0]) > 6<<20
	})
	s.do(uploader.Pause{Target: uploader.Everything()})
	paused := s.untilState(uploader.StatePaused)
	if paused.Session.Parts == 0 {
		t.Fatal("it crosses in one piece")
	}
	s.proxy.Heal(t)
	to := filepath.Join(t.TempDir(), "renamed.mov")
	copyTo(t, path, to)
	remove(t, path)
	batch := uploader.NewBatchID()
	s.do(uploader.Add{Batch: batch, Server: theServer, Paths: []string{to}, Options: options})
	done := s.finished(batch)[0]
	if done.ID != paused.ID || done.Phase != uploader.PhaseDone || done.Resumed == 0 {
		t.Errorf("not continued: %s", describe(s.engine.Snapshot()))
	}
	if got := hex.EncodeToString([]byte(done.SHA256)); got != sumOf(t, to) {
		t.Errorf("its sum is given as %s", got)
	}
}
