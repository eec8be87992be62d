//go:build !windows

package privatefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestFileSystemWithoutModes opens a folder that stays writable by others, as on a file
// system without modes: a sticky one, whose mode is not changed.
func TestFileSystemWithoutModes(t *testing.T) {
	for _, hasModes := range []bool{true, false} {
		path := t.TempDir()
		file := filepath.Join(path, "file")
		err := errors.Join(os.WriteFile(file, nil, 0o600), os.Chmod(file, 0o666), os.Symlink("file", filepath.Join(path, "link")), os.Chmod(path, 0o777|fs.ModeSticky))
		if err != nil {
			t.Fatal(err)
		}
		root, err := os.OpenRoot(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = root.Close() })
		d := &Dir{root: root, path: path}
		err = d.protect(othersWrite, func(*os.Root) bool { return hasModes })
		if (err != nil) != hasModes || d.Unprotected() == hasModes {
			t.Errorf("modes %v: error %v, unprotected %v", hasModes, err, d.Unprotected())
		}
		if hasModes {
			continue
		}
		if err := d.Check("file"); err != nil {
			t.Errorf("file: %v", err)
		}
		if refused, ok := errors.AsType[*Error](d.Check("link")); !ok || refused.Problem != Link {
			t.Error("a link is accepted")
		}
	}
}

func TestFileSystemWithModes(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	if !hasModes(root) {
		t.Error("the file system of the test counts as one without modes")
	}
	if left, err := fs.ReadDir(root.FS(), "."); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestReadSecret(t *testing.T) {
	for _, c := range []struct {
		mode fs.FileMode
		want Problem // "" if the file is read
	}{
		{0o600, ""}, {0o400, ""}, {0o640, Readable}, {0o604, Readable}, {0o602, Writable},
	} {
		t.Run(c.mode.String(), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "token")
			if err := errors.Join(os.WriteFile(path, []byte("secret"), 0o600), os.Chmod(path, c.mode)); err != nil {
				t.Fatal(err)
			}
			text, err := ReadSecret(path, 100)
			refused, _ := errors.AsType[*Error](err)
			switch {
			case c.want == "" && (err != nil || string(text) != "secret"):
				t.Errorf("got %q and error %v", text, err)
			case c.want != "" && (refused == nil || refused.Problem != c.want || len(text) > 0):
				t.Errorf("got %q and error %v, want one that says %q", text, err, c.want)
			}
		})
	}
}
