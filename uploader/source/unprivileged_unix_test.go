//go:build unix && !linux

package source_test

import (
	"os"
	"testing"
)

func unprivileged(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() == 0 {
		t.Skip("only Linux lets a single thread of root lay down its rights: run as an ordinary user")
	}
	f()
}
