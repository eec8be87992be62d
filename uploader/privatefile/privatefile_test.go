//go:build !windows

package privatefile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ferryapp/ferry/uploader/privatefile"
)

// otherUser is the user that files of another user belong to.
const otherUser = 12345

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func asSuperuser(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only the superuser can give files to another user")
	}
}

func wantProblem(t *testing.T, err error, want privatefile.Problem) {
	t.Helper()
	refused, ok := errors.AsType[*privatefile.Error](err)
	if !ok || refused.Problem != want {
		t.Errorf("error %v, want %q", err, want)
	}
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return info.Mode() & (fs.ModePerm | fs.ModeSticky)
}

func TestOpenFolder(t *testing.T) {
	t.Run("is created for this user only", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "new", "folder")
		d, err := privatefile.Open(path)
		must(t, err)
		must(t, d.Close())
		if got := mode(t, path); got != 0o700 {
			t.Errorf("mode %v, want 0700", got)
		}
	})
	t.Run("others lose the right to write", func(t *testing.T) {
		path := t.TempDir()
		must(t, os.Chmod(path, 0o777))
		d, err := privatefile.Open(path)
		must(t, err)
		must(t, d.Close())
		if got := mode(t, path); got != 0o755 {
			t.Errorf("mode %v, want 0755", got)
		}
	})
	t.Run("a shared folder is refused and unchanged", func(t *testing.T) {
		path := t.TempDir()
		must(t, os.Chmod(path, 0o777|fs.ModeSticky))
		_, err := privatefile.Open(path)
		wantProblem(t, err, privatefile.Writable)
		if got := mode(t, path); got != 0o777|fs.ModeSticky {
			t.Errorf("mode %v", got)
		}
	})
	t.Run("a folder of another user is refused", func(t *testing.T) {
		asSuperuser(t)
		path := t.TempDir()
		must(t, os.Chown(path, otherUser, otherUser))
		_, err := privatefile.Open(path)
		wantProblem(t, err, privatefile.Owner)
	})
	t.Run("a link to a folder is followed", func(t *testing.T) {
		link := filepath.Join(t.TempDir(), "link")
		must(t, os.Symlink(t.TempDir(), link))
		d, err := privatefile.Open(link)
		must(t, err)
		must(t, d.Close())
	})
}

func TestOpenFolderInFolder(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(t *testing.T, path string)
		want    privatefile.Problem
	}{
		{"missing", func(*testing.T, string) {}, ""},
		{"too open", func(t *testing.T, path string) {
			must(t, os.Mkdir(path, 0o700))
			must(t, os.Chmod(path, 0o777))
		}, ""},
		{"link to a folder", func(t *testing.T, path string) {
			must(t, os.Mkdir(path+"2", 0o700))
			must(t, os.Symlink("folder2", path))
		}, privatefile.Link},
		{"file", func(t *testing.T, path string) { must(t, os.WriteFile(path, nil, 0o600)) }, privatefile.NotFolder},
		{"of another user", func(t *testing.T, path string) {
			asSuperuser(t)
			must(t, os.Mkdir(path, 0o777))
			must(t, os.Chown(path, otherUser, otherUser))
		}, privatefile.Owner},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "folder")
			test.prepare(t, path)
			root, err := os.OpenRoot(dir)
			must(t, err)
			defer root.Close()
			d, err := privatefile.OpenIn(root, "folder")
			if test.want != "" {
				wantProblem(t, err, test.want)
				return
			}
			must(t, err)
			must(t, d.Close())
			if got := mode(t, path); got != 0o700 {
				t.Errorf("mode %v, want 0700", got)
			}
		})
	}
}

