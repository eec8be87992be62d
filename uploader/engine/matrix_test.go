package engine_test

import (
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

const filmSize = 12 << 20

// shoot is one file on its way, with a disk that can refuse it.
type shoot struct {
	*bench
	server *uploadtest.Tusd
	proxy  *uploadtest.Proxy
	disk   *uploadtest.Disk
	path   string
}

func newShoot(t *testing.T, options ...uploadtest.Option) *shoot {
	t.Helper()
	s := &shoot{server: uploadtest.NewTusd(t, options...), disk: &uploadtest.Disk{}, path: write(t, "film.mov", filmSize)}
	s.proxy = uploadtest.NewProxy(t, s.server.Endpoint)
	s.bench = newBench(t, s.proxy.URL(s.server.Endpoint))
	s.bench.quit()
	s.change = func(c *engine.Config) { c.Disk = source.NewDisk(s.disk) }
	s.start()
	return s
}

// Held waits until the server has so much of the file.
func (s *shoot) held(size int64) {
	s.t.Helper()
	s.until("a part of it", func(*uploader.Snapshot) bool {
		stored := s.server.Stored(s.t)
		return len(stored) == 1 && stored[0].Size >= size
	})
}

// stages are the moments at which something can happen to a file. Each stops the
// upload there and returns how it goes on.
var stages = []struct {
	name  string
	at    int64 // a place in the file that the stage is about
	reach func(t *testing.T) (s *shoot, goOn func())
}{
	{"before anything was sent", 1 << 19, func(t *testing.T) (*shoot, func()) {
		t.Helper()
		s := newShoot(t)
		s.proxy.Refuse()
		s.add(s.path)
		s.untilState(uploader.StateRetrying)
		s.do(uploader.Pause{Target: uploader.Everything()})
		s.untilState(uploader.StatePaused)
		return s, func() { s.do(uploader.Resume{Target: uploader.Everything()}) }
	}},
	{"where it was sent", 1 << 19, PartChanged},
	{"where it was not sent yet", filmSize - 1<<20, PartChanged},
	{"when all was sent and nothing was heard of it", 1 << 19, func(t *testing.T) (*shoot, func()) {
		t.Helper()
		hear := make(chan struct{})
		s := newShoot(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodPatch {
					next.ServeHTTP(w, r)
					return
				}
				next.ServeHTTP(httptest.NewRecorder(), r)
				<-hear
			})
		}))
		s.add(s.path)
		s.held(filmSize)
		s.do(uploader.Pause{Target: uploader.Everything()})
		s.untilState(uploader.StatePaused)
		close(hear)
		return s, func() { s.do(uploader.Resume{Target: uploader.Everything()}) }
	}},
}

func PartChanged(t *testing.T) (*shoot, func()) {
	t.Helper()
	s := newShoot(t)
	s.proxy.Slow(4 << 20)
	s.add(s.path)
	s.held(3 << 20)
	s.do(uploader.Pause{Target: uploader.Everything()})
	s.untilState(uploader.StatePaused)
	return s, func() { s.do(uploader.Resume{Target: uploader.Everything()}) }
}

