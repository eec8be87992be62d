package receiver

import (
	"os"
	"path/filepath"
	"time"
)

const (
	// maxFindNumber is the highest number in a file name that Find tries.
	maxFindNumber = 1000

	// modTimeTolerance is the precision of modification times on some file systems.
	modTimeTolerance = 2 * time.Second
)

// Find returns the path, in the folder dir (an absolute path) of a receiver that keeps dots,
// of a file that was received for an upload
// with that filename and relativePath in its metadata, and that size and modification
// time. The file has its own name or, if that was taken, one with a number. If no file
// has the modification time, because not every upload has it in its metadata, the only
// file of that size is returned. Find reads no file content, and reports false if the file
// was changed or removed.
func Find(dir, name, relPath string, size int64, modified time.Time) (path string, found bool) {
	to := namingIn(dir, true).targetOf(map[string]string{"filename": name, "relativePath": relPath})
	folder := filepath.Join(append([]string{dir}, to.folders...)...)
	if _, err := os.Lstat(folder); err != nil {
		return "", false
	}
	var sameSize []string
	for n := 1; n <= maxFindNumber; n++ {
		path := filepath.Join(folder, numbered(to.name, n))
		info, err := os.Lstat(path)
		if err != nil || !info.Mode().IsRegular() || info.Size() != size {
			continue
		}
		if info.ModTime().Sub(modified).Abs() <= modTimeTolerance {
			return path, true
		}
		sameSize = append(sameSize, path)
	}
	if len(sameSize) != 1 {
		return "", false
	}
	return sameSize[0], true
}
