package endtoend_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestKillLeavesOneCopyInReceiver kills the program many times while it sends small files
// to its own receiver, until all have arrived. Each file must be there once.
func TestKillLeavesOneCopyInReceiver(t *testing.T) {
	t.Parallel()
	const files, kills = 300, 11
	random := rand.New(rand.NewPCG(3, 4))
	folder := filepath.Join(t.TempDir(), "folder")
	for i := range files {
		createFile(t, random, filepath.Join(folder, fmt.Sprintf("%03d.txt", i)), 10_000+random.IntN(50_000))
	}
	ferry := &client{t: t, profile: t.TempDir()}
	received := filepath.Join(ferry.profile, "Received")
	next := ferry.send(folder)
	for range kills {
		want := min(len(filesIn(t, received))+1+random.IntN(2*files/kills), files)
		for running := true; running && len(filesIn(t, received)) < want; {
			select {
			case <-next.done:
				running = false
			case <-time.After(time.Millisecond):
			}
		}
		_ = next.command.Process.Kill()
		next.wait(t, runTimeout)
		next = ferry.resumeOrSend(folder)
	}
	next.wait(t, runTimeout)
	if next.exitErr != nil {
		t.Errorf("ferry %v: %v\n%s", next.args, next.exitErr, next.stderr.String())
	}
	if diff := cmp.Diff(filesIn(t, filepath.Dir(folder)), filesIn(t, received)); diff != "" {
		t.Error(diff)
	}
}

// filesIn returns the content of the files below a folder by path, without the receiver's
// private ones. There are none if the folder does not exist.
func filesIn(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case os.IsNotExist(err):
			return nil // removed meanwhile
		case err != nil:
			return err
		case entry.Name() == ".ferry":
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		content, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		all[rel] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
