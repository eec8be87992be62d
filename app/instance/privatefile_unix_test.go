//go:build unix

package instance

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ferryapp/ferry/uploader/privatefile"
)

// notPrivateFiles make a file that another user may have placed, at path.
var notPrivateFiles = map[string]func(path string) error{
	"link": func(path string) error {
		if err := os.WriteFile(path+".target", []byte(instanceFileText("tcp", "127.0.0.1:1")), 0o600); err != nil {
			return err
		}
		return os.Symlink(path+".target", path)
	},
	"link to nothing": func(path string) error { return os.Symlink(path+".missing", path) },
	"named pipe":      func(path string) error { return syscall.Mkfifo(path, 0o600) },
	"folder":          func(path string) error { return os.Mkdir(path, 0o700) },
}

func TestInstanceFileMustBePrivate(t *testing.T) {
	for name, create := range notPrivateFiles {
		t.Run(name, func(t *testing.T) { checkNotPrivate(t, create) })
	}
	for name, mode := range map[string]os.FileMode{"readable by others": 0o604, "readable by the group": 0o640, "writable by others": 0o602} {
		t.Run(name, func(t *testing.T) {
			checkNotPrivate(t, func(path string) error {
				err := os.WriteFile(path, []byte(instanceFileText("tcp", "127.0.0.1:1")), 0o600)
				return errors.Join(err, os.Chmod(path, mode))
			})
		})
	}
	t.Run("of another user", func(t *testing.T) {
		checkNotPrivate(t, func(path string) error {
			err := os.WriteFile(path, []byte(instanceFileText("tcp", "127.0.0.1:1")), 0o600)
			return errors.Join(err, chownToOther(t, path))
		})
	})
}

func isUnsafe(err error) bool {
	_, unsafe := errors.AsType[*privatefile.Error](err)
	return unsafe
}

func checkNotPrivate(t *testing.T, create func(path string) error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "instance.json")
	if err := create(path); err != nil {
		t.Fatal(err)
	}
	if err := callList(t.Context(), path); !isUnsafe(err) || !errors.Is(err, ErrNotListening) {
		t.Errorf("got %v, want ErrNotListening and a *privatefile.Error", err)
	}
}

func TestLockMustBeTheUsers(t *testing.T) {
	check := func(t *testing.T, create func(path string) error) {
		path := filepath.Join(t.TempDir(), "ferry.lock")
		if err := create(path); err != nil {
			t.Fatal(err)
		}
		if _, err := Acquire(path, path+".json"); !isUnsafe(err) {
			t.Errorf("got %v, want a *privatefile.Error", err)
		}
		if _, err := os.Stat(path + ".missing"); err == nil {
			t.Error("the lock was created through a link")
		}
	}
	for name, create := range notPrivateFiles {
		t.Run(name, func(t *testing.T) { check(t, create) })
	}
	t.Run("of another user", func(t *testing.T) {
		check(t, func(path string) error { return errors.Join(os.WriteFile(path, nil, 0o666), chownToOther(t, path)) })
	})
}

// TestLockIsMadePrivate covers a lock that was copied from elsewhere with a profile.
func TestLockIsMadePrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.lock")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, 0o644)); err != nil {
		t.Fatal(err)
	}
	lock, err := Acquire(path, path+".json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Release() }()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600", info.Mode(), err)
	}
}

// TestEndpointOfEveryProfile checks where a server listens, and that a second instance
// finds it there.
func TestEndpointOfEveryProfile(t *testing.T) {
	long := strings.Repeat("folder/", 20)
	shared := t.TempDir()
	if err := os.Chmod(shared, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name       string
		dir        string // below a short folder
		runtimeDir bool   // there is a runtime folder of the user
		tempDir    string // folder for temporary files
		network    string
		inProfile  bool
	}{
		{name: "short path", dir: "profile", runtimeDir: true, network: networkUnix, inProfile: true},
		{name: "path of any bytes", dir: "pro\xfffile", network: networkUnix, inProfile: true},
		{name: "long path", dir: long, runtimeDir: true, tempDir: shared, network: networkUnix},
		{name: "long path without a private folder", dir: long, tempDir: shared, network: networkTCP},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, err := os.MkdirTemp("", "ferry")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(root) })
			dir, runtimeDir := filepath.Join(root, test.dir), filepath.Join(root, "run")
			if err := errors.Join(os.MkdirAll(dir, 0o700), os.Mkdir(runtimeDir, 0o700)); err != nil {
				if errors.Is(err, syscall.EILSEQ) {
					t.Skip("the file system has only names in UTF-8")
				}
				t.Fatal(err)
			}
			if !test.runtimeDir {
				runtimeDir = ""
			}
			t.Setenv("XDG_RUNTIME_DIR", runtimeDir)
			if test.tempDir != "" {
				t.Setenv("TMPDIR", test.tempDir)
			}
			path := filepath.Join(dir, "instance.json")
			for range 2 { // the second time there is a socket that was not removed
				s, err := Listen(path, noRequests(t, 1), discard)
				if err != nil {
					t.Fatal(err)
				}
				at := s.file.endpoint
				if at.network != test.network || (filepath.Dir(at.address) == dir) != test.inProfile {
					t.Errorf("endpoint %+v of %s", at, dir)
				}
				if at.network == networkUnix {
					if info, err := os.Stat(at.address); err != nil || info.Mode().Perm() != 0o600 {
						t.Errorf("socket has mode %v (%v), want 0600", info.Mode(), err)
					}
				}
				if err := callList(t.Context(), path); err != nil {
					t.Error(err)
				}
				if socket, ok := s.listener.(*net.UnixListener); ok {
					socket.SetUnlinkOnClose(false)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
