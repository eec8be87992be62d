package program

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"ferry": func() {
			if err := becomeUnprivileged(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(99)
			}
			os.Exit(Run("test", os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
		},
	})
}

// unprivileged, in the environment, takes from ferry what the superuser may do to
// other people's files.
const unprivileged = "FERRY_TEST_UNPRIVILEGED"

// slowBytes is how many bytes a second pass to the tusd at $SLOW.
const slowBytes = 4_000_000

// scriptPatience is how long a script waits for something before it is sure that it
// hangs.
const scriptPatience = 5 * time.Minute

// TestScripts runs the specification of the command line: each script has a
// profile of its own, a tusd at $TUSD and the same one at $SLOW, over a slow line.
// At $DOOR, called $DOORNAME once it is known, as slow, is another one, which wants the user ann with the password oar.
func TestScripts(t *testing.T) {
	tusd := uploadtest.NewTusd(t)
	door := doorOf(t)
	slow := map[string]string{}
	scripts, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	for _, script := range scripts {
		line := uploadtest.NewProxy(t, tusd.Endpoint)
		line.Slow(slowBytes)
		slow["script-"+strings.TrimSuffix(filepath.Base(script), ".txtar")] = line.URL(tusd.Endpoint)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("FERRY_PROFILE", filepath.Join(env.WorkDir, "profile"))
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("TUSD", tusd.Endpoint)
			env.Setenv("HOST", tusd.Listener.Addr().String())
			env.Setenv("SLOW", slow[filepath.Base(env.WorkDir)])
			env.Setenv("DOOR", door)
			env.Setenv("DOORNAME", hostOf(t, door))
			env.Setenv("REFUSED", uploadtest.Unused(t))
			env.Setenv("LC_ALL", "en_US.UTF-8")
			env.Setenv("NO_PROXY", "*")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"random":      random,
			"strange":     strange,
			"fifo":        fifo,
			"exits":       exits,
			"interrupted": interrupted,
			"receiving":   receiving,
			"await":       await,
			"arrived":     arrived,
			"reading":     reading,
			"kept":        kept,
			"chosen":      chosen,
			"spooled":     spooled,
			"cutoff": func(ts *testscript.TestScript, _ bool, args []string) {
				cutOff(t, ts, tusd, args)
			},
			"capped": func(ts *testscript.TestScript, _ bool, args []string) {
				capped(t, ts, tusd, args)
			},
			"stored": func(ts *testscript.TestScript, _ bool, args []string) {
				stored(t, ts, tusd, args)
			},
		},
	})
}

// hostOf is what a server is called that was given by its URL.
func hostOf(t *testing.T, endpoint string) string {
	t.Helper()
	u, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// doorOf starts a tusd that wants a sign-in, behind a slow line.
func doorOf(t *testing.T) string {
	t.Helper()
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if user, password, _ := r.BasicAuth(); user != "ann" || password != "oar" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}))
	line := uploadtest.NewProxy(t, server.Endpoint)
	line.Slow(slowBytes)
	return line.URL(server.Endpoint)
}

func program(ts *testscript.TestScript, args ...string) *exec.Cmd {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		path := filepath.Join(dir, args[0])
		if _, err := os.Stat(path); err != nil {
			continue
		}
		cmd := exec.Command(path, args[1:]...)
		cmd.Dir = ts.MkAbs(".")
		cmd.Stdin = input(ts)
		for _, name := range []string{
			"PATH", "HOME", "TMPDIR", "FERRY_PROFILE", "FERRY_LANGUAGE", "LC_ALL", "NO_PROXY", unprivileged, "GOCOVERDIR",
		} {
			cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
		}
		return cmd
	}
	ts.Fatalf("no program %s", args[0])
	return nil
}

// input is the file $INPUT, or nothing.
func input(ts *testscript.TestScript) io.Reader {
	name := ts.Getenv("INPUT")
	if name == "" {
		return nil
	}
	return strings.NewReader(ts.ReadFile(name))
}

// exits CODE PROGRAM ARG... runs a program and compares its exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	cmd := program(ts, args[1:]...)
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	if code := codeOf(ts, cmd.Run()); code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

func codeOf(ts *testscript.TestScript, err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	ts.Check(err)
	return 0
}

