package engine_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/admission"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func fillFolder(t *testing.T, folder string, names ...string) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// whileWalking adds a folder of which the walk stops at the file "n" until it may
// go on; what comes before is found by then.
func whileWalking(t *testing.T, prepare func(folder string), names ...string) (b *bench, server *uploadtest.Tusd, batch uploader.BatchID, goOn func()) {
	t.Helper()
	server = uploadtest.NewTusd(t)
	b = newBench(t, server.Endpoint)
	b.quit()
	hold := make(chan struct{})
	b.change = func(c *engine.Config) {
		c.Fingerprint = func(ctx context.Context, disk source.Disk, f source.File, destination string) (string, error) {
			switch f.Name() {
			case "m": // long enough for a portion to go out with the next file
				time.Sleep(150 * time.Millisecond)
			case "n":
				select {
				case <-hold:
				case <-ctx.Done():
				}
			}
			return source.Metadata(ctx, disk, f, destination)
		}
	}
	b.start()
	folder := filepath.Join(t.TempDir(), "raws")
	fillFolder(t, folder, names...)
	if prepare != nil {
		prepare(folder)
	}
	return b, server, b.add(folder), func() { close(hold) }
}

func (b *bench) untilCount(state uploader.State, want int) *uploader.Snapshot {
	b.t.Helper()
	return b.until(strconv.Itoa(want)+" "+state.String(), func(s *uploader.Snapshot) bool { return s.Totals.Count[state] == want })
}

func TestPausingAllHoldsWhatIsStillToBeFound(t *testing.T) {
	t.Parallel()
	b, server, batch, goOn := whileWalking(t, nil, "a", "m", "n", "o")
	b.untilCount(uploader.StateDone, 2)
	b.do(uploader.Pause{Target: uploader.Everything()})
	goOn()
	b.until("the end of the walk", func(s *uploader.Snapshot) bool { return s.Batches[batch].Expanded })
	if s := b.engine.Snapshot(); s.Totals.Count[uploader.StatePaused] != 2 || s.Totals.Active != 0 {
		t.Errorf("not paused: %s", describe(s))
	}
	b.do(uploader.Resume{Target: uploader.Everything()})
	b.finished(batch)
	if n := len(server.Stored(t)); n != 4 {
		t.Errorf("%d of 4 files are there", n)
	}
}

func TestRemovingABatchEndsItsWalk(t *testing.T) {
	t.Parallel()
	b, server, batch, goOn := whileWalking(t, nil, "a", "m", "n", "o")
	b.untilCount(uploader.StateDone, 2)
	b.do(uploader.Remove{Target: uploader.Target{Batch: batch}})
	goOn()
	next := filepath.Join(t.TempDir(), "next")
	fillFolder(t, next, "later")
	b.finished(b.add(next))
	if n := len(server.Stored(t)); n != 3 {
		t.Errorf("%d files are there, want the two found before and the one added after", n)
	}
	if s := b.engine.Snapshot(); len(s.Transfers) != 1 || s.Batches[batch] != nil {
		t.Errorf("still listed: %s", describe(s))
	}
}

func TestRowsRemovedDuringTheWalkAreNotFoundAgain(t *testing.T) {
	t.Parallel()
	b, server, batch, goOn := whileWalking(t, nil, "a", "m", "n")
	b.untilCount(uploader.StateDone, 2)
	b.do(uploader.Remove{Target: uploader.Target{All: true, Final: true}})
	if s := b.engine.Snapshot(); len(s.Transfers) != 0 {
		t.Errorf("still listed: %s", describe(s))
	}
	b.quit()
	goOn()
	b.start()
	b.finished(batch)
	if n := len(server.Stored(t)); n != 3 {
		t.Errorf("%d uploads of 3 files", n)
	}
}

