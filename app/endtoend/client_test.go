package endtoend_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/feed"
)

// runTimeout is the maximum time of any run or wait while there are no faults.
const runTimeout = 5 * time.Minute

// client runs the program in one profile.
type client struct {
	t        testing.TB
	profile  string
	endpoint string // the server's creation URL; "": the built-in receiver

	maxOpenFiles int // limit of the next runs; 0: that of this process
}

// run is one run of the program.
type run struct {
	command *exec.Cmd
	args    []string
	stdout  bytes.Buffer
	stderr  bytes.Buffer
	done    chan struct{} // closed when the process has exited and its output is complete
	exitErr error
}

func (c *client) send(paths ...string) *run {
	c.t.Helper()
	args := []string{"send", "--profile", c.profile, "--json"}
	if c.endpoint != "" {
		args = append(args, "--to", c.endpoint)
	}
	return c.start(append(args, paths...)...)
}

func (c *client) resume() *run {
	c.t.Helper()
	return c.start("resume", "--profile", c.profile, "--json")
}

func (c *client) start(args ...string) *run {
	c.t.Helper()
	return c.startWithStdin(nil, args...)
}

// startWithStdin starts the program; stdin may be nil.
func (c *client) startWithStdin(stdin *os.File, args ...string) *run {
	c.t.Helper()
	program, arguments := ferry, args
	if c.maxOpenFiles > 0 {
		program, arguments = openFilesArgs(c.maxOpenFiles, ferry, args...)
	}
	r := &run{command: exec.CommandContext(c.t.Context(), program, arguments...), args: args, done: make(chan struct{})}
	if stdin != nil {
		r.command.Stdin = stdin
	}
	r.command.Stdout, r.command.Stderr = &r.stdout, &r.stderr
	// Without this the race detector waits a second at exit.
	r.command.Env = append(os.Environ(), "NO_PROXY=*", "LC_ALL=C.UTF-8", "GORACE=atexit_sleep_ms=0")
	if err := r.command.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() {
		defer close(r.done)
		r.exitErr = r.command.Wait()
	}()
	return r
}

// wait waits for the end of the run. After the timeout it makes the process print
// its goroutines and exit, and fails the test.
func (r *run) wait(t testing.TB, timeout time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	select {
	case <-r.done:
	case <-ctx.Done():
		quitWithStacks(r.command.Process)
		<-r.done
		t.Fatalf("ferry %v: timeout\n%s", r.args, r.stderr.String())
	}
}

// killed reports whether the run was ended by a signal.
func (r *run) killed() bool {
	exit, ok := errors.AsType[*exec.ExitError](r.exitErr)
	return ok && !exit.Exited()
}

// exitCode is the exit code of a run that was not killed.
func (r *run) exitCode() int { return r.command.ProcessState.ExitCode() }

// hasRaceOrPanic reports whether the run printed a data race or a panic.
func (r *run) hasRaceOrPanic() bool {
	return strings.Contains(r.stderr.String(), "DATA RACE") || strings.Contains(r.stderr.String(), "panic:")
}

// events parses the run's output. The last line of a killed run may be cut off.
func (r *run) events(t testing.TB) []feed.Event {
	t.Helper()
	var events []feed.Event
	for line := range bytes.Lines(r.stdout.Bytes()) {
		var event feed.Event
		if err := json.Unmarshal(line, &event); err != nil {
			if !bytes.HasSuffix(line, []byte("\n")) {
				break
			}
			t.Fatalf("ferry %v: invalid line %q: %v", r.args, line, err)
		}
		events = append(events, event)
	}
	return events
}

// list returns all transfers of the profile.
func (c *client) list() []cli.Entry {
	c.t.Helper()
	r := c.start("list", "--profile", c.profile, "--all", "--json")
	r.wait(c.t, runTimeout)
	if r.exitErr != nil {
		c.t.Fatalf("ferry list: %v\n%s", r.exitErr, r.stderr.String())
	}
	var entries []cli.Entry
	for line := range bytes.Lines(r.stdout.Bytes()) {
		var entry cli.Entry
		if err := json.Unmarshal(line, &entry); err != nil {
			c.t.Fatalf("ferry list: invalid line %q: %v", line, err)
		}
		entries = append(entries, entry)
	}
	return entries
}

// resumeOrSend continues after a run was killed. It sends those of the folders that
// the killed run had not saved yet, otherwise it resumes.
func (c *client) resumeOrSend(folders ...string) *run {
	c.t.Helper()
	if unknown := c.unlisted(folders...); len(unknown) > 0 {
		return c.send(unknown...)
	}
	return c.resume()
}

// unlisted returns the folders of which the profile has no transfer.
func (c *client) unlisted(folders ...string) []string {
	c.t.Helper()
	listed := c.list()
	return slices.DeleteFunc(slices.Clone(folders), func(folder string) bool {
		return slices.ContainsFunc(listed, func(e cli.Entry) bool {
			return strings.HasPrefix(e.Path, folder+string(filepath.Separator))
		})
	})
}
