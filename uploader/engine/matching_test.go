package engine_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// moveTo renames a file, as the same file system does.
func moveTo(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// copyTo makes a copy as another file system would: another file, of the same time.
func copyTo(t *testing.T, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(to, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// knowOnly makes the saved proof of an upload speak of its first n bytes alone,
// as after a crash.
func (b *bench) knowOnly(id uploader.TransferID, path string, n int64) {
	b.t.Helper()
	file, err := os.Open(path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer file.Close()
	prover := source.NewProver(file, n, nil)
	if err := prover.Advance(b.t.Context(), n); err != nil {
		b.t.Fatal(err)
	}
	known := uploader.Changes{Proofs: map[uploader.TransferID]source.Proof{id: prover.Proof()}}
	if err := b.store.Save(b.t.Context(), known); err != nil {
		b.t.Fatal(err)
	}
}

// TestWhichUploadAFileBelongsTo drops a file once more when the server holds a
// Part of it, after something happened to it.
func TestWhichUploadAFileBelongsTo(t *testing.T) {
	t.Parallel()
	const continued, asked, anew = "continued", "asked", "anew"
	for _, c := range []struct {
		name   string
		happen func(t *testing.T, b *bench, path string) string
		want   string
	}{
		{"at its place", func(_ *testing.T, _ *bench, path string) string { return path }, continued},
		{"touched at its place", func(t *testing.T, _ *bench, path string) string {
			t.Helper()
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}, continued},
		{"renamed", func(t *testing.T, _ *bench, path string) string {
			t.Helper()
			to := filepath.Join(filepath.Dir(path), "final cut.mov")
			moveTo(t, path, to)
			return to
		}, continued},
		{"moved to another folder and renamed", func(t *testing.T, _ *bench, path string) string {
			t.Helper()
			to := filepath.Join(filepath.Dir(path), "done", "final cut.mov")
			moveTo(t, path, to)
			return to
		}, continued},
		{"moved to another disk and renamed", func(t *testing.T, _ *bench, path string) string {
			t.Helper()
			to := filepath.Join(t.TempDir(), "final cut.mov")
			copyTo(t, path, to)
			remove(t, path)
			return to
		}, continued},
		{"moved to another disk after a crash, so that some of what was sent is known by nobody", func(t *testing.T, b *bench, path string) string {
			t.Helper()
			to := filepath.Join(t.TempDir(), "film.mov")
			copyTo(t, path, to)
			remove(t, path)
			b.knowOnly(b.only().ID, to, 1<<20)
			return to
		}, asked},
		{"another file of its size, when it is gone", func(t *testing.T, _ *bench, path string) string {
			t.Helper()
			remove(t, path)
			return write(t, "other.mov", 12<<20)
		}, anew},
		{"another file of its name, size and time, when it is gone", func(t *testing.T, _ *bench, path string) string {
			t.Helper()
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			remove(t, path)
			other := filepath.Join(t.TempDir(), "film.mov")
			moveTo(t, write(t, "other.mov", 12<<20), other)
			if err := os.Chtimes(other, info.ModTime(), info.ModTime()); err != nil {
				t.Fatal(err)
			}
			return other
		}, anew},
		{"a copy beside it", func(t *testing.T, _ *bench, path string) string {
			t.Helper()
			to := filepath.Join(t.TempDir(), "film.mov")
			copyTo(t, path, to)
			return to
		}, anew},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, server, proxy, path := underWay(t)
			b.do(uploader.Pause{Target: uploader.Everything()})
			before := b.untilState(uploader.StatePaused)
			proxy.Heal(t)
			path = c.happen(t, b, path)
			row := b.finished(b.add(path))[0]
			got := anew
			switch {
			case row.ID == before.ID:
				got = continued
			case row.State() == uploader.StateAsking:
				got = asked
			}
			if got != c.want {
				t.Fatalf("%s, want %s: %s", got, c.want, describe(b.engine.Snapshot()))
			}
			switch c.want {
			case continued:
				if row.Phase != uploader.PhaseDone || row.Resumed == 0 || row.Source.Path != path {
					t.Errorf("it started over, or ended as %v: %v", row.Phase, row.Fault)
				}
				wantStored(t, server, path)
			case asked:
				if row.Prior != before.ID || row.Fault.Kind != fault.Several || count(server.Requests(), http.MethodPost) != 1 {
					t.Errorf("asks about %d, %v", row.Prior, row.Fault)
				}
				b.do(uploader.Continue{Target: uploader.These(row.ID)})
				if stopped := b.untilState(uploader.StateChanged); stopped.ID != before.ID || stopped.Fault.Code != fault.CodeUnproven {
					t.Errorf("continued without a proof, %d ended with %v, %q", stopped.ID, stopped.Fault, stopped.Fault.Code)
				}
			}
		})
	}
}

// asking drops one of two equal files of which the server holds a part each, when
// both are gone from where they were.
func asking(t *testing.T) (b *bench, server *uploadtest.Tusd, row *uploader.Transfer) {
	t.Helper()
	b, server, proxy, path := underWay(t)
	copied := filepath.Join(t.TempDir(), "film.mov")
	copyTo(t, path, copied)
	b.add(copied)
	b.until("a part of both", func(*uploader.Snapshot) bool {
		held := server.Stored(t)
		return len(held) == 2 && held[0].Size > 2<<20 && held[1].Size > 2<<20
	})
	b.do(uploader.Pause{Target: uploader.Everything()})
	b.until("both paused", func(s *uploader.Snapshot) bool {
		return s.Totals.Count[uploader.StatePaused] == 2 && s.Totals.Active == 0
	})
	proxy.Heal(t)
	to := filepath.Join(t.TempDir(), "third", "film.mov")
	copyTo(t, path, to)
	remove(t, path)
	remove(t, copied)
	b.add(to)
	row = b.untilState(uploader.StateAsking)
	if row.Fault.Kind != fault.Several || row.Prior == 0 || row.Source.Path != to {
		t.Fatalf("asks about %d: %v", row.Prior, row.Fault)
	}
	return b, server, row
}

func TestAFileThatMayBelongToSeveralUploadsIsSentWhenItIsSaidToWhich(t *testing.T) {
	t.Parallel()
	t.Run("the earlier one goes on", func(t *testing.T) {
		b, server, row := asking(t)
		b.restart()
		b.untilState(uploader.StateAsking)
		b.do(uploader.Continue{Target: uploader.These(row.ID)})
		done := b.untilState(uploader.StateDone)
		if done.ID != row.Prior || done.Resumed == 0 || done.Source.Path != row.Source.Path {
			t.Errorf("%d went on from %d, want %d", done.ID, done.Resumed, row.Prior)
		}
		if b.engine.Snapshot().Transfer(row.ID) != nil {
			t.Error("the one that asked is still listed")
		}
		if n := count(server.Requests(), http.MethodPost); n != 2 {
			t.Errorf("%d uploads were made", n)
		}
	})
	t.Run("it is a new file", func(t *testing.T) {
		b, server, row := asking(t)
		b.do(uploader.Retry{Target: uploader.These(row.ID)})
		done := b.untilState(uploader.StateDone)
		if done.ID != row.ID || done.Prior != 0 {
			t.Errorf("%d is done", done.ID)
		}
		if n := count(server.Requests(), http.MethodPost); n != 3 {
			t.Errorf("%d uploads were made", n)
		}
	})
	t.Run("the earlier one is gone by then", func(t *testing.T) {
		b, _, row := asking(t)
		b.do(uploader.Remove{Target: uploader.These(row.Prior)})
		b.do(uploader.Continue{Target: uploader.These(row.ID)})
		if done := b.untilState(uploader.StateDone); done.ID != row.ID {
			t.Errorf("%d is done", done.ID)
		}
	})
	t.Run("dropped again, it asks once", func(t *testing.T) {
		b, _, row := asking(t)
		batch := b.add(row.Source.Path)
		rows := b.finished(batch)
		if len(rows) != 1 || rows[0].ID != row.ID || rows[0].State() != uploader.StateAsking {
			t.Errorf("%s", describe(b.engine.Snapshot()))
		}
	})
}

func TestWhatWasUploadedBeforeIsAskedAbout(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	uploads := func() int { return count(server.Requests(), http.MethodPost) }
	b := newBench(t, server.Endpoint)
	path := write(t, "a.txt", 1000)
	first := b.finished(b.add(path))[0]

	asks := b.finished(b.add(path))[0]
	if asks.State() != uploader.StateAsking || asks.Fault.Kind != fault.Uploaded || asks.Prior != first.ID || uploads() != 1 {
		t.Fatalf("%v about %d, %d uploads", asks.Fault, asks.Prior, uploads())
	}
	if again := b.finished(b.add(path)); again[0].ID != asks.ID {
		t.Error("dropped once more, it asks twice")
	}
	b.restart()
	b.untilState(uploader.StateAsking)
	b.do(uploader.Continue{Target: uploader.These(asks.ID)})
	if asks := b.untilState(uploader.StateAsking); asks.Prior != first.ID {
		t.Error("there is nothing to continue, and something happened")
	}
	b.do(uploader.Retry{Target: uploader.Everything()})
	if asks := b.untilState(uploader.StateAsking); asks.Prior != first.ID || uploads() != 1 {
		t.Error("trying everything again answers the question by the way")
	}
	b.do(uploader.Retry{Target: uploader.These(asks.ID)})
	b.until("the second upload", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateDone] == 2 && uploads() == 2 })

	batch := uploader.NewBatchID()
	b.do(uploader.Add{Batch: batch, Server: theServer, Paths: []string{path}, Options: uploader.Options{Again: true}})
	if row := b.finished(batch)[0]; row.Phase != uploader.PhaseDone || uploads() != 3 {
		t.Errorf("said to be sent again, it is %v", row.State())
	}
	b.do(uploader.Remove{Target: uploader.Everything()})
	if row := b.finished(b.add(path))[0]; row.Phase != uploader.PhaseDone || uploads() != 4 {
		t.Errorf("with nothing in the history, it is %v", row.State())
	}
}

func TestOnlyThoseOfAFolderThatWereUploadedBeforeAreAskedAbout(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "raws")
	fillFolder(t, folder, "a", "b", "c")
	b.finished(b.add(folder))
	fillFolder(t, folder, "new")
	states := map[string]uploader.State{}
	for _, row := range b.finished(b.add(folder)) {
		states[row.Source.Name()] = row.State()
	}
	if len(states) != 4 || states["new"] != uploader.StateDone || states["b"] != uploader.StateAsking {
		t.Errorf("%v", states)
	}
	if n := len(server.Stored(t)); n != 4 {
		t.Errorf("%d uploads of 4 files", n)
	}
}
