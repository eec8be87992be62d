package endtoend_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// changedSource is a file that is uploaded and changed meanwhile.
type changedSource struct {
	t       *testing.T
	path    string
	content []byte // before the change
	modTime time.Time
	acked   int64 // bytes that the server had when the program was killed
}

// editAt overwrites 15 bytes and restores the modification time.
func (s *changedSource) editAt(at int64) {
	s.t.Helper()
	file, err := os.OpenFile(s.path, os.O_RDWR, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteAt([]byte("fifteen bytes.."), at); err != nil {
		s.t.Fatal(err)
	}
	s.setTime(s.modTime)
}

func (s *changedSource) setTime(to time.Time) {
	s.t.Helper()
	if err := os.Chtimes(s.path, to, to); err != nil {
		s.t.Fatal(err)
	}
}

// replace puts another file with the same content in the place of the file.
func (s *changedSource) replace(modTime time.Time) {
	s.t.Helper()
	other := s.path + ".copy"
	if err := os.WriteFile(other, s.content, 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(other, s.path); err != nil {
		s.t.Fatal(err)
	}
	s.setTime(modTime)
}

// sourceChanges are the changes of a file, and whether its upload resumes after each.
var sourceChanges = []struct {
	name       string
	change     func(s *changedSource)
	resumes    bool
	everywhere bool // the result does not depend on which bytes were sent, if any
}{
	{"unchanged", func(*changedSource) {}, true, true},
	{"edited at the start", func(s *changedSource) { s.editAt(0) }, false, true},
	{"edited in the uploaded range", func(s *changedSource) { s.editAt(3_000_000) }, false, false},
	{"edited just before the acknowledged offset", func(s *changedSource) { s.editAt(s.acked - 20) }, false, false},
	{"edited in the remaining range", func(s *changedSource) { s.editAt(int64(len(s.content)) - 100) }, true, false},
	{"touched", func(s *changedSource) { s.setTime(time.Now()) }, true, true},
	{"shifted by an hour", func(s *changedSource) { s.setTime(s.modTime.Add(time.Hour)) }, true, true},
	{"rounded to two seconds", func(s *changedSource) { s.setTime(s.modTime.Truncate(2 * time.Second)) }, true, true},
	{"replaced by a copy with its time", func(s *changedSource) { s.replace(s.modTime) }, true, true},
	{"restored from a backup", func(s *changedSource) { s.replace(time.Now().Add(-time.Hour)) }, true, true},
}

// TestKillThenSourceChange kills the program while it uploads a file, changes the file,
// and resumes. An upload that resumes sends no byte twice, and no upload on the server
// mixes two versions of the file.
func TestKillThenSourceChange(t *testing.T) {
	t.Parallel()
	for _, c := range sourceChanges {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ferry, server, proxy, source := newChangedSource(t)
			source.sendUntilKilled(ferry, server, 1, 8<<20)
			source.acked = source.stored(server)
			c.change(source)
			proxy.Restore(t)
			resumed := ferry.resume()
			resumed.wait(t, runTimeout)
			source.check(server, resumed, c.resumes)
		})
	}
}

// TestSourceChangeWhileSending changes a file while the program uploads it.
func TestSourceChangeWhileSending(t *testing.T) {
	t.Parallel()
	for _, c := range sourceChanges {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ferry, server, proxy, source := newChangedSource(t)
			run := source.send(ferry, 1)
			source.waitStored(server, 1, 8<<20)
			source.acked = source.stored(server)
			c.change(source)
			proxy.Restore(t)
			run.wait(t, runTimeout)
			resumes := c.resumes
			if c.name == "edited in the remaining range" {
				resumes = run.exitErr == nil // unless the rest had been read ahead before the change
			}
			source.check(server, run, resumes)
		})
	}
}

// resumeChangedParts kills the program while it uploads a file in four parts, changes the file
// and resumes the upload.
func resumeChangedParts(t *testing.T, change func(*changedSource)) (*changedSource, *uploadtest.Tusd, *run) {
	t.Helper()
	ferry, server, proxy, source := newChangedSource(t)
	proxy.HoldEachAfter(5 << 20)
	source.sendUntilKilled(ferry, server, 4, 3<<20)
	change(source)
	proxy.Restore(t)
	resumed := ferry.resume()
	resumed.wait(t, runTimeout)
	return source, server, resumed
}

