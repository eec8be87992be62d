package interop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// runTimeout is the maximum time of one run of the program. A run that retries longer
// makes no progress.
const (
	runTimeout     = 45 * time.Second
	fullRunTimeout = 90 * time.Second
)

// client runs the program in one profile, for one server. The program reaches the server
// through a proxy that counts the bytes.
type client struct {
	t       testing.TB
	profile string
	server  *instance
	proxy   *uploadtest.Proxy
}

// event is a line of the program's output.
type event struct {
	feed.Event
	ServerMessage string `json:"server_message"`
}

// report is what a run printed.
type report struct {
	args   []string
	code   int // exit code; -1 if it was killed
	events []event
	stderr string
}

// addressMark stands for the server's address in [instance.options].
const addressMark = "ADDRESS"

// send sends files or folders.
func (c *client) send(ctx context.Context, options []string, paths ...string) (*report, error) {
	args := append([]string{"send", "--profile", c.profile, "--json", "--settle", "0"}, options...)
	for _, option := range c.server.options {
		args = append(args, strings.ReplaceAll(option, addressMark, c.proxy.URL(c.server.endpoint)))
	}
	switch {
	case c.server.createURL != nil:
		given, err := c.givenURLs(paths)
		if err != nil {
			return nil, err
		}
		return c.run(ctx, append(args, "--urls", given)...)
	case !slices.Contains(args, "--preset"):
		args = append(args, c.to()...)
	}
	return c.run(ctx, append(append(args, c.signIn()...), paths...)...)
}

// resume resumes what the profile has.
func (c *client) resume(ctx context.Context) (*report, error) {
	args := []string{"resume", "--profile", c.profile, "--json"}
	if c.server.createURL == nil {
		args = slices.Concat(args, c.to(), c.signIn())
	}
	return c.run(ctx, args...)
}

func (c *client) to() []string { return []string{"--to", c.proxy.URL(c.server.endpoint)} }

// signIn returns the arguments to sign in.
func (c *client) signIn() []string {
	if c.server.perFile != "" {
		return []string{"--per-file", c.server.perFile}
	}
	if len(c.server.headers) == 0 {
		return nil
	}
	file := filepath.Join(c.profile, "headers.txt")
	if err := os.WriteFile(file, []byte(strings.Join(c.server.headers, "\n")+"\n"), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return []string{"--header-file", file}
}

// givenURLs writes a file with an upload URL for each path.
func (c *client) givenURLs(paths []string) (string, error) {
	var lines strings.Builder
	for _, path := range paths {
		given, err := c.server.createURL(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&lines, "%s\t%s\n", path, c.proxy.URL(given))
	}
	list := filepath.Join(c.t.TempDir(), "urls.txt")
	return list, os.WriteFile(list, []byte(lines.String()), 0o600)
}

// run runs the program until it ends. It fails if the program takes longer than the
// timeout, or prints something that is not an event.
func (c *client) run(ctx context.Context, args ...string) (*report, error) {
	limit := runTimeout
	if *full {
		limit = fullRunTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	command := exec.CommandContext(ctx, ferry, args...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	command.Env = append(os.Environ(), "NO_PROXY=*", "LC_ALL=C.UTF-8", "GORACE=atexit_sleep_ms=0")
	err := command.Run()
	r := &report{args: args, stderr: stderr.String(), code: command.ProcessState.ExitCode()}
	for line := range bytes.Lines(stdout.Bytes()) {
		var e event
		if json.Unmarshal(line, &e) == nil && e.Event.Event != "" {
			r.events = append(r.events, e)
		}
	}
	exit, exited := errors.AsType[*exec.ExitError](err)
	switch {
	case strings.Contains(r.stderr, "DATA RACE") || strings.Contains(r.stderr, "panic:"):
		return r, fmt.Errorf("ferry %s: %s", args[0], r.stderr)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return r, fmt.Errorf("no end after %v: %s", limit, r.reason())
	case err != nil && !exited:
		return r, err
	case exited && !exit.Exited():
		r.code = -1
	}
	return r, nil
}

// wantDone fails unless the run uploaded all of its files.
func (r *report) wantDone(err error) error {
	if err == nil && r.code != 0 {
		err = fmt.Errorf("exit status %d: %s", r.code, r.reason())
	}
	return err
}

// reason is the last thing that the run said about what did not work.
func (r *report) reason() string {
	for _, e := range slices.Backward(r.events) {
		if e.Message != "" && e.Event.Event != feed.Done {
			return strings.TrimSpace(fmt.Sprintf("%s: %s: %s %s", filepath.Base(e.Path), e.Fault, e.Message, e.ServerMessage))
		}
	}
	return lastLine(r.stderr)
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
