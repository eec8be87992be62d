//go:build unix

package source

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/ferryapp/ferry/uploader/fault"
)

// openRegular opens a file without blocking: a named pipe without a writer is opened, and
// a file with a lease is an error.
func openRegular(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

func identify(_ string, info fs.FileInfo) Identity {
	switch stat := info.Sys().(type) {
	case *syscall.Stat_t:
		return Identity{Volume: uint64(stat.Dev), Index: stat.Ino} //nolint:unconvert // Dev is signed and narrower on some systems
	case *unix.Stat_t:
		return Identity{Volume: uint64(stat.Dev), Index: stat.Ino} //nolint:unconvert // the same
	default:
		return Identity{}
	}
}

func identifyOpen(_ OpenFile, info fs.FileInfo) Identity { return identify("", info) }

// systemKind returns the kind of errors that the fs package does not classify.
func systemKind(err error) (fault.Kind, bool) {
	errno, ok := errors.AsType[syscall.Errno](err)
	if !ok {
		return 0, false
	}
	switch errno {
	case syscall.ELOOP, syscall.ENOTDIR:
		return fault.SourceMissing, true
	case syscall.EAGAIN, syscall.EBUSY, syscall.ETXTBSY:
		return fault.SourceBusy, true
	case syscall.ENXIO, syscall.EISDIR, syscall.ENAMETOOLONG:
		return fault.SourceUnsupported, true
	default:
		return 0, false
	}
}

// isTooLong reports whether a path or a name in it is longer than the system allows.
func isTooLong(err error) bool { return errors.Is(err, syscall.ENAMETOOLONG) }

// isLink reports whether info, which Lstat returned, is that of a link.
func isLink(info fs.FileInfo) bool { return info.Mode()&fs.ModeSymlink != 0 }

// driveMissing reports whether an error of a file system says that its drive, its server or
// the program that provides it is not connected.
func driveMissing(err error) bool {
	errno, ok := errors.AsType[syscall.Errno](err)
	return ok && slices.Contains([]syscall.Errno{
		syscall.ESTALE, syscall.ENOTCONN, syscall.ENODEV, syscall.ECONNABORTED, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ETIMEDOUT,
		syscall.EHOSTDOWN, syscall.EHOSTUNREACH, syscall.ENETDOWN, syscall.ENETUNREACH, syscall.ESHUTDOWN,
	}, errno)
}

func hidden(path string) bool { return strings.HasPrefix(filepath.Base(path), ".") }