// TestOpenFile prepares a file as another user could, and checks that it is refused and
// that what it refers to is not changed, however it is opened.
func TestOpenFile(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(t *testing.T, path, victim string)
		want    privatefile.Problem
	}{
		{"own file", func(t *testing.T, path, _ string) { must(t, os.WriteFile(path, []byte("victim"), 0o600)) }, ""},
		{"own file that others may read", func(t *testing.T, path, _ string) { must(t, os.WriteFile(path, []byte("victim"), 0o644)) }, ""},
		{"link to a file elsewhere", func(t *testing.T, path, victim string) { must(t, os.Symlink(victim, path)) }, privatefile.Link},
		{"link to a file in the folder", func(t *testing.T, path, _ string) {
			must(t, os.WriteFile(path+"2", []byte("victim"), 0o600))
			must(t, os.Symlink(filepath.Base(path)+"2", path))
		}, privatefile.Link},
		{"link to a missing file", func(t *testing.T, path, _ string) { must(t, os.Symlink("missing", path)) }, privatefile.Link},
		{"hard link", func(t *testing.T, path, victim string) { must(t, os.Link(victim, path)) }, privatefile.Names},
		{"named pipe", func(t *testing.T, path, _ string) { must(t, syscall.Mkfifo(path, 0o600)) }, privatefile.NotFile},
		{"folder", func(t *testing.T, path, _ string) { must(t, os.Mkdir(path, 0o700)) }, privatefile.NotFile},
		{"writable by others", func(t *testing.T, path, _ string) {
			must(t, os.WriteFile(path, []byte("victim"), 0o600))
			must(t, os.Chmod(path, 0o666))
		}, privatefile.Writable},
		{"of another user", func(t *testing.T, path, _ string) {
			asSuperuser(t)
			must(t, os.WriteFile(path, []byte("victim"), 0o600))
			must(t, os.Chown(path, otherUser, otherUser))
		}, privatefile.Owner},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, victim := t.TempDir(), filepath.Join(t.TempDir(), "victim")
			path := filepath.Join(dir, "file")
			must(t, os.WriteFile(victim, []byte("victim"), 0o600))
			test.prepare(t, path, victim)
			for _, flag := range []int{
				os.O_RDONLY, os.O_RDWR, os.O_WRONLY | os.O_APPEND, os.O_CREATE | os.O_RDWR, os.O_CREATE | os.O_APPEND | os.O_WRONLY,
				os.O_CREATE | os.O_TRUNC | os.O_WRONLY,
			} {
				file, err := privatefile.OpenFile(path, flag, 0o600)
				if test.want == "" {
					must(t, err)
					must(t, file.Close())
					continue
				}
				wantProblem(t, err, test.want)
			}
			if test.want != "" {
				_, err := privatefile.ReadFile(path, 100)
				wantProblem(t, err, test.want)
				wantProblem(t, privatefile.Check(filepath.Join(dir, "none"), path), test.want)
			}
			if text, err := os.ReadFile(victim); err != nil || string(text) != "victim" {
				t.Errorf("victim is %q, %v", text, err)
			}
			if _, err := os.Lstat(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("target of the link was created: %v", err)
			}
		})
	}
}

func TestReadFileIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(path, []byte("12345"), 0o600))
	if text, err := privatefile.ReadFile(path, 5); err != nil || string(text) != "12345" {
		t.Errorf("%q, %v", text, err)
	}
	if text, err := privatefile.ReadFile(path, 4); err == nil {
		t.Errorf("read %q of a file that is too large", text)
	}
	if _, err := privatefile.ReadFile(path+"2", 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func TestWriteFileReplacesLink(t *testing.T) {
	dir, victim := t.TempDir(), filepath.Join(t.TempDir(), "victim")
	must(t, os.WriteFile(victim, []byte("victim"), 0o600))
	must(t, os.Symlink(victim, filepath.Join(dir, "file")))
	d, err := privatefile.Open(dir)
	must(t, err)
	defer d.Close()
	must(t, d.WriteFile("file", []byte("new")))
	if text, err := d.ReadFile("file", 10); err != nil || string(text) != "new" {
		t.Errorf("file is %q, %v", text, err)
	}
	if text, err := os.ReadFile(victim); err != nil || string(text) != "victim" {
		t.Errorf("victim is %q, %v", text, err)
	}
	if d.Unprotected() {
		t.Error("the folder counts as unprotected")
	}
}
