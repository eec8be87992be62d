package uploadtest

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/gofrs/flock"
)

// Program is a server in its own process, whose arguments restarts keep. Its methods
// must be called from the test's goroutine.
type Program struct {
	path  string
	args  []string
	env   []string // KEY=VALUE, in addition to the environment of this process
	ready string   // part of the line printed once it accepts connections

	running      *exec.Cmd
	outputClosed chan struct{} // closed at the end of the running process's output
}

// NewProgram starts a server that ends with the test. It accepts connections once it has
// printed a line that contains ready. env has KEY=VALUE pairs, in addition to the
// environment of this process.
func NewProgram(t testing.TB, ready string, env []string, path string, args ...string) *Program {
	t.Helper()
	p := &Program{path: path, args: args, env: env, ready: ready}
	p.Restart(t)
	t.Cleanup(func() { p.Kill(t) })
	return p
}

// Restart kills the program if it is running, starts it, and returns when it
// accepts connections.
func (p *Program) Restart(t testing.TB) {
	t.Helper()
	p.Kill(t)
	command := exec.Command(p.path, p.args...)
	command.Env = append(os.Environ(), p.env...)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatalf("start server: %v", err)
	}
	command.Stderr = command.Stdout
	if err := command.Start(); err != nil {
		t.Fatalf("start server: %v", err)
	}
	p.running, p.outputClosed = command, make(chan struct{})
	result := make(chan string, 1)
	go func() {
		defer close(p.outputClosed)
		result <- waitReady(output, p.ready)
		_, _ = io.Copy(io.Discard, output)
	}()
	if failure := <-result; failure != "" {
		t.Fatalf("%s does not listen:\n%s", filepath.Base(p.path), failure)
	}
}

// waitReady reads the program's output up to the line that contains ready. It
// returns all of the output if there is no such line.
func waitReady(output io.Reader, ready string) string {
	var log strings.Builder
	lines := bufio.NewReader(output)
	for {
		line, err := lines.ReadString('\n')
		if strings.Contains(line, ready) {
			return ""
		}
		log.WriteString(line)
		if err != nil {
			return log.String() + err.Error()
		}
	}
}

// Stop terminates the program with SIGTERM and waits for its exit. On Windows,
// which has no such signal, it kills the program.
func (p *Program) Stop(t testing.TB) {
	t.Helper()
	if runtime.GOOS == "windows" {
		p.signal(t, os.Kill)
		return
	}
	p.signal(t, syscall.SIGTERM)
}

// Kill kills the program and waits for its exit. It does nothing if the program is
// not running.
func (p *Program) Kill(t testing.TB) {
	t.Helper()
	p.signal(t, os.Kill)
}

func (p *Program) signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if p.running == nil {
		return
	}
	if err := p.running.Process.Signal(sig); err != nil {
		t.Logf("signal server: %v", err) // it may have exited
	}
	<-p.outputClosed
	_ = p.running.Wait() // the exit code only reflects the signal
	p.running = nil
}

// Cached returns the path of name in the user's cache directory. If it does not
// exist, build creates it at the path it is given.
func Cached(t testing.TB, name string, build func(path string)) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "ferry-test")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatalf("build %s: %v", name, err)
	}
	path := filepath.Join(dir, name)
	lock := flock.New(path + ".lock") // test binaries of several packages run at the same time
	if err := lock.Lock(); err != nil {
		t.Fatalf("build %s: %v", name, err)
	}
	defer func() { _ = lock.Unlock() }()
	if _, err := os.Stat(path); err == nil {
		return path
	}
	t.Logf("building %s in %s", name, dir)
	partial := path + ".part"
	if err := os.RemoveAll(partial); err != nil {
		t.Fatalf("build %s: %v", name, err)
	}
	build(partial)
	if err := os.Rename(partial, path); err != nil {
		t.Fatalf("build %s: %v", name, err)
	}
	return path
}

// findProgram returns the path of a program that something needs. Windows need not have it: a
// test is skipped there.
func findProgram(t testing.TB, needs, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case runtime.GOOS == "windows":
		t.Skipf("%s needs %s, which this computer does not have", needs, name)
	default:
		t.Fatalf("%s needs %s, which is not installed; run `make deps`: %v", needs, name, err)
	}
	return ""
}

func runCommand(t testing.TB, dir, name string, args ...string) []byte {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOWORK=off")
	var failure strings.Builder
	command.Stderr = &failure
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, failure.String())
	}
	return output
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