// TestKillInPartsThenSourceChange is TestKillThenSourceChange for a file that is uploaded
// in parts.
func TestKillInPartsThenSourceChange(t *testing.T) {
	t.Parallel()
	for _, c := range sourceChanges {
		if !c.everywhere {
			continue // which part has the changed bytes is not certain
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source, server, resumed := resumeChangedParts(t, c.change)
			source.checkJoined(server, resumed, c.resumes)
		})
	}
}

// TestKillInPartsThenEditAnywhere kills the program while it uploads a file in four parts, and
// edits the file with its size and time restored: whichever of the bytes the server has, what the
// parts are joined into is one version of the file.
func TestKillInPartsThenEditAnywhere(t *testing.T) {
	t.Parallel()
	const part = 8 << 20
	for _, at := range []int64{1 << 20, 5<<20 - 7, part - 7, part + 1, 2*part + 4<<20, 3*part - 15, 4*part - 15} {
		t.Run(strconv.FormatInt(at, 10), func(t *testing.T) {
			t.Parallel()
			source, server, resumed := resumeChangedParts(t, func(source *changedSource) { source.editAt(at) })
			source.checkUnmixed(server, resumed)
		})
	}
}

// TestResumeStartsOverOnlyIfAsked edits a file that was partly uploaded, and resumes.
func TestResumeStartsOverOnlyIfAsked(t *testing.T) {
	t.Parallel()
	ferry, server, proxy, source := newChangedSource(t)
	source.sendUntilKilled(ferry, server, 1, 8<<20)
	source.acked = source.stored(server)
	source.editAt(3_000_000)
	proxy.Restore(t)
	for range 2 {
		resumed := ferry.resume()
		resumed.wait(t, runTimeout)
		source.check(server, resumed, false)
	}
	over := ferry.start("resume", "--profile", ferry.profile, "--json", "--changed", "restart")
	over.wait(t, runTimeout)
	content, err := os.ReadFile(source.path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	stored := server.Stored(t)
	if over.exitErr != nil || len(stored) != 1 || stored[0].SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("exit code %d, %d uploads\n%s", over.exitCode(), len(stored), over.stdout.String())
	}
}

// newChangedSource has a file of 32 MiB, of which the server gets at most 12 MiB over a
// connection until the proxy is restored.
func newChangedSource(t *testing.T) (*client, *uploadtest.Tusd, *uploadtest.Proxy, *changedSource) {
	t.Helper()
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.HoldEachAfter(12 << 20)
	source := &changedSource{
		t: t, path: filepath.Join(t.TempDir(), "film.mov"), content: bytes.Repeat([]byte("0123456789abcdef"), 2<<20),
		modTime: time.Now().Add(-48 * time.Hour).Truncate(time.Second).Add(345 * time.Millisecond),
	}
	for i := range source.content { // no two blocks are equal
		source.content[i] += byte(i >> 16)
	}
	if err := os.WriteFile(source.path, source.content, 0o600); err != nil {
		t.Fatal(err)
	}
	source.setTime(source.modTime)
	return &client{t: t, profile: t.TempDir(), endpoint: proxy.URL(server.Endpoint)}, server, proxy, source
}

// sendUntilKilled sends the file over that many connections, and kills the program once
// the server has size bytes of each.
func (s *changedSource) sendUntilKilled(ferry *client, server *uploadtest.Tusd, connections int, size int64) {
	s.t.Helper()
	run := s.send(ferry, connections)
	s.waitStored(server, connections, size)
	_ = run.command.Process.Kill()
	run.wait(s.t, runTimeout)
}

// send starts to upload the file with that maximum of connections.
func (s *changedSource) send(ferry *client, connections int) *run {
	s.t.Helper()
	return ferry.start("send", "--profile", ferry.profile, "--json", "--to", ferry.endpoint, "--connections", strconv.Itoa(connections), s.path)
}

