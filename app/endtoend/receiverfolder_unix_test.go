//go:build unix

package endtoend_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// folderChange is what a user does to the receiver's folder while it receives.
type folderChange struct {
	name  string
	apply func(r *receiverFolder)
}

var folderChanges = []folderChange{
	{"deleted", func(r *receiverFolder) { r.keepCopy(); r.must(os.RemoveAll(r.path)) }},
	{"renamed", func(r *receiverFolder) { r.rename() }},
	{"replaced by an empty folder", func(r *receiverFolder) { r.rename(); r.must(os.MkdirAll(r.path, 0o700)) }},
	{"replaced by another receiver's folder", func(r *receiverFolder) {
		r.rename()
		r.must(os.CopyFS(r.path, os.DirFS(r.earlier[len(r.earlier)-1])))
	}},
	{"renamed for a moment", func(r *receiverFolder) {
		away := r.path + " away"
		r.must(os.Rename(r.path, away))
		if os.Rename(away, r.path) != nil { // the receiver has created it again
			r.earlier = append(r.earlier, away)
		}
	}},
	{"unfinished uploads deleted", func(r *receiverFolder) { r.must(os.RemoveAll(filepath.Join(r.path, ".ferry", "uploads"))) }},
}

// receiverFolder is the folder of a receiver, with the places of what it received before
// a change.
type receiverFolder struct {
	t       *testing.T
	path    string
	earlier []string
}

func (r *receiverFolder) must(err error) {
	r.t.Helper()
	if err != nil && !os.IsNotExist(err) {
		r.t.Fatal(err)
	}
}

func (r *receiverFolder) rename() {
	r.t.Helper()
	to := fmt.Sprintf("%s earlier %d", r.path, len(r.earlier))
	r.must(os.Rename(r.path, to))
	r.earlier = append(r.earlier, to)
}

// keepCopy copies the finished files of the folder.
func (r *receiverFolder) keepCopy() {
	r.t.Helper()
	to := fmt.Sprintf("%s copy %d", r.path, len(r.earlier))
	r.must(os.Mkdir(to, 0o700))
	for name, content := range filesIn(r.t, r.path) {
		target := filepath.Join(to, name)
		r.must(os.MkdirAll(filepath.Dir(target), 0o700))
		r.must(os.WriteFile(target, []byte(content), 0o600))
	}
	r.earlier = append(r.earlier, to)
}

// TestReceiverFolderChangesWhileReceiving changes the receiver's folder at a random moment
// of a run that sends to it, in each way once.
func TestReceiverFolderChangesWhileReceiving(t *testing.T) {
	t.Parallel()
	for i, change := range folderChanges {
		t.Run(change.name, func(t *testing.T) {
			t.Parallel()
			changeWhileReceiving(t, newRandom(t, seedPurposes*uint64(i)+seedFiles), change)
		})
	}
}

// TestStressReceiverFolder does the same in random ways.
func TestStressReceiverFolder(t *testing.T) {
	t.Parallel()
	runRounds(t, *stressDuration, func(t *testing.T, round uint64, length time.Duration) {
		random := newRandom(t, seedPurposes*round+seedRuns)
		for end := time.Now().Add(length); time.Now().Before(end) && !t.Failed(); {
			change := folderChanges[random.IntN(len(folderChanges))]
			t.Run(change.name, func(t *testing.T) { changeWhileReceiving(t, random, change) })
			totals.add(1, 0, map[string]int{"receiver's folder " + change.name: 1})
		}
	})
}

// changeWhileReceiving sends a folder to the receiver of the same program. The runs that
// follow the change must send what is missing. In the end every file must be in the
// receiver's folder or at the place where the change left it, once.
func changeWhileReceiving(t *testing.T, random *rand.Rand, change folderChange) {
	t.Helper()
	folder := createSources(t, random, "folder")
	ferry := &client{t: t, profile: t.TempDir()}
	received := &receiverFolder{t: t, path: filepath.Join(ferry.profile, "Received")}
	last := ferry.send("--limit", "8MiB", folder)
	changeAfter(t, last, received, change, 1+random.IntN(60))
	last.wait(t, runTimeout)
	for tries := 1; last.exitErr != nil && tries < maxResumes; tries++ {
		last = ferry.resumeOrSend(folder)
		last.wait(t, runTimeout)
	}
	if last.exitErr != nil || last.hasRaceOrPanic() {
		log, _ := os.ReadFile(filepath.Join(ferry.profile, "ferry.log"))
		t.Errorf("ferry %v: %v\n%s%s%s", last.args, last.exitErr, last.stderr.String(), last.stdout.String(), log[max(0, len(log)-10_000):])
	}
	received.check(filesIn(t, filepath.Dir(folder)))
}

// changeAfter changes the folder once it has that number of files, while the run is
// suspended. A run that has received everything may end before.
func changeAfter(t *testing.T, r *run, received *receiverFolder, change folderChange, files int) {
	t.Helper()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for len(filesIn(t, received.path)) < files {
		select {
		case <-r.done:
			t.Fatalf("ferry %v: %v\n%s", r.args, r.exitErr, r.stderr.String())
		case <-poll.C:
		}
	}
	signal := func(sig syscall.Signal) {
		if err := r.command.Process.Signal(sig); !errors.Is(err, os.ErrProcessDone) {
			received.must(err)
		}
	}
	signal(syscall.SIGSTOP)
	awaitSuspended(t, r.command.Process.Pid)
	change.apply(received)
	signal(syscall.SIGCONT)
}

// check compares all received files with those wanted.
func (r *receiverFolder) check(want map[string]string) {
	r.t.Helper()
	got := map[string]string{}
	for _, dir := range append(slices.Clone(r.earlier), r.path) {
		for name, content := range filesIn(r.t, dir) {
			if earlier, there := got[name]; there && earlier != content {
				r.t.Errorf("%s was received with two contents", name)
			}
			got[name] = content
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if content, there := got[name]; !there {
			r.t.Errorf("%s was not received", name)
		} else if content != want[name] {
			r.t.Errorf("%s was received with other content: %d bytes of %d", name, len(content), len(want[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, wanted := want[name]; !wanted {
			r.t.Errorf("%s is in the folder, of %d bytes", name, len(got[name]))
		}
	}
}
