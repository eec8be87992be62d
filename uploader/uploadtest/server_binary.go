package uploadtest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/gofrs/flock"
)

// TusdBinary is the real tusd program, on one port and one directory for its
// whole life, however often it is killed and started again. Its methods must be
// called from the test's goroutine, one at a time.
type TusdBinary struct {
	Endpoint string // the creation URL
	Dir      string // where its files are

	program string
	args    []string
	running *exec.Cmd
	ended   chan struct{} // closed when the running process's output has ended
}

// NewTusdBinary builds tusd, once per version and machine, and starts it. It
// ends with the test. Wrap and WithTLS have no effect on it.
func NewTusdBinary(t testing.TB, opts ...Option) *TusdBinary {
	t.Helper()
	port := freePort(t)
	s := &TusdBinary{
		Endpoint: fmt.Sprintf("http://127.0.0.1:%d%s", port, basePath),
		Dir:      t.TempDir(),
		program:  buildTusd(t),
	}
	s.args = append([]string{
		"-host", "127.0.0.1", "-port", strconv.Itoa(port), "-base-path", basePath,
		"-upload-dir", s.Dir, "-hooks-enabled-events", "",
	}, flagsOf(optionsOf(opts))...)
	s.Restart(t)
	t.Cleanup(func() { s.Kill(t) })
	return s
}

func flagsOf(o options) []string {
	var flags []string
	if o.maxSize > 0 {
		flags = append(flags, "-max-size", strconv.FormatInt(o.maxSize, 10))
	}
	if o.noTermination {
		flags = append(flags, "-disable-termination")
	}
	if o.behindProxy {
		flags = append(flags, "-behind-proxy")
	}
	if o.networkTimeout > 0 {
		flags = append(flags, "-network-timeout", o.networkTimeout.String())
	}
	return flags
}

// Restart starts the program, after killing the one that runs if there is one,
// and returns when it takes connections.
func (s *TusdBinary) Restart(t testing.TB) {
	t.Helper()
	s.Kill(t)
	command := exec.Command(s.program, s.args...)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatalf("start tusd: %v", err)
	}
	command.Stderr = command.Stdout
	if err := command.Start(); err != nil {
		t.Fatalf("start tusd: %v", err)
	}
	s.running, s.ended = command, make(chan struct{})
	listens := make(chan string, 1)
	go func() {
		defer close(s.ended)
		listens <- untilListening(output)
		_, _ = io.Copy(io.Discard, output)
	}()
	if failure := <-listens; failure != "" {
		t.Fatalf("tusd does not listen:\n%s", failure)
	}
}

// untilListening reads the program's log up to the line that says it is ready,
// or returns all of it when that line never comes.
func untilListening(output io.Reader) string {
	var log strings.Builder
	lines := bufio.NewReader(output)
	for {
		line, err := lines.ReadString('\n')
		if strings.Contains(line, "You can now upload files to") {
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
func (s *TusdBinary) Stop(t testing.TB) {
	t.Helper()
	if runtime.GOOS == "windows" {
		s.end(t, os.Kill)
		return
	}
	s.end(t, syscall.SIGTERM)
}

// Kill ends the program at once (SIGKILL) and waits until it has. One that does
// not run is fine.
func (s *TusdBinary) Kill(t testing.TB) {
	t.Helper()
	s.end(t, os.Kill)
}

func (s *TusdBinary) end(t testing.TB, signal os.Signal) {
	t.Helper()
	if s.running == nil {
		return
	}
	if err := s.running.Process.Signal(signal); err != nil {
		t.Logf("end tusd: %v", err) // it may have ended by itself
	}
	<-s.ended
	_ = s.running.Wait() // its exit code says only how it was ended
	s.running = nil
}

// Stored returns what the server holds, in no particular order.
func (s *TusdBinary) Stored(t testing.TB) []StoredFile {
	t.Helper()
	return stored(t, s.Dir)
}

func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("find a port: %v", err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}

// buildTusd returns the path of a tusd of the version in go.mod. The program
// has dependencies that this module does not have, so it is built in a module of
// its own, and kept in the user's cache for the tests to come.
func buildTusd(t testing.TB) string {
	t.Helper()
	version := strings.TrimSpace(string(run(t, "", "go", "list", "-m", "-f", "{{.Version}}", tusdModule)))
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "ferry-test")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatalf("build tusd: %v", err)
	}
	program := filepath.Join(dir, "tusd-"+version)
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	lock := flock.New(program + ".lock") // the tests of several packages run at once
	if err := lock.Lock(); err != nil {
		t.Fatalf("build tusd: %v", err)
	}
	defer func() { _ = lock.Unlock() }()
	if _, err := os.Stat(program); err == nil {
		return program
	}
	t.Logf("building tusd %s into %s; this takes a minute, once", version, dir)
	scratch := t.TempDir()
	write(t, filepath.Join(scratch, "go.mod"), "module tusdprogram\n\ngo 1.26\n\nrequire "+tusdModule+" "+version+"\n")
	write(t, filepath.Join(scratch, "program.go"), "package program\n\nimport _ \""+tusdModule+"/cmd/tusd\"\n")
	partly := program + ".part"
	run(t, scratch, "go", "build", "-mod=mod", "-o", partly, tusdModule+"/cmd/tusd")
	if err := os.Rename(partly, program); err != nil {
		t.Fatalf("build tusd: %v", err)
	}
	return program
}

const tusdModule = "github.com/tus/tusd/v2"

func run(t testing.TB, dir, name string, args ...string) []byte {
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

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
