package interop_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// scenario is a fault that a whole installation must survive.
type scenario struct {
	name, about string
	full        bool
	missing     string // why it does not work; "" if it does
	run         func(t *testing.T) error
}

func scenarios() []scenario {
	return []scenario{
		{
			name: "two tusd on S3", full: true, run: killOneOfTwo,
			about: "behind haproxy with a sticky cookie; the instance that has the upload is killed in the middle, and the upload finishes through the other",
		},
		{
			name: "nginx as installed, every connection cut", full: true, run: cutConnections("stock"),
			about: "each connection is cut after 6 MB; a file of 40 MB arrives",
		},
		{
			name: "nginx, buffering, every connection cut", full: true, run: cutConnections("buffering"),
			about: "each connection is cut after 6 MB; a file of 40 MB arrives",
		},
		{
			name: "filebrowser, existing file", run: existingFile(newFileBrowser, "overwrite", "rename", "skip"),
			about: "`--exists overwrite` replaces it, `--exists rename` adds another one, `--exists skip` leaves it",
		},
		{
			name: "Supabase, existing file", run: existingFile(newSupabase, "rename", "skip"),
			about: "`--exists rename` adds another one, `--exists skip` leaves it",
		},
	}
}

// existingFile returns a scenario: a file with the name of an existing one is sent, with
// each of the answers of --exists.
func existingFile(start func(*testing.T) *instance, answers ...string) func(t *testing.T) error {
	return func(t *testing.T) error {
		server := start(t)
		proxy := uploadtest.NewProxy(t, server.endpoint)
		for _, answer := range answers {
			if err := sendExisting(newClient(t, server, proxy), answer); err != nil {
				return fmt.Errorf("--exists %s: %w", answer, err)
			}
		}
		return nil
	}
}

// sendExisting sends two files of one name, the second one with an answer, and compares
// what the server has of them.
func sendExisting(c *client, answer string) error {
	name := "both " + answer + ".bin"
	first := createFile(c.t, filepath.Join(c.t.TempDir(), name), 1000)
	second := createFile(c.t, filepath.Join(c.t.TempDir(), name), 2000)
	r, err := c.send(c.t.Context(), nil, first.path)
	if err := r.wantDone(err); err != nil {
		return err
	}
	r, err = c.send(c.t.Context(), []string{"--exists", answer}, second.path)
	if err != nil {
		return err
	}
	if r.code != 0 {
		return fmt.Errorf("exit status %d: %s", r.code, r.reason())
	}
	files, err := c.server.stored()
	if err != nil {
		return err
	}
	names := map[string]string{} // by content
	for _, f := range files {
		names[f.sha256] = f.name
	}
	renamed := "both " + answer + " (2).bin"
	want := map[string][2]string{"overwrite": {"", name}, "rename": {name, renamed}, "skip": {name, ""}}[answer]
	if got := [2]string{names[first.sha256], names[second.sha256]}; got != want {
		return fmt.Errorf("the files have the names %q on the server, want %q", got, want)
	}
	return nil
}

// killOneOfTwo kills the tusd that receives an upload. The one that is left must finish it.
func killOneOfTwo(t *testing.T) error {
	bucket := newBucket(t)
	var instances [2]*uploadtest.TusdBinary
	for i := range instances {
		instances[i] = uploadtest.NewTusdBinary(t, uploadtest.S3(bucket.endpoint, bucket.name), uploadtest.BehindProxy())
	}
	var links [2]*uploadtest.Proxy // between haproxy and the instances
	for i := range links {
		links[i] = uploadtest.NewProxy(t, instances[i].Endpoint)
	}
	server := &instance{
		endpoint: newHAProxy(t, "http://"+links[0].Addr(), "http://"+links[1].Addr()), hasName: hasBaseName, stored: bucket.stored,
	}
	waitHealthy(t, server.endpoint)
	c := newClient(t, server, uploadtest.NewProxy(t, server.endpoint))
	f := createFile(t, filepath.Join(t.TempDir(), "film.mov"), 150_000_000)
	ended := make(chan error, 1)
	go func() {
		r, err := c.send(t.Context(), []string{"--limit", fmt.Sprint(f.size / 10), "--chunk", "20MB"}, f.path)
		ended <- r.wantDone(err)
	}()
	killed, err := waitHalf(t.Context(), links, f.size/2, ended)
	if err != nil {
		return err
	}
	before := links[1-killed].Upstream()
	instances[killed].Kill(t)
	if err := <-ended; err != nil {
		return err
	}
	if links[1-killed].Upstream()-before < f.size/10 {
		return fmt.Errorf("the other instance received %d bytes", links[1-killed].Upstream()-before)
	}
	return checkStored(server, nil, f)
}

// waitHalf waits until one of the links has passed on size bytes, and returns which. It
// fails if the upload ends before.
func waitHalf(ctx context.Context, links [2]*uploadtest.Proxy, size int64, ended <-chan error) (int, error) {
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for {
		for i, link := range links {
			if link.Upstream() >= size {
				return i, nil
			}
		}
		select {
		case err := <-ended:
			return 0, fmt.Errorf("the upload ended before an instance was killed: %w", err)
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-poll.C:
		}
	}
}

// cutConnections returns a scenario: a file is sent through a link that cuts every
// connection after 6 MB, to an nginx that passes on only whole requests.
func cutConnections(config string) func(t *testing.T) error {
	return func(t *testing.T) error {
		server := nginxTarget(config)(t)
		link := uploadtest.NewProxy(t, server.endpoint)
		link.ResetEachAfter(6_000_000)
		c := newClient(t, server, link)
		f := createFile(t, filepath.Join(t.TempDir(), "film.mov"), 40_000_000)
		r, err := c.send(t.Context(), nil, f.path)
		t.Logf("%d connections, %d bytes", link.Connections(), link.Upstream())
		if err := r.wantDone(err); err != nil {
			return err
		}
		return checkStored(server, nil, f)
	}
}
