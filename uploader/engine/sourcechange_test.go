package engine_test

import (
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// filmSize is the size of the file of a [fileHarness].
const filmSize = 12 << 20

// fileHarness is a harness for one file, on a disk that can deny access to it.
type fileHarness struct {
	*harness
	server *uploadtest.Tusd
	proxy  *uploadtest.Proxy
	disk   *uploadtest.Disk
	path   string
}

func newFileHarness(t *testing.T, options ...uploadtest.Option) *fileHarness {
	t.Helper()
	s := &fileHarness{server: uploadtest.NewTusd(t, options...), disk: &uploadtest.Disk{}, path: createFile(t, "film.mov", filmSize)}
	s.proxy = uploadtest.NewProxy(t, s.server.Endpoint)
	s.harness = newHarness(t, s.proxy.URL(s.server.Endpoint))
	s.harness.stop()
	s.configure = func(c *engine.Config) { c.Disk = source.NewDisk(s.disk) }
	s.start()
	return s
}

// stages lists the states of an upload in which its file is changed. Each start
// function pauses an upload in that state and returns a function to resume it.
var stages = []struct {
	name  string
	at    int64 // offset at which the file is edited or truncated
	start func(t *testing.T) (s *fileHarness, resume func())
}{

	{"before the upload", 1 << 19, func(t *testing.T) (*fileHarness, func()) {
		t.Helper()
		s := newFileHarness(t)
		s.proxy.Refuse()
		s.add(s.path)
		s.waitState(uploader.StateRetrying)
		s.do(uploader.Pause{Target: uploader.Everything()})
		s.waitState(uploader.StatePaused)
		return s, func() { s.do(uploader.Resume{Target: uploader.Everything()}) }
	}},
	{"in the uploaded range", 1 << 19, pausePartway},
	{"in the remaining range", filmSize - 1<<20, pausePartway},
	{"after the upload without a response", 1 << 19, func(t *testing.T) (*fileHarness, func()) {
		t.Helper()
		respond := make(chan struct{})
		s := newFileHarness(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method != http.MethodPatch {
				next.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(httptest.NewRecorder(), r)
			<-respond
		}))
		s.add(s.path)
		s.waitStored(s.server, filmSize)
		s.do(uploader.Pause{Target: uploader.Everything()})
		s.waitState(uploader.StatePaused)
		close(respond)
		return s, func() { s.do(uploader.Resume{Target: uploader.Everything()}) }
	}},
}

// pausePartway pauses an upload when the server has 3 MiB.
func pausePartway(t *testing.T) (*fileHarness, func()) {
	t.Helper()
	s := newFileHarness(t)
	s.proxy.Slow(4 << 20)
	s.add(s.path)
	s.waitStored(s.server, 3<<20)
	s.do(uploader.Pause{Target: uploader.Everything()})
	s.waitState(uploader.StatePaused)
	return s, func() { s.do(uploader.Resume{Target: uploader.Everything()}) }
}

