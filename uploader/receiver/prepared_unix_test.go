//go:build !windows

package receiver_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/ferryapp/ferry/uploader/privatefile"
	"github.com/ferryapp/ferry/uploader/receiver"
)

// strangerID is the user ID of another user.
const strangerID = 12345

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestPreparedFolder prepares the receiver's private files as another user of a shared
// folder could, and checks that the receiver refuses to start, that the error has the path,
// and that the victim's file is not changed.
func TestPreparedFolder(t *testing.T) {
	const secret = `{"port":0,"secret":"AAAAAAAAAAAAAAAAAAAAAAAAAA"}`
	for _, test := range []struct {
		name    string
		path    string // that the error names
		prepare func(t *testing.T, dir, victim string)
		want    privatefile.Problem
	}{
		{"private folder is a link", ".ferry", func(t *testing.T, dir, victim string) {
			must(t, os.Symlink(filepath.Dir(victim), filepath.Join(dir, ".ferry")))
		}, privatefile.Link},
		{"private folder is a link inside the folder", ".ferry", func(t *testing.T, dir, _ string) {
			must(t, os.Mkdir(filepath.Join(dir, "theirs"), 0o777))
			must(t, os.Symlink("theirs", filepath.Join(dir, ".ferry")))
		}, privatefile.Link},
		{"private folder of another user", ".ferry", func(t *testing.T, dir, _ string) {
			asSuperuser(t)
			must(t, os.MkdirAll(filepath.Join(dir, ".ferry/uploads"), 0o777))
			must(t, os.WriteFile(filepath.Join(dir, ".ferry/address.json"), []byte(secret), 0o644))
			must(t, os.Chown(filepath.Join(dir, ".ferry"), strangerID, strangerID))
		}, privatefile.Owner},
		{"uploads of another user", ".ferry/uploads", func(t *testing.T, dir, _ string) {
			asSuperuser(t)
			must(t, os.MkdirAll(filepath.Join(dir, ".ferry/uploads"), 0o777))
			must(t, os.Chown(filepath.Join(dir, ".ferry/uploads"), strangerID, strangerID))
		}, privatefile.Owner},
		{"uploads is a link", ".ferry/uploads", func(t *testing.T, dir, victim string) {
			must(t, os.Mkdir(filepath.Join(dir, ".ferry"), 0o700))
			must(t, os.Symlink(filepath.Dir(victim), filepath.Join(dir, ".ferry/uploads")))
		}, privatefile.Link},
		{"lock is a link", ".ferry/lock", func(t *testing.T, dir, victim string) {
			must(t, os.Mkdir(filepath.Join(dir, ".ferry"), 0o700))
			must(t, os.Symlink(victim+"2", filepath.Join(dir, ".ferry/lock")))
		}, privatefile.Link},
		{"address is a link", ".ferry/address.json", func(t *testing.T, dir, victim string) {
			must(t, os.Mkdir(filepath.Join(dir, ".ferry"), 0o700))
			must(t, os.Symlink(victim, filepath.Join(dir, ".ferry/address.json")))
		}, privatefile.Link},
		{"address of another user", ".ferry/address.json", func(t *testing.T, dir, _ string) {
			asSuperuser(t)
			must(t, os.Mkdir(filepath.Join(dir, ".ferry"), 0o777))
			must(t, os.WriteFile(filepath.Join(dir, ".ferry/address.json"), []byte(secret), 0o644))
			must(t, os.Chown(filepath.Join(dir, ".ferry/address.json"), strangerID, strangerID))
		}, privatefile.Owner},
		{"address that others can change", ".ferry/address.json", func(t *testing.T, dir, _ string) {
			must(t, os.Mkdir(filepath.Join(dir, ".ferry"), 0o777))
			must(t, os.WriteFile(filepath.Join(dir, ".ferry/address.json"), []byte(secret), 0o600))
			must(t, os.Chmod(filepath.Join(dir, ".ferry/address.json"), 0o666))
		}, privatefile.Writable},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, victim := t.TempDir(), filepath.Join(t.TempDir(), "victim")
			must(t, os.WriteFile(victim, []byte("victim"), 0o600))
			test.prepare(t, dir, victim)
			r, err := receiver.Open(receiver.Config{Dir: dir})
			if err == nil {
				_ = r.Close()
			}
			refused, ok := errors.AsType[*privatefile.Error](err)
			if !ok || refused.Problem != test.want || refused.Path != filepath.Join(dir, test.path) {
				t.Errorf("open: %v, want %s %s", err, test.path, test.want)
			}
			if text, err := os.ReadFile(victim); err != nil || string(text) != "victim" {
				t.Errorf("victim is %q, %v", text, err)
			}
			if left, err := os.ReadDir(filepath.Dir(victim)); err != nil || len(left) != 1 {
				t.Errorf("beside the victim: %v, %v", left, err)
			}
		})
	}
}

func asSuperuser(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only the superuser can give files to another user")
	}
}

// TestReplacedUpload replaces the file of an unfinished upload, and checks that no byte is
// written into another file.
func TestReplacedUpload(t *testing.T) {
	for _, test := range []struct {
		name    string
		replace func(data, victim string) error
	}{
		{"by a link to a file elsewhere", func(data, victim string) error { return os.Symlink(victim, data) }},
		{"by a link to a file in the folder", func(data, _ string) error { return os.Symlink("../../inside", data) }},
		{"by a hard link", func(data, victim string) error { return os.Link(victim, data) }},
		{"by a file that others can change", func(data, _ string) error {
			return errors.Join(os.WriteFile(data, []byte("ab"), 0o600), os.Chmod(data, 0o666))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, victim := t.TempDir(), filepath.Join(t.TempDir(), "victim")
			inside := filepath.Join(dir, "inside")
			for _, path := range []string{victim, inside} {
				must(t, os.WriteFile(path, []byte("ab"), 0o600))
			}
			r, c := start(t, dir), newClient(t)
			url := c.create(r.Endpoint(), 4, map[string]string{"filename": "a"})
			c.want(http.StatusNoContent, c.patch(url, 0, "ab"))
			data := filepath.Join(dir, ".ferry", "uploads", filepath.Base(url))
			must(t, os.Remove(data))
			must(t, test.replace(data, victim))
			wantDiskError(t, "PATCH", c.patch(url, 2, "cd"), dir)
			for _, path := range []string{victim, inside} {
				if text, err := os.ReadFile(path); err != nil || string(text) != "ab" {
					t.Errorf("%s is %q, %v", path, text, err)
				}
			}
			if _, err := os.Lstat(filepath.Join(dir, "a")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("file was received: %v", err)
			}
		})
	}
}

// TestPrivateFolderReplacedWhileServing has another user put folders of theirs in the place
// of the private ones.
func TestPrivateFolderReplacedWhileServing(t *testing.T) {
	asSuperuser(t)
	dir := t.TempDir()
	r, c := start(t, dir), newClient(t)
	url := c.create(r.Endpoint(), 4, map[string]string{"filename": "a"})
	c.want(http.StatusNoContent, c.patch(url, 0, "ab"))
	private := filepath.Join(dir, ".ferry")
	must(t, os.Rename(private, private+" old"))
	must(t, os.MkdirAll(filepath.Join(private, "uploads"), 0o777))
	must(t, os.Chown(private, strangerID, strangerID))
	wantDiskError(t, "PATCH", c.patch(url, 2, "cd"), dir)
	must(t, os.RemoveAll(private))
	must(t, os.Rename(private+" old", private))
	c.want(http.StatusNoContent, c.patch(url, 2, "cd"))
	wantReceived(t, dir, map[string]string{"a": "abcd"})
}
