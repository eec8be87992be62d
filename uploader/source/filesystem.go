package source

import (
	"io"
	"io/fs"
	"os"
)

// FileSystem is the file system that a [Disk] uses. Its errors are those of the os package.
// It may be used from any goroutine.
type FileSystem interface {
	// Stat returns the FileInfo of the file that path names, following links.
	Stat(path string) (fs.FileInfo, error)

	// ReadDir lists a folder, sorted by name. It may return some entries together with an
	// error.
	ReadDir(path string) ([]fs.DirEntry, error)

	// Open opens a file for reading. It does not block on a named pipe.
	Open(path string) (OpenFile, error)
}

// OpenFile is an open file; *os.File implements it.
type OpenFile interface {
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
	Fd() uintptr // file descriptor or handle
}

// Disk gives access to files. The zero Disk uses [OS].
type Disk struct{ system FileSystem }

// NewDisk returns a Disk that uses system.
func NewDisk(system FileSystem) Disk { return Disk{system} }

func (d Disk) fs() FileSystem {
	if d.system == nil {
		return OS{}
	}
	return d.system
}

// OS is the [FileSystem] of the os package.
type OS struct{}

// Stat implements [FileSystem].
func (OS) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }

// ReadDir implements [FileSystem].
func (OS) ReadDir(path string) ([]fs.DirEntry, error) { return os.ReadDir(path) }

// Open implements [FileSystem].
func (OS) Open(path string) (OpenFile, error) {
	file, err := openRegular(path)
	if err != nil {
		return nil, err // not an interface that holds a nil *os.File
	}
	return file, nil
}
