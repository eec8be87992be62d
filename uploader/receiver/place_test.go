package receiver

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func folderAt(t *testing.T, dir string) *folder {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return newFolder(root)
}

// contents are the files right in dir, by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[entry.Name()] = string(content)
	}
	return all
}

func put(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestPlaceWithoutHardLinks(t *testing.T) {
	dir := t.TempDir()
	f := folderAt(t, dir)
	f.link = func(string, string) error { return errors.ErrUnsupported }
	put(t, dir, "a.txt", "old")
	for i := range 3 {
		from := strconv.Itoa(i)
		put(t, dir, from, from)
		if _, err := f.place(from, target{name: "a.txt"}); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{"a.txt": "old", "a (2).txt": "0", "a (3).txt": "1", "a (4).txt": "2"}
	if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestPlaceOnAnotherFileSystem(t *testing.T) {
	const other = "/dev/shm"
	here := t.TempDir()
	there, err := os.MkdirTemp(other, "ferry")
	if err != nil {
		t.Skipf("this system has no %s: %v", other, err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(there) })
	put(t, there, "probe", "")
	if os.Link(filepath.Join(there, "probe"), filepath.Join(here, "probe")) == nil {
		t.Skipf("%s and %s are one file system", here, there)
	}
	f := folderAt(t, "/")
	when := time.UnixMilli(981_173_106_789)
	for _, content := range []string{"one", "two"} {
		put(t, here, "from", content)
		if err := os.Chtimes(filepath.Join(here, "from"), when, when); err != nil {
			t.Fatal(err)
		}
		to := target{folders: strings.Split(there[1:], "/"), name: "a"}
		at, err := f.place(filepath.Join(here, "from")[1:], to)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat("/" + at); err != nil || !info.ModTime().Equal(when) {
			t.Errorf("modified %v, want %v, %v", info.ModTime(), when, err)
		}
	}
	if diff := cmp.Diff(map[string]string{"probe": "", "a": "one", "a (2)": "two"}, contents(t, there)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{}, contents(t, here)); diff != "" {
		t.Error(diff)
	}
}

func TestPlaceWhatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	if at, err := folderAt(t, dir).place("none", target{name: "a"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("placed at %q, %v", at, err)
	}
	if diff := cmp.Diff(map[string]string{}, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestRecordsAreForgotten(t *testing.T) {
	now := time.Now()
	t.Run("after a day", func(t *testing.T) {
		var r records
		if due := r.push(record{id: "old", when: now.Add(-recordAge - time.Minute)}); len(due) != 1 || due[0].id != "old" {
			t.Errorf("due: %v", due)
		}
		if due := r.push(record{id: "new", when: now}); len(due) != 0 {
			t.Errorf("due: %v", due)
		}
	})
	t.Run("when there are too many, oldest first", func(t *testing.T) {
		var r records
		for i := range recordsMax {
			if due := r.push(record{id: strconv.Itoa(i), when: now}); len(due) != 0 {
				t.Fatalf("%d: due: %v", i, due)
			}
		}
		if due := r.push(record{id: "last", when: now}); len(due) != 1 || due[0].id != "0" {
			t.Errorf("due: %v", due)
		}
	})
	t.Run("in whatever order they are found at a start", func(t *testing.T) {
		var r records
		for i := range recordsMax {
			r.push(record{id: strconv.Itoa(i), when: now.Add(-time.Duration(i) * time.Second)})
		}
		if due := r.push(record{id: "last", when: now}); len(due) != 1 || due[0].id != strconv.Itoa(recordsMax-1) {
			t.Errorf("due: %v", due)
		}
	})
}