func TestAFolderThatCouldNotBeWalkedIsWalkedWhenRetried(t *testing.T) {
	t.Parallel()
	elsewhere := t.TempDir()
	link := ""
	b, server, batch, goOn := whileWalking(t, func(folder string) {
		link = filepath.Join(folder, "c")
		if err := os.Symlink(elsewhere, link); err != nil {
			t.Fatal(err)
		}
	}, "a", "m", "n")
	b.untilCount(uploader.StateFailed, 1)
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	fillFolder(t, link, "inside")
	b.do(uploader.Retry{Target: uploader.Everything()})
	goOn()
	b.finished(batch)
	if n := len(server.Stored(t)); n != 4 {
		t.Errorf("%d of 4 files are there: %s", n, describe(b.engine.Snapshot()))
	}

	// Once more, with what is done already taken off the list.
	if err := os.RemoveAll(link); err != nil {
		t.Fatal(err)
	}
	b.do(uploader.Remove{Target: uploader.Everything()})
	if n := len(b.engine.Snapshot().Transfers); n != 0 {
		t.Errorf("%d transfers are left", n)
	}
}

func TestWhatIsDoneAndTakenOffTheListIsNotSentAgainByARetry(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "raws")
	fillFolder(t, folder, "a", "b", "c")
	if err := os.Symlink(t.TempDir(), filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	batch := b.add(folder)
	var done []uploader.TransferID
	for _, row := range b.finished(batch) {
		if row.Phase == uploader.PhaseDone {
			done = append(done, row.ID)
		}
	}
	b.do(uploader.Remove{Target: uploader.These(done...)})
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.finished(batch)
	if n := len(server.Stored(t)); n != 3 {
		t.Errorf("%d uploads of 3 files", n)
	}
}

func TestAFolderOnADriveThatWasAwayIsWalkedWhenRetried(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := newBench(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "drive")
	batch := b.add(folder)
	b.finished(batch)
	fillFolder(t, folder, "a", "b")
	b.do(uploader.Retry{Target: uploader.Everything()})
	b.finished(batch)
	if n := len(server.Stored(t)); n != 2 {
		t.Errorf("%d of 2 files are there: %s", n, describe(b.engine.Snapshot()))
	}
}

func TestWhatWasRemovedIsNotBackAfterARestart(t *testing.T) {
	b, _, proxy, _ := underWay(t)
	proxy.Blackhole()
	b.do(uploader.Remove{Target: uploader.Everything()})
	b.quit()
	proxy.Refuse()
	b.start()
	b.until("an empty list", func(s *uploader.Snapshot) bool { return s.Seq > 0 && len(s.Transfers) == 0 })
}

func TestAMiddleboxFailsAFewAndHoldsTheRest(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<h1>Welcome to the hotel</h1>"))
		})
	}))
	b := newBench(t, server.Endpoint)
	folder := filepath.Join(t.TempDir(), "notes")
	for i := range 300 {
		fillFolder(t, folder, strconv.Itoa(i))
	}
	batch := b.add(folder)
	s := b.until("rest", func(s *uploader.Snapshot) bool {
		return s.Batches[batch].Expanded && s.Totals.Active == 0 && s.Blocked[theServer] != nil
	})
	most := uploader.DefaultSettings().Simultaneous + admission.MaxSmallFiles
	if n := s.Totals.Count[uploader.StateFailed]; n > most {
		t.Errorf("%d transfers failed", n)
	}
}

func TestResumingAFileOfAFolderThatWasNotWalkedToItsEndWalksTheRest(t *testing.T) {
	t.Parallel()
	b, server, batch, goOn := whileWalking(t, func(folder string) {
		moveTo(t, write(t, "large.bin", 12<<20), filepath.Join(folder, "large.bin"))
	}, "a", "m", "n")
	b.until("what comes before", func(s *uploader.Snapshot) bool { return len(s.Transfers) == 3 })
	b.quit()
	change := b.change
	b.change = func(c *engine.Config) { change(c); c.Ask = true }
	goOn()
	b.start()
	s := b.until("what was saved", func(s *uploader.Snapshot) bool { return s.Seq > 0 })
	if s.Batches[batch].Expanded {
		t.Fatal("the walk was at its end")
	}
	b.do(uploader.Resume{Target: uploader.These(s.Transfers[1].ID)})
	b.until("the rest of the folder", func(s *uploader.Snapshot) bool {
		return s.Batches[batch].Expanded && s.Totals.Count[uploader.StateDone] >= 2
	})
	if n := len(server.Stored(t)); n < 2 {
		t.Errorf("%d files are there", n)
	}
}
