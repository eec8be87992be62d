package receiver

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"sync"
)

const maxTries = 1_000_000 // files of one name in one folder

// folder is where finished files are put. It never overwrites, and it never
// leaves its root, not even through a link. Safe for use by several goroutines.
type folder struct {
	root *os.Root
	link func(from, at string) error // os.Root.Link; some file systems have none

	mu   sync.Mutex
	next map[string]int // the number to try first for a path that was taken before
}

func newFolder(root *os.Root) *folder {
	return &folder{root: root, link: root.Link, next: make(map[string]int)}
}

// place moves the file at from, a path in the root, to its target or to the
// first free name beside it, and returns the path it has then. Placing a file
// again that was placed but not yet removed from its old path finds the place.
func (f *folder) place(from string, to target) (string, error) {
	dir, err := f.enter(to.folders)
	if err != nil {
		return "", err
	}
	at, err := f.put(from, dir, to.name)
	if err != nil {
		return "", err
	}
	if err := f.root.Remove(from); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("remove the placed upload: %w", err)
	}
	return at, nil
}

// enter makes the folders. Where a name is taken by something that is not a
// folder inside the root, it takes the next free one.
func (f *folder) enter(folders []string) (string, error) {
	dir := "."
	for _, name := range folders {
		made, err := f.step(dir, name)
		if err != nil {
			return "", fmt.Errorf("make folder: %w", err)
		}
		dir = made
	}
	return dir, nil
}

func (f *folder) step(dir, name string) (string, error) {
	for n := 1; n < maxTries; n++ {
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
		// Made by somebody else since, or not a folder: one more look tells.
		if info, err := f.root.Stat(at); err == nil && info.IsDir() {
			return at, nil
		}
	}
	return "", fs.ErrExist
}

// put gives from a second, final name, and copies it when dir is on another
// file system.
func (f *folder) put(from, dir, name string) (string, error) {
	at, err := f.claim(from, dir, name)
	if err == nil {
		return at, nil
	}
	copied := path.Join(dir, private+"-"+path.Base(from))
	if copyErr := f.copy(from, copied); copyErr != nil {
		return "", fmt.Errorf("place file: %w", errors.Join(err, copyErr))
	}
	at, err = f.claim(copied, dir, name)
	if err != nil {
		return "", fmt.Errorf("place copy: %w", err)
	}
	if err := f.root.Remove(copied); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("remove copy: %w", err)
	}
	return at, nil
}

// claim takes the first free name for from.
func (f *folder) claim(from, dir, name string) (string, error) {
	wanted := path.Join(dir, name)
	for n := f.first(wanted); n < maxTries; n++ {
		at := path.Join(dir, numbered(name, n))
		err := f.rename(from, at)
		if err == nil {
			if n > 1 {
				f.remember(wanted, n+1)
			}
			return at, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", err
		}
	}
	return "", fs.ErrExist
}

// rename makes at a name of the file, failing with fs.ErrExist when it is the
// name of another one. A hard link is exclusive by nature and leaves from in
// place; where there are none, the name is held by an empty file first.
func (f *folder) rename(from, at string) error {
	err := f.link(from, at)
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		if f.same(from, at) {
			return nil
		}
		return err
	}
	held, err := f.root.OpenFile(at, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := held.Close(); err != nil {
		return err
	}
	if err := f.root.Rename(from, at); err != nil {
		return errors.Join(err, f.root.Remove(at))
	}
	return nil
}

func (f *folder) same(a, b string) bool {
	first, err := f.root.Lstat(a)
	if err != nil {
		return false
	}
	second, err := f.root.Lstat(b)
	return err == nil && os.SameFile(first, second)
}

func (f *folder) copy(from, to string) error {
	source, err := f.root.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	info, err := source.Stat()
	if err != nil {
		return err
	}
	// A copy of the same upload that a crash left half done is begun anew.
	copied, err := f.root.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(copied, source)
	if err := errors.Join(err, copied.Sync(), copied.Close()); err != nil {
		return errors.Join(err, f.root.Remove(to))
	}
	return f.root.Chtimes(to, info.ModTime(), info.ModTime())
}

func (f *folder) first(wanted string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return max(1, f.next[wanted])
}

// remember spares the next file of the same name the numbers known to be taken.
func (f *folder) remember(wanted string, n int) {
	const most = 10_000
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.next) >= most {
		clear(f.next)
	}
	f.next[wanted] = max(n, f.next[wanted])
}

// numbered is the n-th name to try: "a.txt", "a (2).txt", "a (3).txt".
func numbered(name string, n int) string {
	if n == 1 {
		return name
	}
	stem, extension := split(name)
	return stem + " (" + strconv.Itoa(n) + ")" + extension
}
