package receiver_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/uploader/receiver"
)

// TestRepair checks that the next run finishes an upload that was interrupted at each step
// after its last byte.
func TestRepair(t *testing.T) {
	for _, test := range []struct {
		name  string
		crash func(t *testing.T, dir, data string)
	}{
		{"all bytes received", func(*testing.T, string, string) {}},
		{"record renamed", func(t *testing.T, _, data string) {
			rename(t, data+".info", data+".done")
		}},
		{"file linked", func(t *testing.T, dir, data string) {
			rename(t, data+".info", data+".done")
			if err := os.Link(data, filepath.Join(dir, "a")); err != nil {
				t.Fatal(err)
			}
		}},
		{"file linked, and the folder restored from a copy", func(t *testing.T, dir, data string) {
			rename(t, data+".info", data+".done")
			if err := os.WriteFile(filepath.Join(dir, "a"), []byte("abc"), 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{"file moved", func(t *testing.T, dir, data string) {
			rename(t, data+".info", data+".done")
			rename(t, data, filepath.Join(dir, "a"))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			c := newClient(t)
			r := open(t, receiver.Config{Dir: dir})
			stop := serve(t, r)
			url := c.create(r.Endpoint(), 3, map[string]string{"filename": "a"})
			c.patch(url, 0, "ab")
			stop()
			data := filepath.Join(dir, ".ferry", "uploads", filepath.Base(url))
			if err := os.WriteFile(data, []byte("abc"), 0o600); err != nil {
				t.Fatal(err)
			}
			test.crash(t, dir, data)

			serve(t, open(t, receiver.Config{Dir: dir}))
			wantReceived(t, dir, map[string]string{"a": "abc"})
			if got := c.want(http.StatusOK, c.head(url)); got.offset() != 3 {
				t.Errorf("offset %d, want 3", got.offset())
			}
			if left := privateFiles(t, dir); len(left) != 1 {
				t.Errorf("private files: %v", left)
			}
		})
	}
	t.Run("keeps unfinished uploads and unknown files, but no damaged upload", func(t *testing.T) {
		dir := t.TempDir()
		c := newClient(t)
		r := open(t, receiver.Config{Dir: dir})
		stop := serve(t, r)
		url := c.create(r.Endpoint(), 3, nil)
		c.patch(url, 0, "ab")
		stop()
		for _, name := range []string{"unknown", "unknown.info", strings.Repeat("0", 32) + ".info"} {
			if err := os.WriteFile(filepath.Join(dir, ".ferry", "uploads", name), []byte("{"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		serve(t, open(t, receiver.Config{Dir: dir}))
		if got := c.want(http.StatusOK, c.head(url)); got.offset() != 2 {
			t.Errorf("offset %d", got.offset())
		}
		if left := privateFiles(t, dir); len(left) != 4 {
			t.Errorf("private files: %v", left)
		}
	})
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// childDir is the environment variable that makes this binary run a receiver in its folder.
const childDir = "FERRY_RECEIVER_TEST_DIR"

// runChild runs a receiver in a child process, which the test kills.
func runChild(dir string) {
	r, err := receiver.Open(receiver.Config{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(r.Endpoint())
	_ = r.Serve(context.Background())
}

// TestKilledReceiver kills a receiver during uploads, several times. Every acknowledged file
// must exist once and complete.
func TestKilledReceiver(t *testing.T) {
	dir := t.TempDir()
	c := newClient(t)
	var acknowledged sync.Map
	var number atomic.Int64
	for range 5 {
		var endpoint string
		alive, kill := startChild(t, dir, &endpoint)
		c := c.until(alive)
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for i := 0; ; i++ {
					name := fmt.Sprintf("%d.txt", number.Add(1))
					url, err := c.send(endpoint, map[string]string{"filename": name, "relativePath": "in/" + name}, []byte(name))
					if err != nil {
						return
					}
					acknowledged.Store("in/"+name, url)
					if i == 20 {
						kill()
					}
				}
			})
		}
		group.Wait()
	}
	start(t, dir)
	got := received(t, dir)
	for path, content := range got {
		if path != "in/"+content {
			t.Errorf("%s holds %q", path, content)
		}
	}
	acknowledged.Range(func(path, url any) bool {
		if _, ok := got[path.(string)]; !ok {
			t.Errorf("%s was acknowledged and is missing", path)
		}
		if status := c.head(url.(string)); status.offset() < 1 {
			t.Errorf("HEAD of %s: status %d", path, status.status)
		}
		return true
	})
}

// startChild starts a receiver in a process of its own. The context ends when it was killed:
// Wine may leave a connection to it open that it has not accepted yet.
func startChild(t *testing.T, dir string, endpoint *string) (alive context.Context, kill func()) {
	t.Helper()
	alive, killed := context.WithCancel(t.Context())
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), childDir+"="+dir)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	*endpoint = strings.TrimSpace(line)
	kill = sync.OnceFunc(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		killed()
	})
	t.Cleanup(kill)
	return alive, kill
}

// TestDamagedRecord: an upload whose record was cut off can be sent again. A record is
// written when an upload is created, and a power failure, or a copy of the folder that is made
// at that moment, may leave a part of it.
func TestDamagedRecord(t *testing.T) {
	for _, content := range []string{"", `{"Size":3,"Meta`, `{"Size":-1}`} {
		for _, c := range []struct {
			name   string
			record string
			again  bool // the receiver is started after that
		}{
			{"of an unfinished upload, found at the start", ".info", true},
			{"of an unfinished upload, while running", ".info", false},
			{"of a finished upload", ".done", true},
		} {
			t.Run(fmt.Sprintf("%s: %q", c.name, content), func(t *testing.T) {
				dir := t.TempDir()
				client := newClient(t)
				r := open(t, receiver.Config{Dir: dir})
				stop := serve(t, r)
				url := client.create(r.Endpoint(), 3, map[string]string{"filename": "a"})
				client.patch(url, 0, "ab")
				data := filepath.Join(dir, ".ferry", "uploads", filepath.Base(url))
				if c.record != ".info" {
					rename(t, data+".info", data+c.record)
				}
				if err := os.WriteFile(data+c.record, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				if c.again {
					stop()
					r = open(t, receiver.Config{Dir: dir})
					stop = serve(t, r)
				}
				client.want(http.StatusNotFound, client.head(url))
				if _, err := client.send(r.Endpoint(), map[string]string{"filename": "a"}, []byte("abc")); err != nil {
					t.Fatal(err)
				}
				stop()
				wantReceived(t, dir, map[string]string{"a": "abc"})
				for _, name := range privateFiles(t, dir) {
					if strings.Contains(name, filepath.Base(url)) {
						t.Errorf("%s is left", name)
					}
				}
			})
		}
	}
}
