package engine_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// Chosen runs a bench whose settings differ from the usual ones.
func chosen(t *testing.T, endpoint string, choose func(*uploader.Settings)) *bench {
	t.Helper()
	b := newBench(t, endpoint)
	b.quit()
	b.change = func(c *engine.Config) {
		s := uploader.DefaultSettings()
		s.Settle, s.Connections = 0, 1
		choose(&s)
		c.Settings = &s
	}
	b.start()
	return b
}

func TestAFileThatWasJustWrittenRestsAndCrossesByItself(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := chosen(t, server.Endpoint, func(s *uploader.Settings) { s.Settle = time.Second })
	path := write(t, "log.txt", 1000)
	b.add(path)
	waiting := b.untilState(uploader.StateWaiting)
	if waiting.Fault == nil || waiting.Fault.Kind != fault.SourceBusy || !waiting.Started.IsZero() {
		t.Errorf("it waits because of %v", waiting.Fault)
	}
	b.untilState(uploader.StateDone)
	wantStored(t, server, path)
}

func TestAFileThatGrowsWhileItRestsCrossesWhole(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := chosen(t, server.Endpoint, func(s *uploader.Settings) { s.Settle = time.Second })
	path := write(t, "log.txt", 1000)
	b.add(path)
	b.untilState(uploader.StateWaiting)
	editFile(t, path, 1000)
	b.untilState(uploader.StateDone)
	wantStored(t, server, path)
}

func TestManyFreshFilesRestSideBySide(t *testing.T) {
	t.Parallel()
	const files = 300
	server := uploadtest.NewTusd(t)
	b := chosen(t, server.Endpoint, func(s *uploader.Settings) { s.Settle = time.Hour })
	folder := filepath.Join(t.TempDir(), "notes")
	for i := range files {
		fillFolder(t, folder, strconv.Itoa(i))
	}
	b.add(folder)
	s := b.untilCount(uploader.StateWaiting, files)
	for _, row := range s.Transfers {
		if row.Phase != uploader.PhaseWaiting {
			t.Fatalf("%s is %v", row.Source.Name(), row.Phase)
		}
	}
	patient := uploader.DefaultSettings()
	patient.Settle = 0
	b.do(uploader.Configure{Settings: patient})
	b.untilCount(uploader.StateDone, files)
}

func TestWhatIsTakenOutOfAFolder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		choose func(*uploader.Settings)
		want   []string
	}{
		{"usually", func(*uploader.Settings) {}, []string{".hidden", "a", "b.tmp"}},
		{"without hidden files", func(s *uploader.Settings) { s.Hidden = false }, []string{"a", "b.tmp"}},
		{"without what the user wants to be passed over", func(s *uploader.Settings) { s.Ignore = []string{"*.tmp"} }, []string{".DS_Store", ".hidden", "a"}},
		{"with links to folders", func(s *uploader.Settings) { s.Links = true }, []string{".hidden", "a", "b.tmp", "linked"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			b := chosen(t, server.Endpoint, c.choose)
			folder, elsewhere := filepath.Join(t.TempDir(), "folder"), filepath.Join(t.TempDir(), "elsewhere")
			fillFolder(t, folder, "a", "b.tmp", ".hidden", ".DS_Store")
			fillFolder(t, elsewhere, "linked")
			if err := os.Symlink(elsewhere, filepath.Join(folder, "link")); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, row := range b.finished(b.add(folder)) {
				if row.Phase == uploader.PhaseDone {
					got = append(got, row.Source.Name())
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error("files (-want +got):\n" + diff)
			}
		})
	}
}

func TestTheSumIsToldToTheServerBeforeTheFileIsSent(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	b := chosen(t, server.Endpoint, func(s *uploader.Settings) { s.Sum = true })
	paths := []string{write(t, "nothing", 0), write(t, "small.bin", 1000), write(t, "large.bin", 9<<20)}
	for _, row := range b.finished(b.add(paths...)) {
		if row.Phase != uploader.PhaseDone {
			t.Errorf("%s: %v", row.Source.Name(), row.Fault)
		}
	}
	wantStored(t, server, paths...)
	for _, f := range server.Stored(t) {
		if f.Metadata["sha256"] != f.SHA256 {
			t.Errorf("the server was told %q", f.Metadata["sha256"])
		}
	}
}

func TestReadingForTheSumIsTold(t *testing.T) {
	b := chosen(t, uploadtest.NewTusd(t).Endpoint, func(s *uploader.Settings) { s.Sum = true })
	path := write(t, "film.mov", 0)
	if err := os.Truncate(path, 4<<30); err != nil {
		t.Fatal(err)
	}
	b.add(path)
	b.until("a part of it read", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Transfers[0].Phase == uploader.PhasePreparing && s.Live[s.Transfers[0].ID].Read > 0
	})
	b.do(uploader.Cancel{Target: uploader.Everything()})
	b.until("its end", func(s *uploader.Snapshot) bool { return s.Transfers[0].Phase == uploader.PhaseCancelled })
}

func TestAFileThatHasAnotherSumThanTheServerWasToldIsNotDone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		at   int64
	}{{"where it was sent", 1 << 20}, {"where it was not sent yet", 11 << 20}} {
		t.Run(c.name, func(t *testing.T) {
			server := uploadtest.NewTusd(t)
			proxy := uploadtest.NewProxy(t, server.Endpoint)
			b := chosen(t, proxy.URL(server.Endpoint), func(s *uploader.Settings) { s.Sum = true })
			proxy.Slow(4 << 20)
			path := write(t, "film.mov", 12<<20)
			b.add(path)
			b.until("a part of it", func(*uploader.Snapshot) bool {
				held := server.Stored(t)
				return len(held) == 1 && held[0].Size > 3<<20
			})
			b.do(uploader.Pause{Target: uploader.Everything()})
			b.untilState(uploader.StatePaused)
			restoringTime(t, path, func() { editFile(t, path, c.at) })
			proxy.Heal(t)
			b.do(uploader.Resume{Target: uploader.Everything()})
			b.untilState(uploader.StateChanged)
			b.do(uploader.Retry{Target: uploader.Everything()})
			b.untilState(uploader.StateDone)
			b.until("the old upload's removal", func(*uploader.Snapshot) bool { return len(server.Stored(t)) == 1 })
			wantStored(t, server, path)
			if f := server.Stored(t)[0]; f.Metadata["sha256"] != f.SHA256 {
				t.Errorf("the server was told %q", f.Metadata["sha256"])
			}
		})
	}
}
