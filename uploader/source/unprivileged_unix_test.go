//go:build unix && !linux

package source_test

import (
	"os"
	"testing"
)

// unprivileged calls f, and skips the test if it runs as root.
func unprivileged(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() == 0 {
		t.Skip("must not run as root: only Linux has permissions per thread")
	}
	f()
}
