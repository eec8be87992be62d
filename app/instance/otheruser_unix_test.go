//go:build unix

package instance

import (
	"os"
	"testing"
)

// otherUser is the user that tests that run as root act as.
const otherUser = 65534

// chownToOther gives the file to another user. It skips the test if that is not allowed.
func chownToOther(t *testing.T, path string) error {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files to another user")
	}
	return os.Lchown(path, otherUser, otherUser)
}
