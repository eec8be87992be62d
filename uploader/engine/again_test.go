package engine_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestAFileThatChangedBeforeItWasSentIsFoundAgain adds a file, changes it while
// it stands in line, and adds it once more when a part of it is across.
func TestAFileThatChangedBeforeItWasSentIsFoundAgain(t *testing.T) {
	b, server, proxy, _ := underWay(t)
	b.do(uploader.Remove{Target: uploader.Everything()})
	b.until("nothing left", func(s *uploader.Snapshot) bool { return len(s.Transfers) == 0 })
	path := write(t, "second.mov", 12<<20)
	proxy.Refuse()
	b.add(path)
	b.untilState(uploader.StateRetrying)
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	proxy.Heal(t)
	proxy.Slow(4 << 20)
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.until("a part of it", func(*uploader.Snapshot) bool {
		held := server.Stored(t)
		return len(held) == 1 && held[0].Size > 0
	})
	b.add(path)
	b.until("the second batch", func(s *uploader.Snapshot) bool {
		for _, batch := range s.Batches {
			if !batch.Expanded {
				return false
			}
		}
		return true
	})
	proxy.Heal(t)
	b.untilState(uploader.StateDone)
	b.only()
	wantStored(t, server, path)
}

// TestWhatWasMissingIsOneRowWhenItIsDroppedAgain drops what is not there, and once
// more when it is.
func TestWhatWasMissingIsOneRowWhenItIsDroppedAgain(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	place := t.TempDir()
	file, folder := filepath.Join(place, "notes.txt"), filepath.Join(place, "raws")
	b.add(file, folder)
	b.until("both missing", func(s *uploader.Snapshot) bool { return s.Totals.Count[uploader.StateMissing] == 2 })
	b.finished(b.add(file))
	if rows := b.engine.Snapshot().Transfers; len(rows) != 2 {
		t.Errorf("dropped again while it is missing, it is listed twice: %s", describe(b.engine.Snapshot()))
	}
	fillFolder(t, folder, "a")
	fillFolder(t, place, "notes.txt")
	b.finished(b.add(file, folder))
	s := b.engine.Snapshot()
	if len(s.Transfers) != 2 || s.Totals.Count[uploader.StateDone] != 2 {
		t.Errorf("there are %s", describe(s))
	}
	wantStored(t, server, file, filepath.Join(folder, "a"))
}

// TestWhatIsSaidAgainIsNotWalkedTwice is about a folder that was being counted
// when the program was killed, and that its user then dropped once more.
func TestWhatIsSaidAgainIsNotWalkedTwice(t *testing.T) {
	t.Parallel()
	b, server, proxy, path := underWay(t)
	proxy.Heal(t)
	b.untilState(uploader.StateDone)
	folder := filepath.Dir(path)
	b.quit()
	interrupted := uploader.Batch{ID: uploader.NewBatchID(), Server: theServer, Roots: []string{folder}, Added: time.Now()}
	if err := b.store.Save(t.Context(), uploader.Changes{Batches: []uploader.Batch{interrupted}}); err != nil {
		t.Fatal(err)
	}
	b.change = func(c *engine.Config) { c.Ask = true }
	b.start()
	before := len(server.Stored(t))
	b.finished(b.add(folder))
	b.do(uploader.Resume{Target: uploader.Everything()})
	s := b.until("everything walked and across", func(s *uploader.Snapshot) bool {
		for _, batch := range s.Batches {
			if !batch.Expanded {
				return false
			}
		}
		return s.Totals.Pending == 0
	})
	if made := len(server.Stored(t)) - before; made != 0 || s.Totals.Count[uploader.StateAsking] != 1 {
		t.Errorf("%d uploads were made of what was across: %s", made, describe(s))
	}
}

