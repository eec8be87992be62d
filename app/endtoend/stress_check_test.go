package endtoend_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// maxKeeps is the number of runs after which only files that changed may be unfinished.
// Later runs start these over.
const maxKeeps = 3

// maxResumes is the maximum number of runs needed to finish without faults. A run may
// still get a planned error response, a file that was never added has to be sent, and
// a transfer whose file changed has to be retried.
const maxResumes = 6

// finishAll resumes, without faults, until every transfer is finished or cannot be.
func (s *programStress) finishAll() {
	s.t.Helper()
	var left []cli.Entry
	var last *run
	for tries := range maxResumes {
		if tries == maxKeeps {
			s.checkChanged(left)
		}
		if tries < maxKeeps || len(s.ferry.unlisted(s.folders...)) > 0 {
			last = s.ferry.resumeOrSend(s.folders...)
		} else {
			last = s.ferry.start("resume", "--profile", s.ferry.profile, "--json", "--changed", "restart")
		}
		s.waitRun(last)
		left = left[:0]
		for _, e := range s.ferry.list() {
			cut := s.streamOf(e.Path) != nil && (e.Fault == fault.SourceTruncated.String() || e.Fault == fault.SourceMissing.String())
			asks := e.Fault == fault.AmbiguousMatch.String() // the user must choose an earlier upload
			if e.State != uploader.StateDone.String() && !cut && !asks && !(e.State == uploader.StateMissing.String() && missing(e.Path)) {
				left = append(left, e)
			}
		}
		if len(left) == 0 && len(s.ferry.unlisted(s.folders...)) == 0 {
			return
		}
	}
	s.t.Errorf("last run, ferry %v:\n%s", last.args, last.stderr.String())
	for _, e := range left {
		s.t.Errorf("%d %s is %s after %d runs without faults: %s (%s)", e.ID, e.Path, e.State, maxResumes, e.Message, e.Fault)
	}
}

// checkChanged checks that every file which Ferry does not upload without starting over
// has changed.
func (s *programStress) checkChanged(left []cli.Entry) {
	s.t.Helper()
	for _, e := range left {
		if p := s.files.records[e.Path]; p != nil && !p.touched {
			s.report("%d %s did not change and is %s: %s (%s)", e.ID, e.Path, e.State, e.Message, e.Fault)
		}
	}
}

// uploadName returns the name of an upload on the server, given its URL.
func uploadName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return path.Base(u.Path)
}

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

func (s *programStress) load() uploader.Saved {
	s.t.Helper()
	return loadStore(s.t, profile.Profile{Dir: s.ferry.profile}.Database())
}

