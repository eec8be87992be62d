//go:build unix

package instance

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"syscall"
)

// noFollow are the flags to open a file without following a link and without waiting
// for the other end of a named pipe.
const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// isNotRegularError reports whether opening with noFollow failed at a link, for which
// FreeBSD has its own error, a folder, or a socket or pipe without another end.
func isNotRegularError(err error) bool {
	errno, ok := errors.AsType[syscall.Errno](err)
	return ok && slices.Contains([]syscall.Errno{syscall.ELOOP, syscall.EMLINK, syscall.EISDIR, syscall.ENXIO, syscall.EOPNOTSUPP}, errno)
}

func ownedByUser(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int64(stat.Uid) == int64(os.Geteuid())
}

// accessibleByOthers reports whether the group or others may read or write the file.
func accessibleByOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
