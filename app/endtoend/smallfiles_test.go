package endtoend_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// createSmallFiles creates a folder of small files, none of them empty: the creation of an
// empty file's upload completes it.
func createSmallFiles(t *testing.T, random *rand.Rand, name string, files int) (folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), name)
	for i := range files {
		createFile(t, random, filepath.Join(folder, fmt.Sprintf("%03d.txt", i)), 1+random.IntN(50_000))
	}
	return folder
}

// checkOneCopy checks that the server has each file of the folders once, as a finished
// upload. Uploads that were created and not used may be left: they have no bytes.
func checkOneCopy(t *testing.T, server recordingServer, folders ...string) {
	t.Helper()
	stored := server.Stored(t)
	copies, unused := map[string]int{}, 0
	for _, f := range stored {
		switch {
		case f.Size == f.Length:
			copies[f.SHA256]++
		case f.Size > 0:
			t.Errorf("%s: %d of %d bytes are left of an upload", f.Metadata["relativePath"], f.Size, f.Length)
		default:
			unused++
		}
	}
	files, second := 0, 0
	for _, folder := range folders {
		files += checkFolder(t, folder, completeSums(stored))
	}
	for sum, n := range copies {
		if second += n - 1; n > 1 {
			t.Errorf("%d finished uploads of the file with SHA-256 %s", n, sum)
		}
	}
	t.Logf("%d files, %d second copies, %d unused uploads without bytes", files, second, unused)
}

// minSmallKills is the number of kills of TestKillAtRandomTimesLeavesOneCopyOfSmallFiles,
// unless the flag asks for more.
const minSmallKills = 30

// TestKillAtRandomTimesLeavesOneCopyOfSmallFiles kills the program many times while it sends
// many small files at once, until all are uploaded. A file whose bytes were sent has its
// URL saved, so no finished upload may have a second copy. Each folder has a server and a
// profile of its own, whose sizes decide how long a start takes.
func TestKillAtRandomTimesLeavesOneCopyOfSmallFiles(t *testing.T) {
	t.Parallel()
	const foldersAtOnce = 2
	var count atomic.Int64
	for round := uint64(0); count.Load() < int64(max(*kills, minSmallKills)) && !t.Failed(); round++ {
		t.Run(fmt.Sprintf("round %d", round), func(t *testing.T) {
			for i := range uint64(foldersAtOnce) {
				t.Run(fmt.Sprintf("folder %d", i), func(t *testing.T) {
					t.Parallel()
					killWhileSendingSmallFiles(t, newRandom(t, seedPurposes*(foldersAtOnce*round+i)+seedKills), &count)
				})
			}
		})
	}
	t.Logf("%d kills", count.Load())
}

// killWhileSendingSmallFiles sends a folder to a server of its own, and counts the kills.
func killWhileSendingSmallFiles(t *testing.T, random *rand.Rand, count *atomic.Int64) {
	t.Helper()
	const files, kills = 600, 15
	server := newTusd(t)
	ferry := &client{t: t, profile: t.TempDir(), endpoint: server.Endpoint}
	folder := createSmallFiles(t, random, "folder", files)
	next := ferry.send(folder)
	for range kills {
		if !killAtUploads(t, next, server.Dir, uploadsIn(t, server.Dir)+random.IntN(2*files/kills), random) {
			break
		}
		count.Add(1)
		if uploadsIn(t, server.Dir) > 0 { // the folder was saved before
			next = ferry.resume()
		} else {
			next = ferry.resumeOrSend(folder)
		}
	}
	if !killAfter(t, next, runTimeout) {
		t.Fatal("the last run did not end")
	}
	checkOneCopy(t, server, folder)
}

// killAtUploads kills the run at a random moment after a server's folder has so many
// uploads. It reports whether the run did not finish before.
func killAtUploads(t *testing.T, r *run, dir string, uploads int, random *rand.Rand) (killed bool) {
	t.Helper()
	for uploadsIn(t, dir) < uploads {
		select {
		case <-r.done:
			return !killAfter(t, r, 0)
		case <-time.After(time.Millisecond):
		}
	}
	return !killAfter(t, r, time.Duration(random.IntN(30))*time.Millisecond)
}

// uploadsIn returns the number of uploads that a tusd created in a folder.
func uploadsIn(t *testing.T, dir string) int {
	t.Helper()
	infos, err := filepath.Glob(filepath.Join(dir, "*.info"))
	if err != nil {
		t.Fatal(err)
	}
	return len(infos)
}

// lossyResponses serves requests and loses some of the responses to POST and PATCH: the
// connection is closed instead.
type lossyResponses struct {
	mu     sync.Mutex
	random *rand.Rand
	lost   map[string]int // by method
}

func (l *lossyResponses) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !l.loses(r.Method) {
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(&lostResponse{w, http.Header{}}, r)
		panic(http.ErrAbortHandler)
	})
}

func (l *lossyResponses) loses(method string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if method != http.MethodPost && method != http.MethodPatch || l.random.IntN(3) > 0 {
		return false
	}
	l.lost[method]++
	return true
}

// lostResponse is a response that is not sent.
type lostResponse struct {
	http.ResponseWriter
	header http.Header
}

func (w *lostResponse) Header() http.Header         { return w.header }
func (w *lostResponse) WriteHeader(int)             {}
func (w *lostResponse) Write(p []byte) (int, error) { return len(p), nil }

// Unwrap lets [http.ResponseController] reach the connection's deadlines.
func (w *lostResponse) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// TestLostResponsesLeaveOneCopyOfSmallFiles loses a third of the responses to the requests
// that create uploads, and to those that send small files.
func TestLostResponsesLeaveOneCopyOfSmallFiles(t *testing.T) {
	t.Parallel()
	const files = 100
	random := newRandom(t, seedFaults)
	lossy := &lossyResponses{random: random, lost: map[string]int{}}
	server := uploadtest.NewTusd(t, uploadtest.Wrap(lossy.wrap))
	ferry := &client{t: t, profile: t.TempDir(), endpoint: server.Endpoint}
	folder := createSmallFiles(t, random, "folder", files)
	r := ferry.send(folder)
	r.wait(t, runTimeout)
	if r.exitErr != nil {
		t.Errorf("ferry %v: %v\n%s", r.args, r.exitErr, r.stderr.String())
	}
	checkOneCopy(t, server, folder)
	t.Logf("responses lost: %v", lossy.lost)
}
