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

// program is a server that runs in a process of its own, on one port and one
// directory for its whole life, however often it is killed and started again.
// Its methods must be called from the test's goroutine, one at a time.
type program struct {
	path  string
	args  []string
	ready string // what the line it prints holds once it takes connections

	running *exec.Cmd
	outputClosed   chan struct{} // closed when the running process's output has ended
}

// Restart starts the program, after killing the one that runs if there is one,
// and returns when it takes connections.
func (p *program) Restart(t testing.TB) {
	t.Helper()
	p.Kill(t)
	command := exec.Command(p.path, p.args...)
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

// waitReady reads the program's log up to the line that says it is ready, or
// returns all of it when that line never comes.
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

// Stop asks the program to end (SIGTERM) and waits until it has. Windows has no
// such signal: there it is killed.
func (p *program) Stop(t testing.TB) {
	t.Helper()
	if runtime.GOOS == "windows" {
		p.signal(t, os.Kill)
		return
	}
	p.signal(t, syscall.SIGTERM)
}

// Kill ends the program at once (SIGKILL) and waits until it has. One that does
// not run is fine.
func (p *program) Kill(t testing.TB) {
	t.Helper()
	p.signal(t, os.Kill)
}

func (p *program) signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if p.running == nil {
		return
	}
	if err := p.running.Process.Signal(sig); err != nil {
		t.Logf("end server: %v", err) // it may have ended by itself
	}
	<-p.outputClosed
	_ = p.running.Wait() // its exit code says only how it was ended
	p.running = nil
}

// cached returns the path of name in the user's cache, where build makes it, at
// the path it is given, once for all tests to come.
func cached(t testing.TB, name string, build func(path string)) string {
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
	lock := flock.New(path + ".lock") // the tests of several packages run at once
	if err := lock.Lock(); err != nil {
		t.Fatalf("build %s: %v", name, err)
	}
	defer func() { _ = lock.Unlock() }()
	if _, err := os.Stat(path); err == nil {
		return path
	}
	t.Logf("building %s in %s, once", name, dir)
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