// TestSourceChanges checks the result of an upload for each change of its file at
// each stage.
func TestSourceChanges(t *testing.T) {
	t.Parallel()
	const done, changed, missing, failed = uploader.StateDone, uploader.StateChanged, uploader.StateMissing, uploader.StateFailed
	for _, c := range []struct {
		name   string
		change func(t *testing.T, s *fileHarness, at int64)
		want   [4]uploader.State // by stage
	}{
		{"unchanged", func(*testing.T, *fileHarness, int64) {}, [4]uploader.State{done, done, done, done}},
		{"touched", func(t *testing.T, s *fileHarness, _ int64) {
			t.Helper()
			if err := os.Chtimes(s.path, time.Now(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}, [4]uploader.State{done, done, done, done}},
		{"appended to", func(t *testing.T, s *fileHarness, _ int64) { t.Helper(); editFile(t, s.path, filmSize) }, [4]uploader.State{done, changed, changed, changed}},
		{"truncated", func(t *testing.T, s *fileHarness, at int64) {
			t.Helper()
			if err := os.Truncate(s.path, at); err != nil {
				t.Fatal(err)
			}
		}, [4]uploader.State{done, changed, changed, changed}},
		{"edited", func(t *testing.T, s *fileHarness, at int64) { t.Helper(); editFile(t, s.path, at) }, [4]uploader.State{done, changed, done, changed}},
		{"edited with restored time", func(t *testing.T, s *fileHarness, at int64) {
			t.Helper()
			keepModTime(t, s.path, func() { editFile(t, s.path, at) })
		}, [4]uploader.State{done, changed, done, changed}},
		{"replaced by a copy", func(t *testing.T, s *fileHarness, _ int64) {
			t.Helper()
			keepModTime(t, s.path, func() { replaceByCopy(t, s.path) })
		}, [4]uploader.State{done, done, done, done}},
		{"replaced by another file of equal size", func(t *testing.T, s *fileHarness, _ int64) {
			t.Helper()
			moveFile(t, createFile(t, "other.mov", filmSize), s.path)
		}, [4]uploader.State{done, changed, changed, changed}},
		{"deleted", func(t *testing.T, s *fileHarness, _ int64) { t.Helper(); removeFile(t, s.path) }, [4]uploader.State{missing, missing, missing, missing}},
		{"unreadable", func(_ *testing.T, s *fileHarness, _ int64) { s.disk.Deny(s.path) }, [4]uploader.State{failed, failed, failed, failed}},
		{"replaced by a folder", func(t *testing.T, s *fileHarness, _ int64) {
			t.Helper()
			removeFile(t, s.path)
			if err := os.Mkdir(s.path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, [4]uploader.State{failed, failed, failed, failed}},
	} {
		for i, stage := range stages {
			t.Run(c.name+" "+stage.name, func(t *testing.T) {
				t.Parallel()
				s, resume := stage.start(t)
				paused := s.onlyTransfer()
				c.change(t, s, stage.at)
				s.proxy.Heal(t)
				s.restart()
				s.waitState(uploader.StatePaused)
				resume()
				got := s.waitState(c.want[i])
				if c.want[i] != done {
					if got.Session.URL != paused.Session.URL {
						t.Error("upload URL changed")
					}
					return
				}
				if paused.Session.Begun() && got.Resumed == 0 {
					t.Error("upload started over")
				}
				if sum := hex.EncodeToString([]byte(got.SHA256)); sum != fileSHA256(t, s.path) {
					t.Errorf("SHA256 is %s", sum)
				}
				wantStored(t, s.server, s.path)
			})
		}
	}
}

func TestFileGrowingDuringUploadIsNotDone(t *testing.T) {
	t.Parallel()
	s := newFileHarness(t)
	s.proxy.Slow(4 << 20)
	s.add(s.path)
	s.waitStored(s.server, 3<<20)
	editFile(t, s.path, filmSize)
	s.proxy.Heal(t)
	s.waitState(uploader.StateChanged)
}

func TestSourceEditDetectedOnResume(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.do(uploader.Pause{Target: uploader.Everything()})
	h.waitState(uploader.StatePaused)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[1] ^= 0xff
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	proxy.Heal(t)
	h.do(uploader.Resume{Target: uploader.Everything()})
	h.waitState(uploader.StateChanged)

	h.do(uploader.Retry{Target: uploader.Everything()})
	h.waitState(uploader.StateDone)
	h.waitFor("the old upload to be terminated", func(*uploader.Snapshot) bool { return len(server.Stored(t)) == 1 })
	wantStored(t, server, path)
}

func TestSourceEditDetectedAfterOutage(t *testing.T) {
	h, _, proxy, path := startSlowUpload(t)
	proxy.Refuse()
	h.waitState(uploader.StateRetrying)
	keepModTime(t, path, func() { editFile(t, path, 1<<20) })
	proxy.Heal(t)
	h.do(uploader.Retry{Target: uploader.Everything()})
	h.waitState(uploader.StateChanged)
}

func TestMissingFileResumesWhenRestored(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.do(uploader.Pause{Target: uploader.Everything()})
	h.waitState(uploader.StatePaused)
	moved := filepath.Join(t.TempDir(), "away")
	if err := os.Rename(path, moved); err != nil {
		t.Fatal(err)
	}
	h.do(uploader.Resume{Target: uploader.Everything()})
	h.waitState(uploader.StateMissing)
	if err := os.Rename(moved, path); err != nil {
		t.Fatal(err)
	}
	proxy.Heal(t)
	h.do(uploader.Retry{Target: uploader.Everything()})
	if done := h.waitState(uploader.StateDone); done.Resumed == 0 {
		t.Error("upload started over")
	}
	wantStored(t, server, path)
}

func TestUnreadableFileResumesWhenReadable(t *testing.T) {
	t.Parallel()
	s, resume := pausePartway(t)
	s.disk.Deny(s.path)
	s.proxy.Heal(t)
	resume()
	if failed := s.waitState(uploader.StateFailed); failed.Fault.Kind != fault.SourceDenied {
		t.Errorf("fault is %v, want fault.SourceDenied", failed.Fault)
	}
	s.disk.Deny("")
	s.do(uploader.Retry{Target: uploader.Everything()})
	if ended := s.waitState(uploader.StateDone); ended.Resumed == 0 {
		t.Error("upload started over")
	}
	wantStored(t, s.server, s.path)
}
