//go:build !unix

package source

import (
	"io/fs"
	"os"
	"slices"
)

// osFolder is an open folder of the operating system. An [os.Root] does not leave the
// folder, but follows a link to another file in it; what is opened is therefore compared
// with what Lstat returned before.
type osFolder struct{ root *os.Root }

func openFolder(path string) (*osFolder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &osFolder{root}, nil
}

func (f *osFolder) Close() error { return f.root.Close() }

func (f *osFolder) Stat() (fs.FileInfo, error) { return f.root.Stat(".") }

func (f *osFolder) Names() ([]string, error) {
	folder, err := f.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer func() { _ = folder.Close() }() // it was only read
	names, err := folder.Readdirnames(-1)
	slices.SortFunc(names, CompareNames)
	return names, err
}

func (f *osFolder) Lstat(name string) (fs.FileInfo, error) { return f.root.Lstat(name) }

func (f *osFolder) Open(name string) (OpenFile, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		err = f.compare(name, info)
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

func (f *osFolder) OpenFolder(name string) (Folder, error) {
	root, err := f.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	info, err := root.Stat(".")
	if err == nil {
		err = f.compare(name, info)
	}
	if err != nil {
		_ = root.Close()
		return nil, err
	}
	return &osFolder{root}, nil
}

// compare returns an error unless a name is that of an open file itself, rather than of a
// link to it.
func (f *osFolder) compare(name string, opened fs.FileInfo) error {
	named, err := f.root.Lstat(name)
	if err == nil && (isLink(named) || !os.SameFile(named, opened)) {
		err = &fs.PathError{Op: "openat", Path: name, Err: fs.ErrNotExist}
	}
	return err
}
