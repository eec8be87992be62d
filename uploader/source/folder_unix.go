//go:build unix

package source

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// osFolder is an open folder of the operating system.
type osFolder struct{ *os.File }

const folderFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC

func openFolder(path string) (*osFolder, error) {
	file, err := os.OpenFile(path, folderFlags, 0)
	if err != nil {
		return nil, err
	}
	return &osFolder{file}, nil
}

func (f *osFolder) Names() ([]string, error) {
	names, err := f.Readdirnames(-1)
	slices.SortFunc(names, CompareNames)
	return names, err
}

func (f *osFolder) Lstat(name string) (fs.FileInfo, error) {
	var stat unix.Stat_t
	err := f.at("statat", name, func(folder int) error { return unix.Fstatat(folder, name, &stat, unix.AT_SYMLINK_NOFOLLOW) })
	if err != nil {
		return nil, err
	}
	return fileInfo{name, stat}, nil
}

func (f *osFolder) Open(name string) (OpenFile, error) {
	file, err := f.open(name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK)
	if err != nil {
		return nil, err
	}
	return file, nil
}

func (f *osFolder) OpenFolder(name string) (Folder, error) {
	file, err := f.open(name, folderFlags)
	if err != nil {
		return nil, err
	}
	return &osFolder{file}, nil
}

// open opens a file or folder that is not a link.
func (f *osFolder) open(name string, flags int) (*os.File, error) {
	opened := -1
	err := f.at("openat", name, func(folder int) (err error) {
		opened, err = unix.Openat(folder, name, flags|unix.O_NOFOLLOW, 0)
		return err
	})
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(opened), name), nil
}

// at calls a function with the descriptor of the folder, again as long as a signal
// interrupts it.
func (f *osFolder) at(op, name string, call func(folder int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		for {
			if failed = call(int(fd)); !errors.Is(failed, syscall.EINTR) {
				return
			}
		}
	})
	if err = cmp.Or(err, failed); err != nil {
		return &fs.PathError{Op: op, Path: name, Err: err}
	}
	return nil
}

// fileInfo is the [fs.FileInfo] of a file that was found in an open folder.
type fileInfo struct {
	name string
	stat unix.Stat_t
}

func (i fileInfo) Name() string { return i.name }

func (i fileInfo) Size() int64 { return i.stat.Size }

func (i fileInfo) ModTime() time.Time { return time.Unix(i.stat.Mtim.Unix()) }

func (i fileInfo) IsDir() bool { return i.Mode().IsDir() }

func (i fileInfo) Sys() any { return &i.stat }

func (i fileInfo) Mode() fs.FileMode {
	mode := fs.FileMode(i.stat.Mode) & fs.ModePerm //nolint:unconvert // 16 bits on some systems
	switch i.stat.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return mode
	case unix.S_IFDIR:
		return mode | fs.ModeDir
	case unix.S_IFLNK:
		return mode | fs.ModeSymlink
	case unix.S_IFIFO:
		return mode | fs.ModeNamedPipe
	case unix.S_IFSOCK:
		return mode | fs.ModeSocket
	case unix.S_IFBLK, unix.S_IFCHR:
		return mode | fs.ModeDevice
	default:
		return mode | fs.ModeIrregular
	}
}