// loadStore returns the content of a database that is not in use.
func loadStore(t *testing.T, path string) uploader.Saved {
	t.Helper()
	store, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	saved, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// check compares the reported events, the database and the server's uploads with the
// history of the files.
func (s *stressRun) check(saved uploader.Saved) {
	s.t.Helper()
	defer s.addToTotals()
	transfers := make(map[uploader.TransferID]uploader.Transfer, saved.Transfers.Len())
	done := map[string]bool{}
	stored := map[string]uploadtest.StoredFile{}
	for _, f := range s.stored() {
		stored[f.Name] = f
	}
	for t := range saved.Transfers.Values() {
		transfers[t.ID] = *t
	}
	for t := range saved.Transfers.Values() {
		if st := s.streamOf(t.Source.Path); st != nil {
			s.checkStream(*t, st, stored[uploadName(t.Session.URL)])
			done[filepath.Base(t.Source.Path)] = done[filepath.Base(t.Source.Path)] || t.Phase == uploader.PhaseDone
			continue
		}
		if t.Phase == uploader.PhaseDone {
			done[t.Source.Path] = true
			s.checkDone(*t, stored[uploadName(t.Session.URL)])
		}
		if t.Phase == uploader.PhaseFailed && t.Fault.Kind == fault.AmbiguousMatch {
			s.checkQuestion(*t, transfers[t.EarlierUpload])
			done[t.Source.Path] = true // after the user's choice
		}
	}
	s.checkEvents(transfers)
	s.checkStreams(done)
	for _, folder := range s.folders {
		for _, path := range s.files.untouched(folder) {
			if !done[path] {
				s.report("%s was not touched and is not uploaded: %s", path, describeTransfers(saved, path))
			}
		}
	}
	s.checkCreatedOnce(stored)
	s.checkSentOnce(stored)
	for _, batch := range saved.Batches {
		if !batch.Scanned {
			s.report("%v is not completely scanned", batch.Roots)
		}
	}
}

// describeTransfers returns the states of a file's transfers.
func describeTransfers(saved uploader.Saved, file string) string {
	var states []string
	for t := range saved.Transfers.Values() {
		if t.Source.Path == file {
			states = append(states, fmt.Sprintf("%d is %v, %v", t.ID, t.Phase, t.Fault))
		}
	}
	return fmt.Sprintf("%d transfers: %s", len(states), strings.Join(states, "; "))
}

// checkQuestion checks that a transfer which asks about an earlier upload has a reason
// to: an upload of the same size was created, and its file was moved or it failed.
func (s *stressRun) checkQuestion(t, prior uploader.Transfer) {
	s.t.Helper()
	if !prior.Session.Begun() || prior.Source.Size != t.Source.Size || !missing(prior.Source.Path) && prior.Phase != uploader.PhaseFailed {
		s.report("%d %s of %d bytes asks without a reason about %+v", t.ID, t.Source.Path, t.Source.Size, prior)
	}
}

// checkDone checks that the server has the content of a finished transfer, and that
// the file had it in the state that was declared. The SHA-256 is declared if the settings
// want it.
func (s *stressRun) checkDone(t uploader.Transfer, f uploadtest.StoredFile) {
	s.t.Helper()
	declared := fileState{t.Source.Size, t.Source.ModTime, hex.EncodeToString([]byte(t.SHA256))}
	if t.SHA256 == "" {
		declared.sum = f.SHA256
	}
	switch {
	case f.Name == "":
		s.report("%d %s is done, and %s is not on the server", t.ID, t.Source.Path, t.Session.URL)
	case f.Size != t.Source.Size || f.Length != t.Source.Size:
		s.report("%d %s of %d bytes is done, server has %d of %d", t.ID, t.Source.Path, t.Source.Size, f.Size, f.Length)
	case f.SHA256 != declared.sum:
		s.report("%d %s is done, server has other content; the file had it with the same size and time: %v",
			t.ID, t.Source.Path, s.files.had(t.Source.Path, fileState{declared.size, declared.modified, f.SHA256}))
	case !s.files.had(t.Source.Path, declared):
		s.report("%d %s is done in a state it never had: %+v, of %+v", t.ID, t.Source.Path, declared, s.files.records[t.Source.Path])
	}
}

// checkEvents checks that transfers reported as added exist and are finished, and that
// those reported as done are.
func (s *stressRun) checkEvents(transfers map[uploader.TransferID]uploader.Transfer) {
	s.t.Helper()
	for id, reported := range s.added {
		t, exists := transfers[id]
		if !exists {
			s.report("%d was reported as added and does not exist: %s", id, reported)
			continue
		}
		if !t.Phase.Final() || t.Phase == uploader.PhaseFailed && !fault.Is(t.Fault, fault.SourceMissing) {
			s.report("%d %s is %v: %v", id, t.Source.Path, t.Phase, t.Fault)
		}
	}
	for id := range s.done {
		if t := transfers[id]; t.Phase != uploader.PhaseDone {
			s.report("%d %s was reported as done and is %v", id, t.Source.Path, t.Phase)
		}
	}
}

// checkCreatedOnce checks that the server has one upload with bytes of each large file
// that was not touched. Final uploads do not count: if the response to their creation
// is lost, they are created again.
func (s *stressRun) checkCreatedOnce(stored map[string]uploadtest.StoredFile) {
	s.t.Helper()
	created := map[string]int{}
	for _, f := range stored {
		if f.Size > 0 && f.Length > 1<<20 && !f.Final {
			created[f.Metadata["relativePath"]]++
		}
	}
	for _, folder := range s.folders {
		for _, path := range s.files.untouched(folder) {
			relative, err := filepath.Rel(s.root, path)
			if err != nil {
				s.t.Fatal(err)
			}
			if n := created[filepath.ToSlash(relative)]; n > 1 {
				s.report("%s: %d uploads created, want 1", path, n)
			}
		}
	}
}

// checkSentOnce checks that no byte was sent twice. It skips streams that were cut
// before their length was known.
func (s *stressRun) checkSentOnce(stored map[string]uploadtest.StoredFile) {
	s.t.Helper()
	if s.requests == nil {
		return
	}
	sent := map[string]int64{}
	for _, r := range s.requests() {
		if r.Method == http.MethodPatch || r.Header.Get("X-HTTP-Method-Override") == http.MethodPatch {
			sent[filepath.Base(r.Path)] += r.Body
		}
	}
	for name, f := range stored {
		if f.Length >= 0 && sent[name] > f.Length {
			s.report("%s: %d bytes sent, file has %d", f.Metadata["relativePath"], sent[name], f.Length)
		}
	}
}

// removeBrokenInfo removes info files that a killed server has not written completely.
// Their uploads were not reported to a client.
func removeBrokenInfo(t testing.TB, dir string) {
	t.Helper()
	infos, err := filepath.Glob(filepath.Join(dir, "*.info"))
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range infos {
		text, err := os.ReadFile(info)
		if err != nil {
			t.Fatal(err)
		}
		if json.Valid(bytes.TrimSpace(text)) {
			continue
		}
		t.Logf("removed incomplete %s: %q", filepath.Base(info), text)
		if err := os.Remove(info); err != nil {
			t.Fatal(err)
		}
	}
}
