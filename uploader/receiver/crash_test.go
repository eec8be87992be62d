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

// TestRepair sets the scene that a kill leaves at each step between the last byte
// and the end, and looks at what the next run makes of it.
func TestRepair(t *testing.T) {
	for _, test := range []struct {
		name  string
		crash func(t *testing.T, dir, data string)
	}{
		{"all bytes arrived", func(*testing.T, string, string) {}},
		{"the arrival was recorded", func(t *testing.T, _, data string) {
			rename(t, data+".info", data+".done")
		}},
		{"the file got its name", func(t *testing.T, dir, data string) {
			rename(t, data+".info", data+".done")
			if err := os.Link(data, filepath.Join(dir, "a")); err != nil {
				t.Fatal(err)
			}
		}},
		{"the file was moved", func(t *testing.T, dir, data string) {
			rename(t, data+".info", data+".done")
			rename(t, data, filepath.Join(dir, "a"))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			u := newUploader(t)
			r := open(t, receiver.Config{Dir: dir})
			stop := serve(t, r)
			url := u.create(r.Endpoint(), 3, map[string]string{"filename": "a"})
			u.patch(url, 0, "ab")
			stop()
			data := filepath.Join(dir, ".ferry", "uploads", filepath.Base(url))
			if err := os.WriteFile(data, []byte("abc"), 0o600); err != nil {
				t.Fatal(err)
			}
			test.crash(t, dir, data)

			serve(t, open(t, receiver.Config{Dir: dir}))
			wantReceived(t, dir, map[string]string{"a": "abc"})
			if got := u.want(http.StatusOK, u.head(url)); got.offset() != 3 {
				t.Errorf("offset %d", got.offset())
			}
			if left := waiting(t, dir); len(left) != 1 {
				t.Errorf("left: %v", left)
			}
		})
	}
	t.Run("leaves alone what it does not know, and unfinished uploads", func(t *testing.T) {
		dir := t.TempDir()
		u := newUploader(t)
		r := open(t, receiver.Config{Dir: dir})
		stop := serve(t, r)
		url := u.create(r.Endpoint(), 3, nil)
		u.patch(url, 0, "ab")
		stop()
		for _, name := range []string{"stranger", "stranger.info", strings.Repeat("0", 32) + ".info"} {
			if err := os.WriteFile(filepath.Join(dir, ".ferry", "uploads", name), []byte("{"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		serve(t, open(t, receiver.Config{Dir: dir}))
		if got := u.want(http.StatusOK, u.head(url)); got.offset() != 2 {
			t.Errorf("offset %d", got.offset())
		}
		if left := waiting(t, dir); len(left) != 5 {
			t.Errorf("left: %v", left)
		}
	})
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

const victimDir = "FERRY_TEST_VICTIM_DIR"

// victim is a receiver in a process of its own, to be killed.
func victim(dir string) {
	r, err := receiver.Open(receiver.Config{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(r.Endpoint())
	_ = r.Serve(context.Background())
}

// TestKilledReceiverLosesNothing kills a receiver while files pour in, several
// times over. What it said had arrived is there, once, and whole.
func TestKilledReceiverLosesNothing(t *testing.T) {
	dir := t.TempDir()
	u := newUploader(t)
	var acknowledged sync.Map
	var number atomic.Int64
	for range 5 {
		var endpoint string
		kill := startVictim(t, dir, &endpoint)
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for i := 0; ; i++ {
					name := fmt.Sprintf("%d.txt", number.Add(1))
					url, err := u.send(endpoint, map[string]string{"filename": name, "relativePath": "in/" + name}, []byte(name))
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
			t.Errorf("%s was acknowledged and is lost", path)
		}
		if status := u.head(url.(string)); status.offset() < 1 {
			t.Errorf("%s is forgotten: %d", path, status.status)
		}
		return true
	})
}

func startVictim(t *testing.T, dir string, endpoint *string) (kill func()) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), victimDir+"="+dir)
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
	})
	t.Cleanup(kill)
	return kill
}