// TestWhateverHappensToAFileWhenever is what becomes of an upload when something
// happens to its file: what crosses is the file, and what cannot is said.
func TestWhateverHappensToAFileWhenever(t *testing.T) {
	t.Parallel()
	const done, changed, missing, failed = uploader.StateDone, uploader.StateChanged, uploader.StateMissing, uploader.StateFailed
	for _, c := range []struct {
		name   string
		happen func(t *testing.T, s *shoot, at int64)
		want   [4]uploader.State // by stage
	}{
		{"left alone", func(*testing.T, *shoot, int64) {}, [4]uploader.State{done, done, done, done}},
		{"touched", func(t *testing.T, s *shoot, _ int64) {
			t.Helper()
			if err := os.Chtimes(s.path, time.Now(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}, [4]uploader.State{done, done, done, done}},
		{"appended to", func(t *testing.T, s *shoot, _ int64) { t.Helper(); editFile(t, s.path, filmSize) }, [4]uploader.State{done, changed, changed, changed}},
		{"truncated", func(t *testing.T, s *shoot, at int64) {
			t.Helper()
			if err := os.Truncate(s.path, at); err != nil {
				t.Fatal(err)
			}
		}, [4]uploader.State{done, changed, changed, changed}},
		{"edited", func(t *testing.T, s *shoot, at int64) { t.Helper(); editFile(t, s.path, at) }, [4]uploader.State{done, changed, done, changed}},
		{"edited, and its time restored", func(t *testing.T, s *shoot, at int64) {
			t.Helper()
			restoringTime(t, s.path, func() { editFile(t, s.path, at) })
		}, [4]uploader.State{done, changed, done, changed}},
		{"replaced by a copy", func(t *testing.T, s *shoot, _ int64) {
			t.Helper()
			restoringTime(t, s.path, func() { replaceByCopy(t, s.path) })
		}, [4]uploader.State{done, done, done, done}},
		{"replaced by another file of its size", func(t *testing.T, s *shoot, _ int64) {
			t.Helper()
			moveTo(t, write(t, "other.mov", filmSize), s.path)
		}, [4]uploader.State{done, changed, changed, changed}},
		{"deleted", func(t *testing.T, s *shoot, _ int64) { t.Helper(); remove(t, s.path) }, [4]uploader.State{missing, missing, missing, missing}},
		{"not to be read any more", func(_ *testing.T, s *shoot, _ int64) { s.disk.Deny(s.path) }, [4]uploader.State{failed, failed, failed, failed}},
		{"replaced by a folder", func(t *testing.T, s *shoot, _ int64) {
			t.Helper()
			remove(t, s.path)
			if err := os.Mkdir(s.path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, [4]uploader.State{failed, failed, failed, failed}},
	} {
		for i, stage := range stages {
			t.Run(c.name+" "+stage.name, func(t *testing.T) {
				t.Parallel()
				s, goOn := stage.reach(t)
				before := s.only()
				c.happen(t, s, stage.at)
				s.proxy.Heal(t)
				s.restart()
				s.untilState(uploader.StatePaused)
				goOn()
				ended := s.untilState(c.want[i])
				if c.want[i] != done {
					if ended.Session.URL != before.Session.URL {
						t.Error("what the server holds is given up")
					}
					return
				}
				if before.Session.Begun() && ended.Resumed == 0 {
					t.Error("it started over")
				}
				if got := hex.EncodeToString([]byte(ended.SHA256)); got != sumOf(t, s.path) {
					t.Errorf("its sum is given as %s", got)
				}
				wantStored(t, s.server, s.path)
			})
		}
	}
}

func TestAFileThatGrowsWhileItCrossesIsNotCalledDone(t *testing.T) {
	t.Parallel()
	s := newShoot(t)
	s.proxy.Slow(4 << 20)
	s.add(s.path)
	s.held(3 << 20)
	editFile(t, s.path, filmSize)
	s.proxy.Heal(t)
	s.untilState(uploader.StateChanged)
}

func TestAFileThatMayBeReadAgainGoesOn(t *testing.T) {
	t.Parallel()
	s, goOn := PartChanged(t)
	s.disk.Deny(s.path)
	s.proxy.Heal(t)
	goOn()
	if denied := s.untilState(uploader.StateFailed); denied.Fault.Kind != fault.SourceDenied {
		t.Errorf("failed with %v", denied.Fault)
	}
	s.disk.Deny("")
	s.do(uploader.Retry{Target: uploader.Everything()})
	if ended := s.untilState(uploader.StateDone); ended.Resumed == 0 {
		t.Error("it started over")
	}
	wantStored(t, s.server, s.path)
}
