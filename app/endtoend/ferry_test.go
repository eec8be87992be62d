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

// runTimeout is how long the program may take for anything while nothing is in
// its way.
const runTimeout = 5 * time.Minute

// client is one profile, worked in by one run of the program after another.
type client struct {
	t       testing.TB
	profile string
	endpoint      string // the server's creation URL
}

// run is one run of the program.
type run struct {
	command *exec.Cmd
	args    []string
	stdout     bytes.Buffer
	stderr     bytes.Buffer
	done   chan struct{} // closed when it has ended and all of its output is there
	exitErr    error
}

func (c *client) send(paths ...string) *run {
	c.t.Helper()
	return c.start(append([]string{"send", "--profile", c.profile, "--to", c.endpoint, "--json"}, paths...)...)
}

func (c *client) resume() *run {
	c.t.Helper()
	return c.start("resume", "--profile", c.profile, "--json")
}

func (c *client) start(args ...string) *run {
	c.t.Helper()
	return c.startWithStdin(nil, args...)
}

// startWithStdin starts the program with a standard input, or with none.
func (c *client) startWithStdin(stdin *os.File, args ...string) *run {
	c.t.Helper()
	r := &run{command: exec.CommandContext(c.t.Context(), ferry, args...), args: args, done: make(chan struct{})}
	if stdin != nil {
		r.command.Stdin = stdin
	}
	r.command.Stdout, r.command.Stderr = &r.stdout, &r.stderr
	// The race detector would wait a second at the end of each run.
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

// wait waits for the end of a run, and kills it with all of its goroutines on
// show when it does not come.
func (r *run) wait(t testing.TB, timeout time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	select {
	case <-r.done:
	case <-ctx.Done():
		quitWithStacks(r.command.Process)
		<-r.done
		t.Fatalf("ferry %v does not end:\n%s", r.args, r.stderr.String())
	}
}

// killAfter reports whether it was a signal that ended the run.
func (r *run) killed() bool {
	exit, ok := errors.AsType[*exec.ExitError](r.exitErr)
	return ok && !exit.Exited()
}

// exitCode is the exit code of a run that ended by itself.
func (r *run) exitCode() int { return r.command.ProcessState.ExitCode() }

// hasRaceOrPanic reports whether the run's race detector found something.
func (r *run) hasRaceOrPanic() bool {
	return strings.Contains(r.stderr.String(), "DATA RACE") || strings.Contains(r.stderr.String(), "panic:")
}

// events are what the run told. The last line of a killed one may be cut.
func (r *run) events(t testing.TB) []feed.Event {
	t.Helper()
	var events []feed.Event
	for line := range bytes.Lines(r.stdout.Bytes()) {
		var event feed.Event
		if err := json.Unmarshal(line, &event); err != nil {
			if !bytes.HasSuffix(line, []byte("\n")) {
				break
			}
			t.Fatalf("ferry %v says %q: %v", r.args, line, err)
		}
		events = append(events, event)
	}
	return events
}

// list is everything in the program's memory.
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
			c.t.Fatalf("ferry list says %q: %v", line, err)
		}
		entries = append(entries, entry)
	}
	return entries
}

// resumeOrSend goes on with a folder after a run was killed. Until the first command is
// acknowledged the program does not know of the folder, so that a person who
// sees it die says it again.
func (c *client) resumeOrSend(folders ...string) *run {
	c.t.Helper()
	if unknown := c.unlisted(folders...); len(unknown) > 0 {
		return c.send(unknown...)
	}
	return c.resume()
}

// unlisted are the folders of which no file is in the program's memory.
func (c *client) unlisted(folders ...string) []string {
	c.t.Helper()
	listed := c.list()
	return slices.DeleteFunc(slices.Clone(folders), func(folder string) bool {
		return slices.ContainsFunc(listed, func(e cli.Entry) bool {
			return strings.HasPrefix(e.Path, folder+string(filepath.Separator))
		})
	})
}
