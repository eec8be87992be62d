//go:build unix

package cli

import (
	"math"

	"golang.org/x/sys/unix"
)

// maxOpenFiles returns how many files this process may have open, or 0 if that is not
// known.
func maxOpenFiles() int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return int(min(uint64(limit.Cur), math.MaxInt32)) //nolint:unconvert // signed on some systems
}
