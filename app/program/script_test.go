package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"ferry": func() {
			if err := errors.Join(dropPrivileges(), acceptInterrupts()); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(99)
			}
			maxShutdown = scriptTimeout // a machine under load may need longer
			if text := os.Getenv(fileWaitEnv); text != "" {
				maxFileWait, _ = time.ParseDuration(text)
			}
			if passphrase := os.Getenv(passphraseEnv); passphrase != "" {
				unlockKeys = func(ctx context.Context, keys *platform.AppKeyring) error { return keys.Unlock(ctx, passphrase) }
			}
			os.Exit(Run("test", os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
		},
	})
}

// unprivilegedEnv is the environment variable that makes ferry drop the superuser's
// access to files, so that file permissions apply.
const unprivilegedEnv = "FERRY_TEST_UNPRIVILEGED"

// fileWaitEnv is the environment variable for maxFileWait, a duration.
const fileWaitEnv = "FERRY_TEST_FILE_WAIT"

// passphraseEnv is the environment variable with the passphrase of the encrypted file for
// secrets, which ferry then creates or unlocks.
const passphraseEnv = "FERRY_TEST_PASSPHRASE"

// scriptTimeout is how long a script command waits for a condition.
const scriptTimeout = 5 * time.Minute

// TestScripts runs the scripts in testdata, which specify the command line. Each has
// its own profile. The environment has the endpoints of these servers:
//
//	$TUSD    a tusd that all scripts share; $HOST is its host
//	$HELD    the same tusd, whose uploads do not become complete between the commands
//	         hold and release
//	$AUTH    such a tusd that requires user ann with password oar; $AUTHNAME is the name
//	         it is saved under
//	$ELSEWHERE a server that creates its uploads on $TUSD, another host
//	$UNIQUE  a tusd that refuses names that it has, and has taken.txt and other.txt
//	$REFUSED a port that refuses connections
func TestScripts(t *testing.T) {
	tusd := uploadtest.NewTusd(t)
	private := uploadtest.NewTusd(t)
	elsewhere := newDispatcher(t, tusd.Endpoint)
	unique := map[string]*uploadtest.Tusd{}
	held := map[string]*heldServers{}
	scripts, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	for _, script := range scripts {
		name := "script-" + strings.TrimSuffix(filepath.Base(script), ".txtar")
		unique[name] = uploadtest.NewTusd(t, (&uploadtest.UniqueNames{}).Option("taken.txt", "other.txt"))
		held[name] = newHeldServers(t, tusd, private)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("FERRY_PROFILE", filepath.Join(env.WorkDir, "profile"))
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("USERPROFILE", filepath.Join(env.WorkDir, "home")) // the same on Windows
			env.Setenv("TUSD", tusd.Endpoint)
			env.Setenv("HOST", tusd.Listener.Addr().String())
			servers := held[filepath.Base(env.WorkDir)]
			env.Values[heldKey{}] = servers
			env.Setenv("HELD", servers.endpoint)
			env.Setenv("AUTH", servers.authEndpoint)
			env.Setenv("AUTHNAME", hostOf(t, servers.authEndpoint))
			env.Setenv("ELSEWHERE", elsewhere)
			env.Setenv("UNIQUE", unique[filepath.Base(env.WorkDir)].Endpoint)
			env.Setenv("REFUSED", uploadtest.UnusedURL(t))
			env.Setenv("LC_ALL", "en_US.UTF-8")
			env.Setenv("NO_PROXY", "*")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"random":         cmdRandom,
			"hold":           cmdHold,
			"release":        cmdRelease,
			"waitheld":       cmdWaitHeld,
			"append":         cmdAppend,
			"unchanged":      cmdUnchanged,
			"specialnames":   cmdSpecialNames,
			"fifo":           cmdFIFO,
			"exits":          cmdExits,
			"interrupt":      cmdInterrupt,
			"interruptfirst": cmdInterruptFirst,
			"interruptstdin": cmdInterruptStdin,
			"startreceiver":  cmdStartReceiver,
			"waitfor":        cmdWaitFor,
			"received":       cmdReceived,
			"savesettings":   cmdSaveSettings,
			"upload":         cmdUpload,
			"nowhere":        cmdNowhere,
			"urls":           cmdURLs,
			"savedoptions":   cmdSavedOptions,
			"streams":        cmdStreams,
			"release010":     cmdRelease010,
			"hassettings010": cmdHasSettings010,
			"snapshot":       cmdSnapshot,
			"newerprofile":   cmdNewerProfile,
			"killstdin": func(ts *testscript.TestScript, _ bool, args []string) {
				cmdKillStdin(t, ts, tusd, args)
			},
			"chunks": func(ts *testscript.TestScript, _ bool, args []string) {
				cmdChunks(t, ts, tusd, args)
			},
			"metadata": func(ts *testscript.TestScript, _ bool, args []string) {
				cmdMetadata(t, ts, tusd, args)
			},
			"stored": func(ts *testscript.TestScript, _ bool, args []string) {
				cmdStored(t, ts, tusd, args)
			},
		},
	})
}

// hostOf returns the host of an endpoint, which is the name it is saved under.
func hostOf(t *testing.T, endpoint string) string {
	t.Helper()
	u, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// newDispatcher starts a server that creates uploads on storage, another host, and does
// nothing else. It returns its endpoint.
func newDispatcher(t *testing.T, storage string) string {
	t.Helper()
	target, err := url.Parse(storage)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: target.Scheme, Host: target.Host}) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost && r.Method != http.MethodOptions {
			t.Errorf("the dispatcher received %s", r.Method)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + target.Path
}

// newCmd returns a command that runs a program with the environment of the script.
func newCmd(ts *testscript.TestScript, args ...string) *exec.Cmd {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		path := filepath.Join(dir, args[0])
		if runtime.GOOS == "windows" {
			path += ".exe"
		}
		if _, err := os.Stat(path); err != nil {
			continue
		}
		cmd := exec.Command(path, args[1:]...)
		cmd.Dir = ts.MkAbs(".")
		cmd.Stdin = input(ts)
		for _, name := range []string{
			"PATH", "HOME", "USERPROFILE", "TMPDIR", "FERRY_PROFILE", "FERRY_LANGUAGE", "LC_ALL", "NO_PROXY", unprivilegedEnv, fileWaitEnv, passphraseEnv, cli.HeaderEnv, "GOCOVERDIR",
		} {
			cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
		}
		prepareInterrupt(cmd)
		return cmd
	}
	ts.Fatalf("program %s not found", args[0])
	return nil
}

// input returns the content of the file $INPUT, or nil if it is not set.
func input(ts *testscript.TestScript) io.Reader {
	name := ts.Getenv("INPUT")
	if name == "" {
		return nil
	}
	return strings.NewReader(ts.ReadFile(name))
}
