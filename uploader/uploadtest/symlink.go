package uploadtest

import (
	"os"
	"testing"
)

// Symlink is [os.Symlink], which fails also where that makes no link and reports no error, as
// under Wine. Windows makes links for administrators and developers only.
func Symlink(target, path string) error {
	if err := os.Symlink(target, path); err != nil {
		return err
	}
	_, err := os.Lstat(path)
	return err
}

// NoSymlinks is why a test is skipped that needs a symbolic link.
const NoSymlinks = "no symbolic link can be made: Windows lets only administrators and developers make them, and Wine makes some only"

// NeedSymlink is [Symlink]. It skips the test where no link can be made.
func NeedSymlink(t testing.TB, target, path string) {
	t.Helper()
	if err := Symlink(target, path); err != nil {
		t.Skip(NoSymlinks+": ", err)
	}
}
