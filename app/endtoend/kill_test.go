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

// killed lets the program run and kills it after a while. It reports whether it
// had ended by itself before, all across.
func killed(t *testing.T, r *run, after time.Duration) bool {
	t.Helper()
	timer := time.AfterFunc(after, func() { _ = r.command.Process.Kill() })
	defer timer.Stop()
	r.within(t, patience)
	if r.exit != nil && !r.killed() {
		t.Fatalf("ferry %v: %v\n%s", r.args, r.exit, r.err.String())
	}
	return r.exit == nil
}

// TestKilledAtAnyInstantNothingIsLostOrSentTwice is the promise of the program.
func TestKilledAtAnyInstantNothingIsLostOrSentTwice(t *testing.T) {
	t.Parallel()
	random := chance(t, chanceOfKills)
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Slow(16 << 20)
	ferry := &client{t: t, profile: t.TempDir(), to: proxy.URL(server.Endpoint)}

	var folders []string
	for count := 0; count < *kills; {
		folder := sources(t, random, fmt.Sprintf("delivery %d", len(folders)))
		folders = append(folders, folder)
		next := ferry.send(folder)
		for ; count < *kills; count++ {
			if killed(t, next, time.Duration(random.IntN(600))*time.Millisecond) {
				break
			}
			next = ferry.again(folder)
		}
		killed(t, next, time.Minute)
	}
	proxy.Heal(t)
	if !killed(t, ferry.resume(), time.Minute) {
		t.Fatal("resuming without being killed did not come to an end")
	}
	compare(t, server, folders)
	totals.add(0, *kills, nil)
}

// compare holds what the server has against the sources: every file there with
// its bytes, no large one begun twice, and no byte of one sent twice.
func compare(t *testing.T, server *uploadtest.Tusd, folders []string) {
	t.Helper()
	patched := map[string]int64{}
	for _, r := range server.Requests() {
		if r.Method == http.MethodPatch {
			patched[filepath.Base(r.Path)] += r.Body
		}
	}
	stored, begun := server.Stored(t), map[string]int{}
	for _, f := range stored {
		if !strings.HasSuffix(f.Metadata["filename"], ".mov") || f.Size == 0 {
			continue
		}
		begun[f.Metadata["relativePath"]]++
		if sent := patched[filepath.Base(f.Path)]; sent != f.Length {
			t.Errorf("%s: %d bytes were sent of a file of %d", f.Metadata["relativePath"], sent, f.Length)
		}
	}
	files := 0
	for _, folder := range folders {
		files += compareFolder(t, folder, complete(stored))
	}
	for path, n := range begun {
		if n != 1 {
			t.Errorf("%s was begun %d times", path, n)
		}
	}
	t.Logf("%d files in %d folders, %d uploads of large ones", files, len(folders), len(begun))
}

// complete are the sums of the uploads that are.
func complete(stored []uploadtest.StoredFile) map[string]bool {
	sums := map[string]bool{}
	for _, f := range stored {
		if f.Size == f.Length {
			sums[f.SHA256] = true
		}
	}
	return sums
}

func compareFolder(t *testing.T, folder string, complete map[string]bool) (files int) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		sum := sha256.Sum256(content)
		if !complete[hex.EncodeToString(sum[:])] {
			t.Errorf("%s is not on the server", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
