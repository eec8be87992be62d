package endtoend_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// killAfter kills the run after a time. It reports whether the run finished before.
func killAfter(t *testing.T, r *run, after time.Duration) bool {
	t.Helper()
	timer := time.AfterFunc(after, func() { _ = r.command.Process.Kill() })
	defer timer.Stop()
	r.wait(t, runTimeout)
	if r.exitErr != nil && !r.killed() {
		t.Fatalf("ferry %v: %v\n%s", r.args, r.exitErr, r.stderr.String())
	}
	return r.exitErr == nil
}

// TestKillAtRandomTimesLosesAndResendsNothing kills the program many times while it
// uploads folders, until all is uploaded.
func TestKillAtRandomTimesLosesAndResendsNothing(t *testing.T) {
	t.Parallel()
	random := newRandom(t, seedKills)
	server := newTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Throttle(16 << 20)
	ferry := &client{t: t, profile: t.TempDir(), endpoint: proxy.URL(server.Endpoint)}

	var folders []string
	for count := 0; count < *kills; {
		folder := createSources(t, random, fmt.Sprintf("folder %d", len(folders)))
		folders = append(folders, folder)
		next := ferry.send(folder)
		for ; count < *kills; count++ {
			if killAfter(t, next, time.Duration(random.IntN(600))*time.Millisecond) {
				break
			}
			next = ferry.resumeOrSend(folder)
		}
		killAfter(t, next, time.Minute)
	}
	proxy.Restore(t)
	if !killAfter(t, ferry.resume(), runTimeout) {
		t.Fatal("the final resume was killed")
	}
	checkServer(t, server, folders)
	totals.add(0, *kills, nil)
}

// recordingServer is a server that records its requests.
type recordingServer interface {
	Stored(t testing.TB) []uploadtest.StoredFile
	Requests() []uploadtest.Request
}

// checkServer compares the server's uploads with the source folders: the server must
// have every file, one upload of each large file, and no byte of those twice.
func checkServer(t *testing.T, server recordingServer, folders []string) {
	t.Helper()
	sent := map[string]int64{}
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch {
			sent[filepath.Base(r.Path)] += r.Body
		}
	}
	stored, created := server.Stored(t), map[string]int{}
	for _, f := range stored {
		if !strings.HasSuffix(f.Metadata["filename"], ".mov") || f.Size == 0 {
			continue
		}
		created[f.Metadata["relativePath"]]++
		if n := sent[filepath.Base(f.Path)]; n != f.Length {
			t.Errorf("%s: %d bytes sent, file has %d", f.Metadata["relativePath"], n, f.Length)
		}
	}
	files := 0
	for _, folder := range folders {
		files += checkFolder(t, folder, completeSums(stored))
	}
	for path, n := range created {
		if n != 1 {
			t.Errorf("%s: %d uploads created, want 1", path, n)
		}
	}
	t.Logf("%d files in %d folders, %d uploads of large files", files, len(folders), len(created))
}

// completeSums returns the checksums of the complete uploads.
func completeSums(stored []uploadtest.StoredFile) map[string]bool {
	sums := map[string]bool{}
	for _, f := range stored {
		if f.Size == f.Length {
			sums[f.SHA256] = true
		}
	}
	return sums
}

// fileSum returns the SHA-256 of a file in hex.
func fileSum(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func checkFolder(t *testing.T, folder string, complete map[string]bool) (files int) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		if !complete[fileSum(t, path)] {
			t.Errorf("%s is not on the server", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
