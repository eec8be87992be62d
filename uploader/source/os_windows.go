package source

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/windows"

	"github.com/ferryapp/ferry/uploader/fault"
)

// shareAll lets other programs read, write, rename, replace and delete a file while it is
// open.
const shareAll = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE

// openRegular opens a file for reading. Unlike [os.Open], it lets other programs rename,
// replace and delete the file meanwhile, as [os.Root] does.
func openRegular(path string) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ, shareAll, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(handle), path), nil
}

// identify opens path for its attributes alone, which succeeds even if another program has
// the file locked.
func identify(path string, _ fs.FileInfo) Identity {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return Identity{}
	}
	handle, err := windows.CreateFile(name, 0, shareAll, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err != nil {
		return Identity{}
	}
	defer func() { _ = windows.CloseHandle(handle) }()
	return identityOf(handle)
}

func identifyOpen(opened OpenFile, _ fs.FileInfo) Identity {
	return identityOf(windows.Handle(opened.Fd()))
}

func identityOf(handle windows.Handle) Identity {
	var info windows.ByHandleFileInformation
	if windows.GetFileInformationByHandle(handle, &info) != nil {
		return Identity{}
	}
	return Identity{
		Volume: uint64(info.VolumeSerialNumber),
		Index:  uint64(info.FileIndexHigh)<<32 | uint64(info.FileIndexLow),
	}
}

// systemKind returns the kind of errors that the fs package does not classify.
func systemKind(err error) (fault.Kind, bool) {
	errno, ok := errors.AsType[windows.Errno](err)
	if !ok {
		return 0, false
	}
	switch errno {
	case windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION:
		return fault.SourceBusy, true
	case windows.ERROR_INVALID_NAME, windows.ERROR_CANT_RESOLVE_FILENAME:
		return fault.SourceMissing, true
	case windows.ERROR_FILENAME_EXCED_RANGE:
		return fault.SourceUnsupported, true
	default:
		return 0, false
	}
}

// isTooLong reports whether a path or a name in it is longer than the system allows.
func isTooLong(err error) bool { return errors.Is(err, windows.ERROR_FILENAME_EXCED_RANGE) }

// isLink reports whether info, which Lstat returned, is that of a link: a symbolic link, a
// junction, or another reparse point in place of a file.
func isLink(info fs.FileInfo) bool { return info.Mode()&(fs.ModeSymlink|fs.ModeIrregular) != 0 }

// driveMissing reports whether an error of a file system says that its drive or server is
// not connected.
func driveMissing(err error) bool {
	errno, ok := errors.AsType[windows.Errno](err)
	return ok && slices.Contains([]windows.Errno{
		windows.ERROR_NOT_READY, windows.ERROR_BAD_NETPATH, windows.ERROR_BAD_NET_NAME, windows.ERROR_NETNAME_DELETED,
		windows.ERROR_DEV_NOT_EXIST, windows.ERROR_UNEXP_NET_ERR, windows.ERROR_NETWORK_UNREACHABLE, windows.ERROR_HOST_UNREACHABLE,
	}, errno)
}

func hidden(path string) bool {
	if strings.HasPrefix(filepath.Base(path), ".") {
		return true
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return false
	}
	attributes, err := windows.GetFileAttributes(name)
	return err == nil && attributes&windows.FILE_ATTRIBUTE_HIDDEN != 0
}
