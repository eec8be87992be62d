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

	// Open opens a file for reading, following links. It does not block on a named pipe.
	Open(path string) (OpenFile, error)

	// OpenFolder opens a folder, following links.
	OpenFolder(path string) (Folder, error)
}

// OpenFile is an open file; *os.File implements it.
type OpenFile interface {
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
	Fd() uintptr // file descriptor or handle
}

// Folder is an open folder. It stays the same folder if another one gets its path. Names
// are base names, and links are not followed: to open one is an error, also if it
// replaced a file or a folder a moment ago. It may be used from any goroutine.
type Folder interface {
	io.Closer

	// Stat returns the FileInfo of the folder.
	Stat() (fs.FileInfo, error)

	// Names returns the names in the folder, in the order of [CompareNames]. It may return some
	// names together with an error.
	Names() ([]string, error)

	// Lstat returns the FileInfo of a file, a folder or a link.
	Lstat(name string) (fs.FileInfo, error)

	// Open opens a file for reading. It does not block on a named pipe.
	Open(name string) (OpenFile, error)

	// OpenFolder opens a subfolder.
	OpenFolder(name string) (Folder, error)
}

// Disk gives access to files. The zero Disk uses [OS] and does not follow links in added
// folders.
type Disk struct {
	system      FileSystem
	followLinks bool
}

// NewDisk returns a Disk that uses system.
func NewDisk(system FileSystem) Disk { return Disk{system: system} }

// FollowLinks returns a Disk that follows links in added folders, or does not. What was
// added itself is always followed.
func (d Disk) FollowLinks(follow bool) Disk {
	d.followLinks = follow
	return d
}

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

// Open implements [FileSystem].
func (OS) Open(path string) (OpenFile, error) {
	file, err := openRegular(path)
	if err != nil {
		return nil, err // not an interface that holds a nil *os.File
	}
	return file, nil
}

// OpenFolder implements [FileSystem].
func (OS) OpenFolder(path string) (Folder, error) {
	folder, err := openFolder(path)
	if err != nil {
		return nil, err // not an interface that holds a nil pointer
	}
	return folder, nil
}
