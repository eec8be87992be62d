package receiver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
)

const (
	maxNumber  = 1_000_000 // of files with one name in one folder
	maxNumbers = 10_000    // of names in folder.next
)

// folder is the folder for finished files. It does not overwrite files and does not write
// outside of root, even through links. It may be used from any goroutine.
type folder struct {
	root *os.Root
	link func(from, at string) error         // root.Link; some file systems do not support it
	open func(from string) (*os.File, error) // opens an upload

	mu   sync.Mutex
	next map[string]int // the number to try first for a path that exists
}

func newFolder(root *os.Root) *folder {
	return &folder{root: root, link: root.Link, open: root.Open, next: make(map[string]int)}
}

// isSame reports whether two paths are those of one file, so that the first one only is to
// be removed.
type isSame func(a, b string) bool

// moveIn moves the file at from, a path in the root, to its target or, if that exists and
// is not the same, to the first free number, and returns its new path. If the file has its
// new name and the old one cannot be removed, it returns the new path and an error; called
// again, it returns the same path.
func (f *folder) moveIn(from string, to target, same isSame) (string, error) {
	dir, err := f.makeFolders(to.folders)
	if err != nil {
		return "", err
	}
	at, err := f.linkOrCopy(from, dir, to.name, same)
	if at == "" {
		return "", err
	}
	if removeErr := f.root.Remove(from); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
		err = errors.Join(err, fmt.Errorf("remove moved upload: %w", removeErr))
	}
	return at, err
}

// makeFolders creates nested folders and returns the path of the innermost. If a name
// exists and is not a folder inside the root, it uses the next free number.
func (f *folder) makeFolders(names []string) (string, error) {
	dir := "."
	for _, name := range names {
		made, err := f.makeFolder(dir, name)
		if err != nil {
			return "", fmt.Errorf("make folder: %w", err)
		}
		dir = made
	}
	return dir, nil
}

func (f *folder) makeFolder(dir, name string) (string, error) {
	for n := 1; n < maxNumber; n++ {
		at := path.Join(dir, numbered(name, n))
		if info, err := f.root.Stat(at); err == nil && info.IsDir() {
			return at, nil
		}
		err := f.root.Mkdir(at, 0o755)
		if err == nil {
			return at, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		// Another goroutine or program may have created it since the first Stat.
		if info, err := f.root.Stat(at); err == nil && info.IsDir() {
			return at, nil
		}
	}
	return "", fs.ErrExist
}

// linkOrCopy gives the file at from its final name in dir, and copies it first if dir is on
// another file system. It returns the name also if only the copy's own name cannot be
// removed.
func (f *folder) linkOrCopy(from, dir, name string, same isSame) (string, error) {
	at, err := f.linkToFreeName(from, dir, name, same)
	if err == nil {
		return at, nil
	}
	copied := path.Join(dir, privateDir+"-"+path.Base(from))
	if copyErr := f.copy(from, copied); copyErr != nil {
		return "", fmt.Errorf("move file: %w", errors.Join(err, copyErr))
	}
	at, err = f.linkToFreeName(copied, dir, name, same)
	if err != nil {
		return "", fmt.Errorf("move copy: %w", err)
	}
	if err := f.root.Remove(copied); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return at, fmt.Errorf("remove copy: %w", err)
	}
	return at, nil
}

// linkToFreeName gives the file at from the first free name.
func (f *folder) linkToFreeName(from, dir, name string, same isSame) (string, error) {
	wanted := path.Join(dir, name)
	for n := f.firstNumber(wanted); n < maxNumber; n++ {
		at := path.Join(dir, numbered(name, n))
		err := f.linkOrRename(from, at, same)
		if err == nil {
			if n > 1 {
				f.setFirstNumber(wanted, n+1)
			}
			return at, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", err
		}
	}
	return "", fs.ErrExist
}

// linkOrRename gives the file at from the name at. It returns fs.ErrExist if a file that is
// not the same has that name. A hard link fails if the name exists, and keeps the old name. Where there
// are no hard links, it creates an empty file to reserve the name and renames over it.
func (f *folder) linkOrRename(from, at string, same isSame) error {
	err := f.link(from, at)
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		if same(from, at) {
			return nil
		}
		return err
	}
	reserved, err := f.root.OpenFile(at, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := reserved.Close(); err != nil {
		return err
	}
	if err := f.root.Rename(from, at); err != nil {
		return errors.Join(err, f.root.Remove(at))
	}
	return nil
}

// sameFile is an isSame for hard links.
func (f *folder) sameFile(a, b string) bool {
	first, err := f.root.Lstat(a)
	if err != nil {
		return false
	}
	second, err := f.root.Lstat(b)
	return err == nil && os.SameFile(first, second)
}

// sameContent is an isSame for an upload and a finished file that may be a copy of it: a
// folder that is copied or restored has no hard links.
func (f *folder) sameContent(upload, finished string) bool {
	if f.sameFile(upload, finished) {
		return true
	}
	first, err := f.open(upload)
	if err != nil {
		return false
	}
	defer func() { _ = first.Close() }()
	if info, err := f.root.Lstat(finished); err != nil || !info.Mode().IsRegular() {
		return false
	}
	second, err := f.root.Open(finished)
	if err != nil {
		return false
	}
	defer func() { _ = second.Close() }()
	return equal(first, second)
}

// equal reports whether two files have the same content.
func equal(a, b *os.File) bool {
	first, err := a.Stat()
	if err != nil {
		return false
	}
	second, err := b.Stat()
	if err != nil || first.Size() != second.Size() {
		return false
	}
	var buffers [2][64 << 10]byte
	for {
		n, firstErr := io.ReadFull(a, buffers[0][:])
		m, secondErr := io.ReadFull(b, buffers[1][:])
		if n != m || !bytes.Equal(buffers[0][:n], buffers[1][:m]) || !errors.Is(secondErr, firstErr) {
			return false
		}
		if firstErr != nil {
			return errors.Is(firstErr, io.EOF) || errors.Is(firstErr, io.ErrUnexpectedEOF)
		}
	}
}

// copy copies a file with its modification time. It replaces a partial copy of the same
// upload, which a crash left, and writes through no link that has its name.
func (f *folder) copy(from, to string) error {
	source, err := f.open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	info, err := source.Stat()
	if err != nil {
		return err
	}
	if err := f.root.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	copied, err := f.root.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(copied, source)
	if err := errors.Join(err, copied.Sync(), copied.Close()); err != nil {
		return errors.Join(err, f.root.Remove(to))
	}
	return f.root.Chtimes(to, info.ModTime(), info.ModTime())
}

func (f *folder) firstNumber(wanted string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return max(1, f.next[wanted])
}

// setFirstNumber saves the next file of the same name from trying numbers that exist.
func (f *folder) setFirstNumber(wanted string, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.next) >= maxNumbers {
		clear(f.next)
	}
	f.next[wanted] = max(n, f.next[wanted])
}
