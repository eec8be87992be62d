package engine_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// Unfinished adds a large file over a slow line and waits until the server holds
// more than 3 MiB of its 12.
func underWay(t *testing.T) (b *bench, server *uploadtest.Tusd, proxy *uploadtest.Proxy, path string) {
	t.Helper()
	server = uploadtest.NewTusd(t)
	proxy = uploadtest.NewProxy(t, server.Endpoint)
	b = newBench(t, proxy.URL(server.Endpoint))
	proxy.Slow(4 << 20)
	path = write(t, "film.mov", 12<<20)
	b.add(path)
	b.until("a part of it", func(*uploader.Snapshot) bool {
		held := server.Stored(t)
		return len(held) == 1 && held[0].Size > 3<<20
	})
	return b, server, proxy, path
}

func (b *bench) only() *uploader.Transfer {
	b.t.Helper()
	rows := b.engine.Snapshot().Transfers
	if len(rows) != 1 {
		b.t.Fatalf("there are %d transfers: %s", len(rows), describe(b.engine.Snapshot()))
	}
	return rows[0]
}

func (b *bench) untilState(want uploader.State) *uploader.Transfer {
	b.t.Helper()
	var found *uploader.Transfer
	b.until(want.String(), func(s *uploader.Snapshot) bool {
		for _, t := range s.Transfers {
			if t.State() == want && (want != uploader.StatePaused || t.Phase == uploader.PhaseQueued) {
				found = t
				return true
			}
		}
		return false
	})
	return found
}

func bodyBytes(requests []uploadtest.Request) int64 {
	var sum int64
	for _, r := range requests {
		sum += r.Body
	}
	return sum
}

func TestPausingKeepsWhatTheServerHolds(t *testing.T) {
	t.Parallel()
	b, server, proxy, path := underWay(t)
	b.do(uploader.Pause{Target: uploader.Everything()})
	paused := b.untilState(uploader.StatePaused)
	if paused.Session.Offset == 0 {
		t.Error("the offset is not known after the pause")
	}

	b.restart()
	b.untilState(uploader.StatePaused)

	proxy.Heal(t)
	b.do(uploader.Resume{Target: uploader.Everything()})
	done := b.untilState(uploader.StateDone)
	if done.Resumed < paused.Session.Offset {
		t.Errorf("went on at %d, the server held %d", done.Resumed, paused.Session.Offset)
	}
	wantStored(t, server, path)
	if sent := bodyBytes(server.Requests()); sent != done.Source.Size {
		t.Errorf("%d bytes were sent for a file of %d", sent, done.Source.Size)
	}
}

func TestCancellingRemovesWhatTheServerHolds(t *testing.T) {
	t.Parallel()
	b, server, proxy, path := underWay(t)
	b.do(uploader.Cancel{Target: uploader.Everything()})
	b.untilState(uploader.StateCancelled)
	b.until("its end", func(s *uploader.Snapshot) bool { return s.Transfers[0].Phase == uploader.PhaseCancelled })
	if left := server.Stored(t); len(left) != 0 {
		t.Errorf("the server still holds %d uploads", len(left))
	}

	proxy.Heal(t)
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.untilState(uploader.StateDone)
	wantStored(t, server, path)
}

func TestRemovingForgetsWhatIsFinalAndGivesUpTheRest(t *testing.T) {
	t.Parallel()
	b, server, _, _ := underWay(t)
	b.do(uploader.Remove{Target: uploader.Target{All: true, Final: true}})
	b.only()
	b.do(uploader.Remove{Target: uploader.Everything()})
	b.until("an empty list", func(s *uploader.Snapshot) bool { return len(s.Transfers) == 0 })
	if left := server.Stored(t); len(left) != 0 {
		t.Errorf("the server still holds %d uploads", len(left))
	}
	b.restart()
	b.until("the list after a restart", func(s *uploader.Snapshot) bool { return len(s.Servers) > 0 && len(s.Transfers) == 0 })
}

