//go:build unix

package db_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ferryapp/ferry/db"
)

// TestOpenWithoutPermission opens in a child process that runs as user nobody, because root
// may write everywhere.
func TestOpenWithoutPermission(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		folder, file os.FileMode // file 0 with a read-only folder: no file
	}{
		{"read-only file", 0o777, 0o444},
		{"unreadable file", 0o777, 0o000},
		{"read-only folder", 0o555, 0o666},
		{"read-only folder without a file", 0o555, 0},
		{"inaccessible folder", 0o000, 0o666},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := publicPath(t)
			if test.file != 0 || test.folder == 0o777 {
				closeDB(t, openDB(t, path))
				chmod(t, path, test.file)
			}
			chmod(t, filepath.Dir(path), test.folder)
			giveToNobody(t, path)
			t.Cleanup(func() { chmod(t, filepath.Dir(path), 0o700) })

			child, lines := startChild(t, "open as nobody", path)
			for lines.Scan() {
				t.Error(lines.Text())
			}
			if err := child.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// publicPath returns a path in a folder that every user can access.
func publicPath(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "ferry-db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	chmod(t, folder, 0o755)
	inner := filepath.Join(folder, "profile")
	if err := os.Mkdir(inner, 0o777); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(inner, "ferry.db")
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

const nobody = 65534 // user ID

// giveToNobody changes the owner of a database and its folder, if this user may do that.
func giveToNobody(t *testing.T, path string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	if err := errors.Join(os.Chown(path, nobody, nobody), os.Chown(filepath.Dir(path), nobody, nobody)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

func openAsNobody(path string) error {
	if os.Getuid() == 0 {
		if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
			return err
		}
	}
	_, err := db.Open(context.Background(), path)
	if !errors.Is(err, db.ErrUnwritable) {
		return fmt.Errorf("open returned %w, want ErrUnwritable", err)
	}
	return nil
}
