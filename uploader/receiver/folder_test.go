package receiver

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func newTestFolder(t *testing.T, dir string) *folder {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return newFolder(root)
}

// contents returns the content of each file in dir by name.
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

func TestMoveInWithoutHardLinks(t *testing.T) {
	dir := t.TempDir()
	f := newTestFolder(t, dir)
	f.link = func(string, string) error { return errors.ErrUnsupported }
	put(t, dir, "a.txt", "old")
	for i := range 3 {
		from := strconv.Itoa(i)
		put(t, dir, from, from)
		if _, err := f.moveIn(from, target{name: "a.txt"}, f.sameFile); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{"a.txt": "old", "a (2).txt": "0", "a (3).txt": "1", "a (4).txt": "2"}
	if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestMoveInToAnotherFileSystem(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a folder of the receiver is on one drive")
	}
	const other = "/dev/shm"
	here := t.TempDir()
	there, err := os.MkdirTemp(other, "ferry")
	if err != nil {
		t.Skipf("no %s: %v", other, err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(there) })
	put(t, there, "probe", "")
	if os.Link(filepath.Join(there, "probe"), filepath.Join(here, "probe")) == nil {
		t.Skipf("%s and %s are on the same file system", here, there)
	}
	f := newTestFolder(t, "/")
	when := time.UnixMilli(981_173_106_789)
	for _, content := range []string{"one", "two"} {
		put(t, here, "from", content)
		if err := os.Chtimes(filepath.Join(here, "from"), when, when); err != nil {
			t.Fatal(err)
		}
		to := target{folders: strings.Split(there[1:], "/"), name: "a"}
		at, err := f.moveIn(filepath.Join(here, "from")[1:], to, f.sameFile)
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

func TestMoveInMissingFile(t *testing.T) {
	dir := t.TempDir()
	f := newTestFolder(t, dir)
	if at, err := f.moveIn("none", target{name: "a"}, f.sameFile); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("moveIn = %q, %v; want %v", at, err, fs.ErrNotExist)
	}
	if diff := cmp.Diff(map[string]string{}, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// TestSameContent compares files of which one may be a copy of the other.
func TestSameContent(t *testing.T) {
	dir := t.TempDir()
	large := strings.Repeat("0123456789abcdef", 10_000)
	for name, content := range map[string]string{"a": large, "copy": large, "longer": large + "x", "other": "x" + large[1:], "end": large[1:] + "x", "empty": "", "empty2": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	f := newTestFolder(t, dir)
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"a", "a", true},
		{"a", "copy", true},
		{"empty", "empty2", true},
		{"a", "longer", false},
		{"longer", "a", false},
		{"a", "other", false},
		{"a", "end", false},
		{"a", "empty", false},
		{"a", "folder", false},
		{"a", "none", false},
	} {
		if got := f.sameContent(test.a, test.b); got != test.want {
			t.Errorf("%s and %s: %v", test.a, test.b, got)
		}
	}
}