func TestALostConnectionGoesOn(t *testing.T) {
	t.Parallel()
	b, server, proxy, path := underWay(t)
	proxy.Cut()
	proxy.Heal(t)
	done := b.untilState(uploader.StateDone)
	if done.Resumed == 0 {
		t.Error("it started over")
	}
	wantStored(t, server, path)
}

func TestAKilledServerIsWaitedForAndGoesOnWhereItWas(t *testing.T) {
	server := uploadtest.NewTusdBinary(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	b := newBench(t, proxy.URL(server.Endpoint))
	proxy.Slow(4 << 20)
	path := write(t, "film.mov", 12<<20)
	b.add(path)
	b.until("a part of it", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Sent(s.Transfers[0]) > 4<<20
	})
	server.Kill(t)
	b.untilState(uploader.StateRetrying)
	server.Restart(t)
	proxy.Heal(t)
	if done := b.untilState(uploader.StateDone); done.Resumed == 0 {
		t.Error("it started over")
	}
	wantStored(t, server, path)
}

func TestAnUnreachableServerIsWaitedFor(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Refuse()
	b := newBench(t, proxy.URL(server.Endpoint))
	path := write(t, "a.bin", 100)
	b.add(path)
	waiting := b.untilState(uploader.StateRetrying)
	if waiting.Fault.Kind != fault.Unreachable || waiting.NextTry.IsZero() {
		t.Errorf("waits for %v until %v", waiting.Fault, waiting.NextTry)
	}
	proxy.Heal(t)
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.untilState(uploader.StateDone)
	wantStored(t, server, path)
}

func TestTheSameFileAddedAgainIsContinued(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		again func(t *testing.T, path string) string
	}{
		{"from the same place", func(_ *testing.T, path string) string { return path }},
		{"from where it was moved to", func(t *testing.T, path string) string {
			elsewhere := filepath.Join(t.TempDir(), filepath.Base(path))
			if err := os.Rename(path, elsewhere); err != nil {
				t.Fatal(err)
			}
			return elsewhere
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, server, proxy, path := underWay(t)
			b.do(uploader.Pause{Target: uploader.Everything()})
			before := b.untilState(uploader.StatePaused)
			proxy.Heal(t)
			path = c.again(t, path)
			rows := b.finished(b.add(path))
			if len(rows) != 1 || rows[0].ID != before.ID || rows[0].Resumed == 0 || rows[0].Phase != uploader.PhaseDone {
				t.Errorf("not continued: %s", describe(b.engine.Snapshot()))
			}
			wantStored(t, server, path)
		})
	}
}

