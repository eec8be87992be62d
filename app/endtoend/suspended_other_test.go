//go:build unix && !linux

package endtoend_test

import "testing"

// awaitSuspended does nothing on this system.
func awaitSuspended(*testing.T, int) {}
