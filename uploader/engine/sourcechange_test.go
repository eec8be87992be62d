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
	h := &fileHarness{server: uploadtest.NewTusd(t, options...), disk: &uploadtest.Disk{}, path: createFile(t, "film.mov", filmSize)}
	h.proxy = uploadtest.NewProxy(t, h.server.Endpoint)
	h.harness = newHarness(t, h.proxy.URL(h.server.Endpoint))
	h.harness.stop()
	h.configure = func(c *engine.Config) { c.Disk = source.NewDisk(h.disk) }
	h.start()
	return h
}

// stages lists the states of an upload in which its file is changed. Each start
// function pauses an upload in that state and returns a function to resume it.
var stages = []struct {
	name  string
	at    int64 // offset at which the file is edited or truncated
	start func(t *testing.T) (h *fileHarness, resume func())
}{
	{"before the upload", 1 << 19, func(t *testing.T) (*fileHarness, func()) {
		t.Helper()
		h := newFileHarness(t)
		h.proxy.Refuse()
		h.add(h.path)
		h.waitState(uploader.StateRetrying)
		h.do(uploader.Pause{Target: uploader.TargetAll()})
		h.waitState(uploader.StatePaused)
		return h, func() { h.do(uploader.Resume{Target: uploader.TargetAll()}) }
	}},
	{"in the uploaded range", 1 << 19, pausePartway},
	{"in the remaining range", filmSize - 1<<20, pausePartway},
	{"after the upload without a response", 1 << 19, func(t *testing.T) (*fileHarness, func()) {
		t.Helper()
		respond := make(chan struct{})
		h := newFileHarness(t, intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method != http.MethodPatch {
				next.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(httptest.NewRecorder(), r)
			<-respond
		}))
		h.add(h.path)
		h.waitStored(h.server, filmSize)
		h.do(uploader.Pause{Target: uploader.TargetAll()})
		h.waitState(uploader.StatePaused)
		close(respond)
		return h, func() { h.do(uploader.Resume{Target: uploader.TargetAll()}) }
	}},
}

// pausePartway pauses an upload when the server has 3 MiB.
func pausePartway(t *testing.T) (*fileHarness, func()) {
	t.Helper()
	h := newFileHarness(t)
	h.proxy.HoldEachAfter(6 << 20)
	h.add(h.path)
	h.waitStored(h.server, 3<<20)
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	h.waitState(uploader.StatePaused)
	return h, func() { h.do(uploader.Resume{Target: uploader.TargetAll()}) }
}