// interrupted SIGNAL PROGRAM ARG... runs a program that writes events, and sends
// it a signal as soon as bytes cross. It must exit with 130, but for KILL.
func interrupted(ts *testscript.TestScript, _ bool, args []string) {
	cmd := program(ts, args[1:]...)
	cmd.Stderr = ts.Stderr()
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	lines := bufio.NewScanner(out)
	sent := false
	for lines.Scan() {
		_, err := fmt.Fprintln(ts.Stdout(), lines.Text())
		ts.Check(err)
		if !sent && strings.Contains(lines.Text(), `"event":"progress"`) {
			sent = true
			ts.Check(cmd.Process.Signal(signalNamed(ts, args[0])))
		}
	}
	ts.Check(lines.Err())
	if code := codeOf(ts, cmd.Wait()); code != codeAfter(args[0]) {
		ts.Fatalf("exit code %d, want %d", code, codeAfter(args[0]))
	}
}

// codeAfter is the exit code of a program that got a signal; -1 for none.
func codeAfter(signal string) int {
	if signal == "KILL" {
		return -1
	}
	return cli.ExitInterrupted
}

func signalNamed(ts *testscript.TestScript, name string) os.Signal {
	switch name {
	case "INT":
		return os.Interrupt
	case "TERM":
		return terminate
	case "KILL":
		return os.Kill
	default:
		ts.Fatalf("no signal %s", name)
		return nil
	}
}

// receiving PROGRAM ARG... starts a receiver that ends orderly with the script,
// and puts its URL into $RECEIVER.
func receiving(ts *testscript.TestScript, _ bool, args []string) {
	cmd := program(ts, args...)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		ts.Check(cmd.Process.Signal(os.Interrupt))
		if code := codeOf(ts, cmd.Wait()); code != cli.ExitOK {
			ts.Fatalf("the receiver exits with %d", code)
		}
	})
	var told struct{ URL string }
	ts.Check(json.NewDecoder(out).Decode(&told))
	ts.Setenv("RECEIVER", told.URL)
}

// await FILE [TEXT] waits until the file is there, and has the text in it.
func await(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(scriptPatience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && (len(args) == 1 || bytes.Contains(text, []byte(args[1]))) {
			return
		}
	}
	ts.Fatalf("%s did not come", args[0])
}

// random FILE SIZE makes a file of random bytes.
func random(ts *testscript.TestScript, _ bool, args []string) {
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	file, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = io.CopyN(file, rand.Reader, size)
	ts.Check(errors.Join(err, file.Close()))
}

// strange DIR makes a folder of files whose names are hard to live with.
func strange(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	for i, name := range []string{
		"with space", `"quoted" 'twice'`, "emoji 😀", "中文文件", "new\nline", "tab\there", "-dash", "send", "%s$(x)`y`;&|", "ends with dot.", "\xff\xfe",
	} {
		ts.Check(os.WriteFile(filepath.Join(dir, name), []byte(fmt.Sprintf("content %d of %s", i, dir)), 0o600))
	}
}

// arrived FILE|DIR... checks that all files have a copy, byte by byte, in the
// received folder of the profile.
func arrived(ts *testscript.TestScript, _ bool, args []string) {
	got := sums(ts, filepath.Join(ts.Getenv("FERRY_PROFILE"), "Received"))
	for _, arg := range args {
		for sum, path := range sums(ts, ts.MkAbs(arg)) {
			if got[sum] == "" {
				ts.Fatalf("%q did not arrive", path)
			}
		}
	}
}

// sums maps the digests of all regular files under root to their paths.
func sums(ts *testscript.TestScript, root string) map[string]string {
	all := map[string]string{}
	ts.Check(filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		all[sumOf(ts, path)] = path
		return nil
	}))
	return all
}

func sumOf(ts *testscript.TestScript, path string) string {
	data, err := os.ReadFile(path)
	ts.Check(err)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// stored FILE [RELATIVE] checks that the tusd holds the file, whole and once, and
// under that relative path.
func stored(t *testing.T, ts *testscript.TestScript, tusd *uploadtest.Tusd, args []string) {
	want := sumOf(ts, ts.MkAbs(args[0]))
	name := filepath.Base(args[0])
	found := 0
	for _, file := range tusd.Stored(t) {
		if file.Metadata["filename"] != name {
			continue
		}
		found++
		if file.SHA256 != want || file.Size != file.Length {
			ts.Fatalf("the tusd holds %d of %d bytes, or others", file.Size, file.Length)
		}
		if len(args) > 1 && file.Metadata["relativePath"] != args[1] {
			ts.Fatalf("the relative path is %q", file.Metadata["relativePath"])
		}
	}
	if found != 1 {
		ts.Fatalf("the tusd holds %d uploads of %s, want 1", found, name)
	}
}
