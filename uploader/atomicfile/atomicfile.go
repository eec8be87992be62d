// Package atomicfile replaces files so that a crash or a power cut leaves either
// the old content or the new. It has no counterpart in the standard library, and
// of the libraries for it google/renameio does not work on Windows and
// natefinch/atomic does not sync the folder.
//
// Its functions may be called from any goroutine and by several processes at once:
// the last call wins. They block for up to two seconds on Windows while another program
// has the file open.
package atomicfile

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Write replaces the file at path, or creates it. perm is that of the new file,
// before umask, also where the old file had another. A symbolic link at path is
// replaced, not followed. On failure the old file is unchanged and nothing is left
// beside it; only a crash may leave a hidden file named like ".ABC….tmp".
func Write(path string, data []byte, perm fs.FileMode) error {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer root.Close()
	return WriteIn(root, filepath.Base(path), data, perm)
}

// WriteIn is [Write] for a name in root.
func WriteIn(root *os.Root, name string, data []byte, perm fs.FileMode) error {
	folder := filepath.Dir(name)
	temp := filepath.Join(folder, "."+rand.Text()+".tmp")
	file, err := root.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, perm)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = retry(func() error { return root.Rename(temp, name) })
	}
	if err != nil {
		return errors.Join(err, root.Remove(temp))
	}
	syncFolder(root.Open(folder))
	return nil
}

// Rename is [os.Rename] for a file that is synced already; the new name survives a
// power cut.
func Rename(from, to string) error {
	if err := retry(func() error { return os.Rename(from, to) }); err != nil {
		return err
	}
	syncFolder(os.Open(filepath.Dir(to)))
	return nil
}

// syncFolder makes a rename in folder durable and closes it. Its errors are ignored
// because the file has its name by then, and because Windows and some file systems
// cannot sync folders.
func syncFolder(folder *os.File, err error) {
	if err != nil {
		return
	}
	_ = folder.Sync()
	_ = folder.Close()
}