func TestALookalikeFromAnotherFolderIsAFileOfItsOwn(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var paths []string
	for _, content := range []string{"one", "two"} {
		path := filepath.Join(t.TempDir(), "folder", "config")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	b.finished(b.add(paths...))
	wantStored(t, server, paths...)
}

func TestAChangedFileIsNoticedBeforeAWrongByteIsCalledDone(t *testing.T) {
	t.Parallel()
	b, server, proxy, path := underWay(t)
	b.do(uploader.Pause{Target: uploader.Everything()})
	b.untilState(uploader.StatePaused)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[1] ^= 0xff
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	proxy.Heal(t)
	b.do(uploader.Resume{Target: uploader.Everything()})
	b.untilState(uploader.StateChanged)

	b.do(uploader.Retry{Target: uploader.Everything()})
	b.untilState(uploader.StateDone)
	b.until("the old upload's removal", func(*uploader.Snapshot) bool { return len(server.Stored(t)) == 1 })
	wantStored(t, server, path)
}

func TestAVanishedFileIsToldAndGoesOnWhenItIsBack(t *testing.T) {
	t.Parallel()
	b, server, proxy, path := underWay(t)
	b.do(uploader.Pause{Target: uploader.Everything()})
	b.untilState(uploader.StatePaused)
	away := filepath.Join(t.TempDir(), "away")
	if err := os.Rename(path, away); err != nil {
		t.Fatal(err)
	}
	b.do(uploader.Resume{Target: uploader.Everything()})
	b.untilState(uploader.StateMissing)
	if err := os.Rename(away, path); err != nil {
		t.Fatal(err)
	}
	proxy.Heal(t)
	b.do(uploader.Retry{Target: uploader.Everything()})
	if done := b.untilState(uploader.StateDone); done.Resumed == 0 {
		t.Error("it started over")
	}
	wantStored(t, server, path)
}

func TestAFailingDiskStopsNothingThatIsUnderWay(t *testing.T) {
	t.Parallel()
	b, server, proxy, path := underWay(t)
	b.store.FailFrom(1)
	err := b.engine.Do(t.Context(), uploader.Add{Batch: uploader.NewBatchID(), Server: theServer, Paths: []string{path + "2"}})
	if !fault.Is(err, fault.LocalDisk) {
		t.Errorf("adding to a full disk: %v", err)
	}
	proxy.Heal(t)
	b.untilState(uploader.StateDone)
	if b.engine.Snapshot().Trouble == nil {
		t.Error("that nothing is saved is not told")
	}
	b.store.FailFrom(1 << 30)
	b.until("saving again", func(s *uploader.Snapshot) bool { return s.Trouble == nil })
	wantStored(t, server, path)
}

func TestTwoUploadsOfOneFileAreNeverMade(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	path := write(t, "film.mov", 8<<20)
	batch := uploader.NewBatchID()
	add := uploader.Add{Batch: batch, Server: theServer, Paths: []string{path, path}}
	b.do(add)
	b.do(add)
	b.finished(batch)
	posts := 0
	for _, r := range server.Requests() {
		if r.Method == http.MethodPost {
			posts++
		}
	}
	if posts != 1 {
		t.Errorf("%d uploads were made", posts)
	}
}

func TestAServersUploadsMoveWithItsAddress(t *testing.T) {
	t.Parallel()
	b, server, proxy, path := underWay(t)
	proxy.Cut()
	b.do(uploader.SaveServer{Server: uploader.Server{ID: theServer, Name: "studio", Endpoint: server.Endpoint}})
	if done := b.untilState(uploader.StateDone); done.Resumed == 0 {
		t.Error("it started over")
	}
	wantStored(t, server, path)
}

func TestFailedTriesAreCountedOverARestart(t *testing.T) {
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Refuse()
	b := newBench(t, proxy.URL(server.Endpoint))
	b.add(write(t, "film.mov", 100))
	b.until("the second try", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Transfers[0].Phase == uploader.PhaseWaiting && s.Transfers[0].Attempt >= 2
	})
	b.quit()
	saved, err := b.store.Load(t.Context())
	must(t, err)
	b.start()
	first := b.untilState(uploader.StateRetrying)
	if first.Attempt <= saved.Transfers[0].Attempt || saved.Transfers[0].Attempt < 2 {
		t.Errorf("after %d tries the next one is counted as %d", saved.Transfers[0].Attempt, first.Attempt)
	}
}

// TestWhatWasRemovedWhenTheProgramDiedIsGoneAtTheNextStart begins with what a kill
// leaves while workers of removed files are on their way out.
func TestWhatWasRemovedWhenTheProgramDiedIsGoneAtTheNextStart(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	b.quit()
	kept := write(t, "kept.bin", 100)
	changes := uploader.Changes{Batches: []uploader.Batch{{ID: 1, Server: theServer, Expanded: true}}}
	for id, intent := range []uploader.Intent{uploader.IntentRemove, uploader.IntentRemove, uploader.IntentRun} {
		changes.Transfers = append(changes.Transfers, &uploader.Transfer{
			ID: uploader.TransferID(id + 1), Batch: 1, Server: theServer, Source: source.File{Path: kept, Size: 100}, Intent: intent,
		})
	}
	if err := b.store.Save(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	b.start()
	b.until("one row that is done", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Transfers[0].Phase == uploader.PhaseDone
	})
	wantStored(t, server, kept)
}
