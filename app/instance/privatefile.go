package instance

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ErrNotPrivate is returned, as a [FileError], for a file of the profile that another
// user may have placed or changed, or could read.
var ErrNotPrivate = errors.New("file is not private")

// FileError is [ErrNotPrivate] with the file and the reason.
type FileError struct {
	Path   string
	Reason string // for the log
}

func (e *FileError) Error() string { return e.Path + ": " + e.Reason }

// Is implements the comparison of [errors.Is].
func (e *FileError) Is(target error) bool { return target == ErrNotPrivate }

// openOwn opens a regular file that belongs to the user. It neither follows a link nor
// waits for the other end of a pipe.
func openOwn(path string, flag int) (*os.File, fs.FileInfo, error) {
	file, err := os.OpenFile(path, flag|noFollow, 0o600)
	if err != nil {
		if isNotRegularError(err) {
			err = &FileError{path, "is a link or not a regular file"}
		}
		return nil, nil, err
	}
	info, err := file.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = &FileError{path, "is not a regular file"}
	case !ownedByUser(info):
		err = &FileError{path, "belongs to another user"}
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, info, nil
}

// readPrivate reads a file of at most maxLen bytes that only the user can access.
func readPrivate(path string, maxLen int64) ([]byte, error) {
	file, info, err := openOwn(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if accessibleByOthers(info) {
		return nil, &FileError{path, fmt.Sprintf("has mode %v", info.Mode())}
	}
	text, err := io.ReadAll(io.LimitReader(file, maxLen+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > maxLen {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxLen)
	}
	return text, nil
}
