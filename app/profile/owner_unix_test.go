//go:build unix

package profile_test

import (
	"errors"
	"os"
	"testing"

	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/uploader/fault"
)

// otherUser is a user who is neither root nor the one that runs the tests.
const otherUser = 65534

func TestOpenRefusesFolderThatOthersCanChange(t *testing.T) {
	for _, test := range []struct {
		name    string
		mode    os.FileMode
		owner   int // -1: the user
		refused bool
	}{
		{"of the user alone", 0o700, -1, false},
		{"readable by all", 0o755, -1, false},
		{"writable by the group", 0o775, -1, false},
		{"writable by all", 0o777, -1, true},
		{"writable by all, as /tmp", 0o777 | os.ModeSticky, -1, true},
		{"of another user", 0o700, otherUser, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Chmod(dir, test.mode); err != nil {
				t.Fatal(err)
			}
			if test.owner >= 0 {
				if os.Geteuid() != 0 {
					t.Skip("only root can give folders to another user")
				}
				if err := os.Chown(dir, test.owner, test.owner); err != nil {
					t.Fatal(err)
				}
			}
			p, err := profile.Open(dir)
			if test.refused != errors.Is(err, profile.ErrShared) || test.refused != (err != nil) || test.refused != fault.Is(err, fault.LocalDisk) {
				t.Errorf("error is %v, want ErrShared: %v", err, test.refused)
			}
			if p.Dir != dir {
				t.Errorf("folder is %q, want %q", p.Dir, dir)
			}
			if info, err := os.Stat(dir); err != nil || info.Mode() != test.mode|os.ModeDir {
				t.Errorf("mode is %v (%v), want %v", info.Mode(), err, test.mode)
			}
		})
	}
}