// stored returns the number of bytes that the server has of the largest upload.
func (s *changedSource) stored(server *uploadtest.Tusd) int64 {
	s.t.Helper()
	var size int64
	for _, f := range server.Stored(s.t) {
		size = max(size, f.Size)
	}
	return size
}

// waitStored waits until the server has size bytes of each of so many uploads.
func (s *changedSource) waitStored(server *uploadtest.Tusd, uploads int, size int64) {
	s.t.Helper()
	for end := time.Now().Add(runTimeout); ; time.Sleep(20 * time.Millisecond) {
		missing := uploads
		for _, f := range server.Stored(s.t) {
			if f.Size >= size {
				missing--
			}
		}
		if missing <= 0 {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("the server does not have %d bytes of %d of %d uploads", size, missing, uploads)
		}
	}
}

// check checks the end of a run after the change. If the upload did not resume, the
// run fails and what the server has is still there.
func (s *changedSource) check(server *uploadtest.Tusd, r *run, resumes bool) {
	s.t.Helper()
	now, err := os.ReadFile(s.path)
	if err != nil {
		s.t.Fatal(err)
	}
	before, after := sha256.Sum256(s.content), sha256.Sum256(now)
	stored := server.Stored(s.t)
	if len(stored) != 1 {
		s.t.Fatalf("server has %d uploads, want 1", len(stored))
	}
	upload := stored[0]
	complete := upload.Size == upload.Length
	if complete && upload.SHA256 != hex.EncodeToString(before[:]) && upload.SHA256 != hex.EncodeToString(after[:]) {
		s.t.Error("the server's file mixes two versions")
	}
	if !resumes {
		if r.exitErr == nil || upload.Size < s.acked {
			s.t.Errorf("exit code %d, server has %d bytes, had %d", r.exitCode(), upload.Size, s.acked)
		}
		return
	}
	var sent int64
	for _, request := range server.Requests() {
		if request.Method == http.MethodPatch {
			sent += request.Body
		}
	}
	if r.exitErr != nil || !complete || upload.SHA256 != hex.EncodeToString(after[:]) || sent != upload.Length {
		s.t.Errorf("exit code %d, %d of %d bytes stored, %d sent\n%s%s", r.exitCode(), upload.Size, upload.Length, sent, r.stdout.String(), r.stderr.String())
	}
}

// checkJoined checks the end of a run after the change of a file that is uploaded in
// parts.
func (s *changedSource) checkJoined(server *uploadtest.Tusd, r *run, resumes bool) {
	s.t.Helper()
	sum, joined := sha256.Sum256(s.content), 0
	for _, upload := range server.Stored(s.t) {
		if !upload.Final {
			continue
		}
		if joined++; upload.SHA256 != hex.EncodeToString(sum[:]) {
			s.t.Error("the server's file mixes two versions")
		}
	}
	if (r.exitErr == nil) != resumes || joined != map[bool]int{true: 1}[resumes] {
		s.t.Errorf("exit code %d, %d joined uploads\n%s%s", r.exitCode(), joined, r.stdout.String(), r.stderr.String())
	}
}

// checkUnmixed checks the end of a run after an edit of a file that is uploaded in parts, of
// which some may have been sent before: it joins the parts of the file as it is, or fails and
// joins none.
func (s *changedSource) checkUnmixed(server *uploadtest.Tusd, r *run) {
	s.t.Helper()
	content, err := os.ReadFile(s.path)
	if err != nil {
		s.t.Fatal(err)
	}
	sum, joined := sha256.Sum256(content), 0
	for _, upload := range server.Stored(s.t) {
		if !upload.Final {
			continue
		}
		if joined++; upload.SHA256 != hex.EncodeToString(sum[:]) {
			s.t.Error("the server's file is not the file as it is")
		}
	}
	if joined != map[bool]int{true: 1}[r.exitErr == nil] {
		s.t.Errorf("exit code %d, %d joined uploads\n%s%s", r.exitCode(), joined, r.stdout.String(), r.stderr.String())
	}
}
