package atomicfile_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/ferryapp/ferry/uploader/atomicfile"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// checkContent fails unless path has that content and is alone in its folder.
func checkContent(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s contains %q (%v), want %q", path, got, err, want)
	}
	checkOnlyEntry(t, path)
}

func checkOnlyEntry(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("folder contains %v (%v), want %s only", entries, err, filepath.Base(path))
	}
}

func write(t *testing.T, path, text string, perm fs.FileMode) {
	t.Helper()
	if err := atomicfile.Write(path, []byte(text), perm); err != nil {
		t.Fatal(err)
	}
}

func TestWriteCreatesAndReplaces(t *testing.T) {
	for name, base := range map[string]string{
		"short name":   "file.json",
		"longest name": strings.Repeat("x", 255),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), base)
			for _, text := range []string{"a longer text", "short", ""} {
				write(t, path, text, 0o600)
				checkContent(t, path, text)
			}
		})
	}
}

func TestWriteSetsPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no Unix permissions on Windows")
	}
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, perm := range []fs.FileMode{0o600, 0o600, 0o400, 0o700} {
		write(t, path, "new", perm)
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != perm {
			t.Errorf("mode is %v (%v), want %v", info.Mode().Perm(), err, perm)
		}
	}
}

func TestWriteReplacesSymlink(t *testing.T) {
	target := filepath.Join(t.TempDir(), "target")
	if err := os.WriteFile(target, []byte("target"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "link")
	uploadtest.NeedSymlink(t, target, path)
	write(t, path, "new", 0o600)
	checkContent(t, path, "new")
	checkContent(t, target, "target")
}

func TestFailedWriteLeavesOldFileAndNoTemporaryFile(t *testing.T) {
	t.Run("target is a folder", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "folder")
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		inside := filepath.Join(path, "file")
		write(t, inside, "old", 0o600)
		if err := atomicfile.Write(path, []byte("new"), 0o600); err == nil {
			t.Error("no error")
		}
		checkContent(t, inside, "old")
		checkOnlyEntry(t, path)
	})
	t.Run("folder is read-only", func(t *testing.T) {
		if runtime.GOOS == "windows" || os.Geteuid() == 0 {
			t.Skip("this user can write to read-only folders")
		}
		path := filepath.Join(t.TempDir(), "file")
		write(t, path, "old", 0o600)
		if err := os.Chmod(filepath.Dir(path), 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(filepath.Dir(path), 0o700) })
		if err := atomicfile.Write(path, []byte("new"), 0o600); err == nil {
			t.Error("no error")
		}
		checkContent(t, path, "old")
	})
	t.Run("no such folder", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "missing", "file")
		if err := atomicfile.Write(path, []byte("new"), 0o600); err == nil {
			t.Error("no error")
		}
	})
}

func TestWriteInStaysInRoot(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside")
	write(t, outside, "old", 0o600)
	inside := t.TempDir()
	root, err := os.OpenRoot(inside)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	relative, err := filepath.Rel(inside, outside)
	if err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.WriteIn(root, relative, []byte("new"), 0o600); err == nil {
		t.Error("wrote outside the root")
	}
	checkContent(t, outside, "old")

	if err := root.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.WriteIn(root, "folder/file", []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	checkContent(t, filepath.Join(inside, "folder", "file"), "new")
}

func TestConcurrentWritesLeaveOneOfTheirContents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	texts := []string{strings.Repeat("a", 1<<16), strings.Repeat("b", 1<<16)}
	var writers sync.WaitGroup
	for _, text := range texts {
		writers.Go(func() {
			for range 10 {
				if err := atomicfile.Write(path, []byte(text), 0o600); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != texts[0] && string(got) != texts[1] {
		t.Errorf("content is %d bytes of both writers (%v)", len(got), err)
	}
	checkOnlyEntry(t, path)
}

func TestRename(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	for _, text := range []string{"first", "second"} {
		if err := os.WriteFile(from, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := atomicfile.Rename(from, to); err != nil {
			t.Fatal(err)
		}
		checkContent(t, to, text)
	}
	if err := atomicfile.Rename(from, to); err == nil {
		t.Error("no error for a missing file")
	}
	checkContent(t, to, "second")
}