// TestAFolderSaidAgainInTheMiddleOfItsWalkIsNotAskedAbout is about a folder of
// which some files were across when the program was killed.
func TestAFolderSaidAgainInTheMiddleOfItsWalkIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	b, server, batch, goOn := whileWalking(t, nil, "a", "m", "n")
	b.untilCount(uploader.StateDone, 2)
	folder := b.engine.Snapshot().Batches[batch].Roots[0]
	b.quit()
	change := b.change
	b.change = func(c *engine.Config) { change(c); c.Ask = true }
	goOn()
	b.start()
	again := b.add(folder)
	b.finished(again)
	s := b.engine.Snapshot()
	if n := len(server.Stored(t)); n != 3 || s.Totals.Count[uploader.StateDone] != 3 || s.Batches[batch] != nil {
		t.Errorf("%d uploads of 3 files: %s", n, describe(s))
	}
}

// TestAFolderSaidAgainWhileItCrossesGoesOnInTheNewBatch drops a folder twice: in
// the middle of its walk, and when one of its files has failed.
func TestAFolderSaidAgainWhileItCrossesGoesOnInTheNewBatch(t *testing.T) {
	t.Parallel()
	once := func(t *testing.T, b *bench, server *uploadtest.Tusd, batch uploader.BatchID) {
		t.Helper()
		b.finished(batch)
		s := b.engine.Snapshot()
		if n := len(server.Stored(t)); n != 3 || s.Totals.Count[uploader.StateDone] != 3 || len(s.Transfers) != 3 || len(s.Batches) != 1 {
			t.Errorf("%d uploads of 3 files in %d batches: %s", n, len(s.Batches), describe(s))
		}
	}
	t.Run("in the middle of its walk", func(t *testing.T) {
		b, server, batch, goOn := whileWalking(t, nil, "a", "m", "n")
		s := b.untilCount(uploader.StateDone, 2)
		again := b.add(s.Batches[batch].Roots[0])
		goOn()
		once(t, b, server, again)
	})
	t.Run("when one of its files has failed", func(t *testing.T) {
		server := uploadtest.NewTusd(t)
		b := newBench(t, server.Endpoint)
		folder := filepath.Join(t.TempDir(), "raws")
		fillFolder(t, folder, "a", "b")
		link := filepath.Join(folder, "c")
		if err := os.Symlink(filepath.Join(folder, "nothing"), link); err != nil {
			t.Fatal(err)
		}
		b.finished(b.add(folder))
		b.untilCount(uploader.StateMissing, 1)
		remove(t, link)
		fillFolder(t, folder, "c")
		again := b.add(folder)
		b.finished(again)
		if n, done := len(server.Stored(t)), b.engine.Snapshot().Totals.Count[uploader.StateDone]; n != 3 || done != 3 {
			t.Errorf("%d uploads of 3 files: %s", n, describe(b.engine.Snapshot()))
		}
	})
}

// TestAFileThatGetsAcrossAfterItWasSaidAgainIsSentOnce is about a script that says
// a file again, of which an earlier upload ends before the file is found.
func TestAFileThatGetsAcrossAfterItWasSaidAgainIsSentOnce(t *testing.T) {
	answers, finds := make(chan struct{}), make(chan struct{})
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-answers
			next.ServeHTTP(w, r)
		})
	}))
	b := newBench(t, server.Endpoint)
	b.quit()
	var found atomic.Int64
	b.change = func(c *engine.Config) {
		c.Fingerprint = func(ctx context.Context, disk source.Disk, f source.File, destination string) (string, error) {
			if found.Add(1) > 1 {
				<-finds
			}
			return source.Metadata(ctx, disk, f, destination)
		}
	}
	b.start()
	path := write(t, "note.txt", 10)
	b.add(path)
	b.until("the first upload under way", func(s *uploader.Snapshot) bool { return s.Totals.Active == 1 })
	again := b.addWith(uploader.Options{Again: true}, path)
	close(answers)
	b.untilCount(uploader.StateDone, 1)
	close(finds)
	rows := b.finished(again)
	if n := len(server.Stored(t)); n != 1 || len(rows) != 1 || rows[0].Phase != uploader.PhaseDone {
		t.Errorf("%d uploads of one file: %s", n, describe(b.engine.Snapshot()))
	}
}
