package source

import (
	"io"
	"io/fs"
	"os"
)

// System is the access to files that everything here is made of. Its errors are
// as the os package has them. It may be used from any goroutine.
type System interface {
	// Stat looks at what path names, following links.
	Stat(path string) (fs.FileInfo, error)

	// ReadDir lists a folder in the order of names. It may return a part of it
	// together with an error.
	ReadDir(path string) ([]fs.DirEntry, error)

	// Open opens a file for reading. It never waits for the other end of a pipe.
	Open(path string) (Opened, error)
}

// Opened is an open file; *os.File is one.
type Opened interface {
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
	Fd() uintptr // the operating system's own name for it
}

// Disk is where files are looked at. The zero Disk is the computer's own.
type Disk struct{ system System }

// NewDisk returns a Disk that is reached through system.
func NewDisk(system System) Disk { return Disk{system} }

func (d Disk) reach() System {
	if d.system == nil {
		return OS{}
	}
	return d.system
}

// OS is the operating system's own System.
type OS struct{}

// Stat implements System.
func (OS) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }

// ReadDir implements System.
func (OS) ReadDir(path string) ([]fs.DirEntry, error) { return os.ReadDir(path) }

// Open implements System.
func (OS) Open(path string) (Opened, error) {
	file, err := openRegular(path)
	if err != nil {
		return nil, err // and not an Opened that holds a nil file
	}
	return file, nil
}