// TestSourceChanges checks the result of an upload for each change of its file at
// each stage.
func TestSourceChanges(t *testing.T) {
	t.Parallel()
	const done, changed, missing, failed = uploader.StateDone, uploader.StateChanged, uploader.StateMissing, uploader.StateFailed
	for _, c := range []struct {
		name   string
		change func(t *testing.T, h *fileHarness, at int64)
		want   [4]uploader.State // by stage
	}{
		{"unchanged", func(*testing.T, *fileHarness, int64) {}, [4]uploader.State{done, done, done, done}},
		{"touched", func(t *testing.T, h *fileHarness, _ int64) {
			t.Helper()
			if err := os.Chtimes(h.path, time.Now(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}, [4]uploader.State{done, done, done, done}},
		{"appended to", func(t *testing.T, h *fileHarness, _ int64) { t.Helper(); editFile(t, h.path, filmSize) }, [4]uploader.State{done, changed, changed, changed}},
		{"truncated", func(t *testing.T, h *fileHarness, at int64) {
			t.Helper()
			if err := os.Truncate(h.path, at); err != nil {
				t.Fatal(err)
			}
		}, [4]uploader.State{done, changed, changed, changed}},
		{"edited", func(t *testing.T, h *fileHarness, at int64) { t.Helper(); editFile(t, h.path, at) }, [4]uploader.State{done, changed, done, changed}},
		{"edited with restored time", func(t *testing.T, h *fileHarness, at int64) {
			t.Helper()
			keepModTime(t, h.path, func() { editFile(t, h.path, at) })
		}, [4]uploader.State{done, changed, done, changed}},
		{"edited at the start with restored time", func(t *testing.T, h *fileHarness, _ int64) {
			t.Helper()
			keepModTime(t, h.path, func() { editFile(t, h.path, 0) })
		}, [4]uploader.State{done, changed, changed, changed}},
		{"edited before the acknowledged offset with restored time", func(t *testing.T, h *fileHarness, _ int64) {
			t.Helper()
			keepModTime(t, h.path, func() { editFile(t, h.path, max(h.onlyTransfer().Session.Offset-20, 0)) })
		}, [4]uploader.State{done, changed, changed, changed}},
		{"shifted by an hour", func(t *testing.T, h *fileHarness, _ int64) { t.Helper(); shiftModTime(t, h.path, time.Hour) }, [4]uploader.State{done, done, done, done}},
		{"restored from a backup", func(t *testing.T, h *fileHarness, _ int64) {
			t.Helper()
			replaceByCopy(t, h.path)
			shiftModTime(t, h.path, -time.Hour)
		}, [4]uploader.State{done, done, done, done}},
		{"replaced by a copy", func(t *testing.T, h *fileHarness, _ int64) {
			t.Helper()
			keepModTime(t, h.path, func() { replaceByCopy(t, h.path) })
		}, [4]uploader.State{done, done, done, done}},
		{"replaced by another file of equal size", func(t *testing.T, h *fileHarness, _ int64) {
			t.Helper()
			moveFile(t, createFile(t, "other.mov", filmSize), h.path)
		}, [4]uploader.State{done, changed, changed, changed}},
		{"deleted", func(t *testing.T, h *fileHarness, _ int64) { t.Helper(); removeFile(t, h.path) }, [4]uploader.State{missing, missing, missing, missing}},
		{"unreadable", func(_ *testing.T, h *fileHarness, _ int64) { h.disk.Deny(h.path) }, [4]uploader.State{failed, failed, failed, failed}},
		{"replaced by a folder", func(t *testing.T, h *fileHarness, _ int64) {
			t.Helper()
			removeFile(t, h.path)
			if err := os.Mkdir(h.path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, [4]uploader.State{failed, failed, failed, failed}},
	} {
		for i, stage := range stages {
			t.Run(c.name+" "+stage.name, func(t *testing.T) {
				t.Parallel()
				h, resume := stage.start(t)
				paused := h.onlyTransfer()
				c.change(t, h, stage.at)
				h.proxy.Restore(t)
				h.restart()
				h.waitState(uploader.StatePaused)
				resume()
				got := h.waitState(c.want[i])
				if c.want[i] != done {
					if got.Session.URL != paused.Session.URL {
						t.Error("upload URL changed")
					}
					return
				}
				if paused.Session.Begun() && got.ResumedFrom == 0 {
					t.Error("upload started over")
				}
				if sum := hex.EncodeToString([]byte(got.SHA256)); sum != fileSHA256(t, h.path) {
					t.Errorf("SHA256 is %s", sum)
				}
				wantStored(t, h.server, h.path)
			})
		}
	}
}

// TestSourceChangesWhileSending changes a file, of which 3 MiB are sent and more are read ahead,
// while the upload runs, in one request and in three parts.
func TestSourceChangesWhileSending(t *testing.T) {
	t.Parallel()
	const size, ahead = 24 << 20, 11 << 20
	for _, c := range []struct {
		name   string
		change func(t *testing.T, path string)
		want   uploader.State
	}{
		{"touched", func(t *testing.T, path string) { t.Helper(); shiftModTime(t, path, time.Minute) }, uploader.StateDone},
		{"shifted by an hour", func(t *testing.T, path string) { t.Helper(); shiftModTime(t, path, time.Hour) }, uploader.StateDone},
		{"replaced by a copy", func(t *testing.T, path string) {
			t.Helper()
			keepModTime(t, path, func() { replaceByCopy(t, path) })
		}, uploader.StateDone},
		{"renamed", func(t *testing.T, path string) { t.Helper(); moveFile(t, path, path+".renamed") }, uploader.StateDone},
		{"edited at the start with restored time", func(t *testing.T, path string) {
			t.Helper()
			keepModTime(t, path, func() { editFile(t, path, 0) })
		}, uploader.StateChanged},
		{"edited in the uploaded range with restored time", func(t *testing.T, path string) {
			t.Helper()
			keepModTime(t, path, func() { editFile(t, path, 1<<20) })
		}, uploader.StateChanged},
		{"edited in the range that is read ahead with restored time", func(t *testing.T, path string) {
			t.Helper()
			keepModTime(t, path, func() { editFile(t, path, ahead) })
		}, uploader.StateChanged},
	} {
		for name, connections := range map[string]int{"in one request": 1, "in parts": 3} {
			t.Run(c.name+" "+name, func(t *testing.T) {
				t.Parallel()
				h := newFileHarness(t)
				h.path = createFile(t, "film.mov", size)
				h.proxy.HoldEachAfter(6 << 20 / int64(connections))
				sum := fileSHA256(t, h.path)
				h.addWithOptions(uploader.BatchOptions{Connections: connections}, h.path)
				h.waitSent(3 << 20)
				h.waitProven(source.Range{Start: ahead, End: ahead + 1<<10})
				if sending := h.onlyTransfer(); (sending.Session.Parts > 0) != (connections > 1) {
					t.Errorf("upload has %d parts", sending.Session.Parts)
				}
				c.change(t, h.path)
				h.proxy.Restore(t)
				got := h.waitState(c.want)
				if c.want == uploader.StateDone && hex.EncodeToString([]byte(got.SHA256)) != sum {
					t.Errorf("SHA256 is %x", got.SHA256)
				}
				if n := countRequests(h.server.Requests(), http.MethodDelete); connections == 1 && n > 0 {
					t.Errorf("%d uploads were deleted", n)
				}
			})
		}
	}
}

// TestFileThatCannotBeCompared resumes an upload whose proof ends before what the server
// has, after the file was touched. The user decides, and until then nothing is deleted.
func TestFileThatCannotBeCompared(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		decide    func(h *fileHarness, id uploader.TransferID)
		continues bool
	}{
		{"the user continues", func(h *fileHarness, id uploader.TransferID) {
			h.do(uploader.ContinueEarlier{Target: uploader.TargetTransfers(id)})
		}, true},
		{"the user starts over", func(h *fileHarness, id uploader.TransferID) {
			h.do(uploader.Retry{Target: uploader.TargetTransfers(id)})
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, resume := pausePartway(t)
			paused := h.onlyTransfer()
			h.truncateProof(paused.ID, h.path, 1<<20)
			shiftModTime(t, h.path, time.Hour)
			h.proxy.Restore(t)
			resume()
			asks := func(what string) {
				t.Helper()
				if got := h.waitState(uploader.StateChanged); !got.NotComparable() || got.Session.URL != paused.Session.URL {
					t.Errorf("%s: session %+v, fault %v", what, got.Session, got.Fault)
				}
			}
			asks("resumed")
			h.do(uploader.Retry{Target: uploader.TargetTransfers(paused.ID), KeepUploads: true})
			asks("retried with its upload kept")
			h.do(uploader.Retry{Target: uploader.TargetAll()})
			asks("everything retried")
			h.restart()
			h.waitLoaded()
			asks("restarted")
			c.decide(h, paused.ID)
			done := h.waitState(uploader.StateDone)
			if (done.Session.URL == paused.Session.URL) != c.continues || (done.ResumedFrom > 0) != c.continues {
				t.Errorf("resumed at %d with upload %s, which was %s", done.ResumedFrom, done.Session.URL, paused.Session.URL)
			}
			h.waitFor("the other upload to be deleted", func(*uploader.Snapshot) bool { return len(h.server.Stored(t)) == 1 })
			wantStored(t, h.server, h.path)
		})
	}
}

func TestFileGrowingDuringUploadIsNotDone(t *testing.T) {
	t.Parallel()
	h := newFileHarness(t)
	h.proxy.HoldEachAfter(6 << 20)
	h.add(h.path)
	h.waitStored(h.server, 3<<20)
	editFile(t, h.path, filmSize)
	h.proxy.Restore(t)
	h.waitState(uploader.StateChanged)
}

func TestSourceEditDetectedOnResume(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	h.waitState(uploader.StatePaused)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[1] ^= 0xff
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	proxy.Restore(t)
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	h.waitState(uploader.StateChanged)

	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitState(uploader.StateDone)
	h.waitFor("the old upload to be terminated", func(*uploader.Snapshot) bool { return len(server.Stored(t)) == 1 })
	wantStored(t, server, path)
}

func TestSourceEditDetectedAfterOutage(t *testing.T) {
	h, _, proxy, path := startSlowUpload(t)
	proxy.Refuse()
	h.waitState(uploader.StateRetrying)
	keepModTime(t, path, func() { editFile(t, path, 1<<20) })
	proxy.Restore(t)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	h.waitState(uploader.StateChanged)
}

func TestMissingFileResumesWhenRestored(t *testing.T) {
	t.Parallel()
	h, server, proxy, path := startSlowUpload(t)
	h.do(uploader.Pause{Target: uploader.TargetAll()})
	h.waitState(uploader.StatePaused)
	moved := filepath.Join(t.TempDir(), "away")
	if err := os.Rename(path, moved); err != nil {
		t.Fatal(err)
	}
	h.do(uploader.Resume{Target: uploader.TargetAll()})
	h.waitState(uploader.StateMissing)
	if err := os.Rename(moved, path); err != nil {
		t.Fatal(err)
	}
	proxy.Restore(t)
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	if done := h.waitState(uploader.StateDone); done.ResumedFrom == 0 {
		t.Error("upload started over")
	}
	wantStored(t, server, path)
}

func TestUnreadableFileResumesWhenReadable(t *testing.T) {
	t.Parallel()
	h, resume := pausePartway(t)
	h.disk.Deny(h.path)
	h.proxy.Restore(t)
	resume()
	if failed := h.waitState(uploader.StateFailed); failed.Fault.Kind != fault.SourceDenied {
		t.Errorf("fault is %v, want fault.SourceDenied", failed.Fault)
	}
	h.disk.Deny("")
	h.do(uploader.Retry{Target: uploader.TargetAll()})
	if ended := h.waitState(uploader.StateDone); ended.ResumedFrom == 0 {
		t.Error("upload started over")
	}
	wantStored(t, h.server, h.path)
}
