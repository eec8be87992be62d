package receiver

import (
	"os"
	"path/filepath"
	"time"
)

const (
	// findMost is how many of the names are looked at that a file may have got.
	findMost = 1000

	// stampError is how far off a modification time may be: some file systems keep
	// it to two seconds.
	stampError = 2 * time.Second
)

// Find returns where in the folder dir a file lies that was received for an upload
// with that filename and relativePath in its metadata, of that size and modification
// time: under its own name or, where that was taken, under one with a number. The
// only one of that size will do at any time, since not every upload tells its time.
// It reads folders alone, and reports false when the file was changed or is gone.
func Find(dir, name, relPath string, size int64, modified time.Time) (path string, found bool) {
	to := targetOf(map[string]string{"filename": name, "relativePath": relPath})
	folder := filepath.Join(append([]string{dir}, to.folders...)...)
	if _, err := os.Lstat(folder); err != nil {
		return "", false
	}
	var sized []string
	for n := 1; n <= findMost; n++ {
		path := filepath.Join(folder, numbered(to.name, n))
		info, err := os.Lstat(path)
		if err != nil || !info.Mode().IsRegular() || info.Size() != size {
			continue
		}
		if info.ModTime().Sub(modified).Abs() <= stampError {
			return path, true
		}
		sized = append(sized, path)
	}
	if len(sized) != 1 {
		return "", false
	}
	return sized[0], true
}
