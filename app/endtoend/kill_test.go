// Package endtoend runs the real program against real servers and does to it
// what happens to programs: it is killed at any instant, its server goes away,
// and it must converge to the same end all the same.
package endtoend_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

var (
	seed  = flag.Uint64("seed", uint64(time.Now().UnixNano()), "repeats the kills of an earlier run")
	kills = flag.Int("kills", 50, "how often the program is killed")
)

// ferry is the program under test.
var ferry string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "ferry-endtoend")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	ferry = filepath.Join(dir, "ferry")
	build := exec.Command("go", "build", "-tags", "ci,migrated_fynedo", "-o", ferry, "github.com/ferryapp/ferry") //nolint:noctx // ends by itself
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build ferry:", err)
		return 1
	}
	return m.Run()
}

// sources makes a folder of a few large files and many small ones.
func sources(t *testing.T, random *rand.Rand, name string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), name)
	for i := range 3 {
		fill(t, random, filepath.Join(folder, "film "+string(rune('a'+i))+".mov"), 4<<20+random.IntN(8<<20))
	}
	for i := range 60 {
		fill(t, random, filepath.Join(folder, "资料", fmt.Sprintf("note-%02d.txt", i)), 1+random.IntN(40<<10))
	}
	return folder
}

func fill(t *testing.T, random *rand.Rand, path string, size int) {
	t.Helper()
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(random.Uint32())
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// killed runs the program and kills it after a while. It reports whether the
// program had ended by itself before, all across.
func killed(t *testing.T, after time.Duration, args ...string) bool {
	t.Helper()
	run := exec.CommandContext(t.Context(), ferry, args...)
	var stderr strings.Builder
	run.Stderr = &stderr
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = run.Process.Kill() })
	defer timer.Stop()
	err := run.Wait()
	if err == nil {
		return true
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.Exited() {
		t.Fatalf("ferry %v: %v\n%s", args, err, stderr.String())
	}
	return false
}

// TestKilledAtAnyInstantNothingIsLostOrSentTwice is the promise of the program.
func TestKilledAtAnyInstantNothingIsLostOrSentTwice(t *testing.T) {
	t.Logf("repeat with -args -seed=%d", *seed)
	random := rand.New(rand.NewPCG(*seed, 0)) //nolint:gosec // must be repeatable
	server := uploadtest.NewTusd(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Slow(16 << 20)
	to := proxy.URL(server.Endpoint)
	profile := t.TempDir()

	var folders []string
	for count := 0; count < *kills; {
		folder := sources(t, random, fmt.Sprintf("delivery %d", len(folders)))
		folders = append(folders, folder)
		// Until the first command is acknowledged the program does not know of the
		// folder, so that a person who sees it die would say it again.
		args := []string{"send", "--profile", profile, "--to", to, "--quiet", folder}
		for ; count < *kills; count++ {
			if killed(t, time.Duration(random.IntN(600))*time.Millisecond, args...) {
				break
			}
			if known(t, profile, folder) {
				args = []string{"resume", "--profile", profile}
			}
		}
		killed(t, time.Minute, args...)
	}
	proxy.Heal(t)
	if !killed(t, time.Minute, "resume", "--profile", profile) {
		t.Fatal("resuming without being killed did not come to an end")
	}
	compare(t, server, folders)
}

// known reports whether every file of the folder is in the program's memory.
func known(t *testing.T, profile, folder string) bool {
	t.Helper()
	list := exec.CommandContext(t.Context(), ferry, "list", "--profile", profile, "--all", "--json")
	output, err := list.Output()
	if err != nil {
		t.Fatalf("ferry list: %v", err)
	}
	for line := range strings.Lines(string(output)) {
		var row struct{ Path string }
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("ferry list says %q: %v", line, err)
		}
		if strings.HasPrefix(row.Path, folder+string(filepath.Separator)) {
			return true
		}
	}
	return false
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
	complete, begun := map[string]bool{}, map[string]int{}
	for _, f := range server.Stored(t) {
		if f.Size == f.Length {
			complete[f.SHA256] = true
		}
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
		files += compareFolder(t, folder, complete)
	}
	for path, n := range begun {
		if n != 1 {
			t.Errorf("%s was begun %d times", path, n)
		}
	}
	t.Logf("%d files in %d folders, %d uploads of large ones", files, len(folders), len(begun))
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
