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

	"github.com/ferryapp/ferry/uploader/fault"
)

// openRegular opens a file without blocking: a named pipe without a writer is opened, and
// a file with a lease is an error.
func openRegular(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

func identify(_ string, info fs.FileInfo) Identity {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return Identity{}
	}
	return Identity{Volume: uint64(stat.Dev), Index: stat.Ino} //nolint:unconvert // Dev is signed and narrower on some systems
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
