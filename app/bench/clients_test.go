//go:build linux

package bench_test

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// client is a program that uploads, with its options.
type client struct {
	name    string
	missing string // why it cannot be run; "": it can
	rounds  int    // maximum number of runs
	profile string // its data folder; "": an empty one for each run
	prepare func(*meter, task) error
	run     func(*meter, task) error
}

// task is what a client uploads once.
type task struct {
	endpoint string
	ca       string // file with the certificate of the server's CA; "": no TLS
	profile  string // a folder for what the client saves
	source   fileSet
}

// file is the path of the only file of the source.
func (t task) file() (string, error) {
	entries, err := os.ReadDir(t.source.path)
	if err != nil || len(entries) != 1 {
		return "", fmt.Errorf("no single file in %s: %w", t.source.path, err)
	}
	return filepath.Join(t.source.path, entries[0].Name()), nil
}

const anyRounds = 1 << 20

// ferry is `ferry send` in an empty profile.
func ferry(name string, options ...string) client {
	return client{name: name, rounds: anyRounds, run: func(m *meter, t task) error {
		args := []string{"send", "--quiet", "--profile", t.profile, "--to", t.endpoint}
		if t.ca != "" {
			args = append(args, "--ca", t.ca)
		}
		_, err := m.run(ferryProgram, append(append(args, options...), t.source.path)...)
		return err
	}}
}

// ferryWithServer is `ferry send` to a server that was added with an option. Adding it is
// not measured.
func ferryWithServer(t testing.TB, name, option string) client {
	t.Helper()
	help, err := exec.CommandContext(t.Context(), ferryProgram, "server", "add", "--help").Output()
	if err != nil {
		t.Fatalf("ferry server add --help: %v", err)
	}
	if !strings.Contains(string(help), strings.TrimPrefix(option, "--")) { // it may be shown as --[no-]option
		return client{name: name, missing: "no option " + option}
	}
	const server = "bench"
	return client{
		name: name, rounds: anyRounds,
		prepare: func(m *meter, t task) error {
			_, err := m.run(ferryProgram, "server", "add", "--profile", t.profile, "--force", "--name", server, option, t.endpoint)
			return err
		},
		run: func(m *meter, t task) error {
			_, err := m.run(ferryProgram, "send", "--quiet", "--profile", t.profile, "--to", server, t.source.path)
			return err
		},
	}
}

// ferryList is `ferry list` in a profile. It uploads nothing.
func ferryList(name, profile string) client {
	return client{name: name, profile: profile, rounds: anyRounds, run: func(m *meter, t task) error {
		_, err := m.run(ferryProgram, "list", "--profile", t.profile)
		return err
	}}
}

// bare is the client of internal/bare.
func bare(atOnce int) client {
	return client{name: fmt.Sprintf("bare, %d at once", atOnce), rounds: anyRounds, run: func(m *meter, t task) error {
		_, err := m.run(bareProgram, t.endpoint, strconv.Itoa(atOnce), t.source.path)
		return err
	}}
}

// curl is two runs of curl: one creates the upload, the other sends a file.
func curl() client {
	program, err := exec.LookPath("curl")
	if err != nil {
		return client{name: "curl", missing: "not installed"}
	}
	return client{name: "curl", rounds: anyRounds, run: func(m *meter, t task) error {
		path, err := t.file()
		if err != nil {
			return err
		}
		options := []string{"--silent", "--show-error", "--fail", "--output", "/dev/null", "--header", "Tus-Resumable: 1.0.0"}
		if t.ca != "" {
			options = append(options, "--cacert", t.ca)
		}
		url, err := m.run(program, append(options, "--request", http.MethodPost, "--write-out", "%header{location}",
			"--header", fmt.Sprintf("Upload-Length: %d", t.source.bytes), t.endpoint)...)
		if err != nil {
			return err
		}
		_, err = m.run(program, append(options, "--request", http.MethodPatch, "--header", "Upload-Offset: 0",
			"--header", "Content-Type: application/offset+octet-stream", "--header", "Expect:", "--upload-file", path, strings.TrimSpace(url))...)
		return err
	}}
}

// tusJS holds the program that uploads with tus-js-client, and the versions of its
// packages.
//
//go:embed testdata/tusjs
var tusJS embed.FS

// tusJSClient is tus-js-client in Node.js, which npm installs once per machine.
func tusJSClient(t testing.TB, atOnce int) client {
	t.Helper()
	c := client{name: fmt.Sprintf("tus-js-client, %d at once", atOnce), rounds: anyRounds}
	for _, needed := range []string{"node", "npm"} {
		if _, err := exec.LookPath(needed); err != nil {
			c.missing = needed + " is not installed"
			return c
		}
	}
	files, err := fs.Sub(tusJS, "testdata/tusjs")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(uploadtest.InstallNode(t, "bench-tusjs", files), "upload.js")
	c.run = func(m *meter, t task) error {
		_, err := m.run("node", program, t.endpoint, strconv.Itoa(atOnce), t.source.path)
		return err
	}
	return c
}

// atMost limits the number of runs.
func (c client) atMost(rounds int) client {
	c.rounds = rounds
	return c
}

// in lets each run use the same profile.
func (c client) in(profile string) client {
	c.profile = profile
	return c
}

// measure runs a client once.
func (c client) measure(ctx context.Context, t task) (usage, error) {
	if c.prepare != nil {
		if err := c.prepare(&meter{ctx: ctx}, t); err != nil {
			return usage{}, err
		}
	}
	m := &meter{ctx: ctx}
	err := c.run(m, t)
	return m.usage, err
}
