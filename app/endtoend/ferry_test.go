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

// patience is how long the program may take for anything while nothing is in
// its way.
const patience = 5 * time.Minute

// client is one profile, worked in by one run of the program after another.
type client struct {
	t       testing.TB
	profile string
	to      string // the server's creation URL
}

// run is one run of the program.
type run struct {
	command *exec.Cmd
	args    []string
	out     bytes.Buffer
	err     bytes.Buffer
	ended   chan struct{} // closed when it has ended and all of its output is there
	exit    error
}

func (c *client) send(paths ...string) *run {
	c.t.Helper()
	return c.start(append([]string{"send", "--profile", c.profile, "--to", c.to, "--json"}, paths...)...)
}

func (c *client) resume() *run {
	c.t.Helper()
	return c.start("resume", "--profile", c.profile, "--json")
}

func (c *client) start(args ...string) *run {
	c.t.Helper()
	return c.begin(nil, args...)
}

// begin starts the program with a standard input, or with none.
func (c *client) begin(in *os.File, args ...string) *run {
	c.t.Helper()
	r := &run{command: exec.CommandContext(c.t.Context(), ferry, args...), args: args, ended: make(chan struct{})}
	if in != nil {
		r.command.Stdin = in
	}
	r.command.Stdout, r.command.Stderr = &r.out, &r.err
	// The race detector would wait a second at the end of each run.
	r.command.Env = append(os.Environ(), "NO_PROXY=*", "LC_ALL=C.UTF-8", "GORACE=atexit_sleep_ms=0")
	if err := r.command.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() {
		defer close(r.ended)
		r.exit = r.command.Wait()
	}()
	return r
}

// within waits for the end of a run, and kills it with all of its goroutines on
// show when it does not come.
func (r *run) within(t testing.TB, most time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	select {
	case <-r.ended:
	case <-ctx.Done():
		dump(r.command.Process)
		<-r.ended
		t.Fatalf("ferry %v does not end:\n%s", r.args, r.err.String())
	}
}

// killed reports whether it was a signal that ended the run.
func (r *run) killed() bool {
	exit, ok := errors.AsType[*exec.ExitError](r.exit)
	return ok && !exit.Exited()
}

// code is the exit code of a run that ended by itself.
func (r *run) code() int { return r.command.ProcessState.ExitCode() }

// raced reports whether the run's race detector found something.
func (r *run) raced() bool {
	return strings.Contains(r.err.String(), "DATA RACE") || strings.Contains(r.err.String(), "panic:")
}

// events are what the run told. The last line of a killed one may be cut.
func (r *run) events(t testing.TB) []feed.Event {
	t.Helper()
	var events []feed.Event
	for line := range bytes.Lines(r.out.Bytes()) {
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
	r.within(c.t, patience)
	if r.exit != nil {
		c.t.Fatalf("ferry list: %v\n%s", r.exit, r.err.String())
	}
	var entries []cli.Entry
	for line := range bytes.Lines(r.out.Bytes()) {
		var entry cli.Entry
		if err := json.Unmarshal(line, &entry); err != nil {
			c.t.Fatalf("ferry list says %q: %v", line, err)
		}
		entries = append(entries, entry)
	}
	return entries
}

// again goes on with a folder after a run was killed. Until the first command is
// acknowledged the program does not know of the folder, so that a person who
// sees it die says it again.
func (c *client) again(folders ...string) *run {
	c.t.Helper()
	if unknown := c.unknown(folders...); len(unknown) > 0 {
		return c.send(unknown...)
	}
	return c.resume()
}

// unknown are the folders of which no file is in the program's memory.
func (c *client) unknown(folders ...string) []string {
	c.t.Helper()
	known := c.list()
	return slices.DeleteFunc(slices.Clone(folders), func(folder string) bool {
		return slices.ContainsFunc(known, func(e cli.Entry) bool {
			return strings.HasPrefix(e.Path, folder+string(filepath.Separator))
		})
	})
}
