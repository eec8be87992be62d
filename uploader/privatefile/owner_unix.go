//go:build !windows

package privatefile

import (
	"io/fs"
	"os"
	"syscall"
)

const (
	// ownersKnown tells that files have owners and modes.
	ownersKnown = true

	// openFlags keep opening a named pipe from waiting.
	openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
)

func ownedByUser(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// restrict does nothing: a new folder has its mode from the beginning.
func restrict(string) error { return nil }

// linkCount returns the number of names of a file.
func linkCount(info fs.FileInfo) uint64 {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 1
	}
	return uint64(stat.Nlink)
}
