// Package privatefile opens files in folders that belong to this program, so that no other
// user of the computer can have it read or change a file of their choice.
//
// A folder may have been prepared by someone else before the program first uses it, in a
// shared folder for example. Therefore a folder must belong to this user, other users lose
// the right to write to it, and a file in it must be a regular file of this user that others
// cannot write to, with no other name: neither a symbolic nor a hard link to something else.
// The open file is checked, not only its name. What is refused is a *[Error] that says why.
//
// Some file systems, FAT and some network shares among them, have no owners or modes. A new
// file tells whether that is so ([Dir.Unprotected]), and the checks of owner and mode are
// then left out. On Windows they always are, and links are still refused; a folder that Open
// creates there gets an access list of this user, the system and the administrators, which
// what is in it inherits.
//
// All functions may be called from any goroutine.
package privatefile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ferryapp/ferry/uploader/atomicfile"
)

// Problem is why a file or folder is refused.
type Problem string

// The problems.
const (
	Link      Problem = "is a link"
	NotFile   Problem = "is not a regular file"
	NotFolder Problem = "is not a folder"
	Owner     Problem = "belongs to another user"
	Writable  Problem = "can be changed by other users"
	Readable  Problem = "can be read by other users"
	Names     Problem = "has another name elsewhere (hard link)"
)

// Error is the refusal of a file or folder.
type Error struct {
	Path    string
	Problem Problem
}

func (e *Error) Error() string { return e.Path + " " + string(e.Problem) }

const (
	dirMode     = 0o700
	fileMode    = 0o600
	othersWrite = 0o022
	othersAny   = 0o077
)

// Dir is an open folder that only this user can write to. It keeps referring to the folder
// that was opened if that is renamed or replaced.
type Dir struct {
	root        *os.Root
	path        string
	unprotected bool
}

// Open opens the folder at path. It creates the folder, with its parents, if there is none,
// accessible to this user only. Of an existing one it removes the right of others to write,
// except of a folder that is meant to be shared (sticky), which is refused. A path that is
// a link is followed.
func Open(path string) (*Dir, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	_, missing := os.Lstat(path)
	if err := os.MkdirAll(path, dirMode); err != nil {
		return nil, err
	}
	d, err := openExisting(path)
	if err == nil && errors.Is(missing, fs.ErrNotExist) {
		d.unprotected = restrict(path) != nil || d.unprotected
	}
	return d, err
}

func openExisting(path string) (*Dir, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	d := &Dir{root: root, path: path}
	if err := d.protect(othersWrite, hasModes); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return d, nil
}

// OpenIn opens a folder in root, whose path is only for errors. It creates the folder if
// there is none, makes it accessible to this user only, and refuses a link.
func OpenIn(root *os.Root, name string) (*Dir, error) {
	path := filepath.Join(root.Name(), name)
	if err := root.Mkdir(name, dirMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	before, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !before.IsDir() {
		return nil, &Error{Path: path, Problem: typeProblem(before, NotFolder)}
	}
	opened, err := root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	d := &Dir{root: opened, path: path}
	after, err := opened.Stat(".")
	if err == nil && !os.SameFile(before, after) {
		err = &Error{Path: path, Problem: Link}
	}
	if err == nil {
		err = d.protect(^fs.FileMode(dirMode)&fs.ModePerm, hasModes)
	}
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return d, nil
}

// Folder is [OpenIn] for a folder in d.
func (d *Dir) Folder(name string) (*Dir, error) {
	folder, err := OpenIn(d.root, name)
	if err != nil {
		return nil, err
	}
	folder.path = filepath.Join(d.path, name)
	return folder, nil
}

// Close closes the folder.
func (d *Dir) Close() error { return d.root.Close() }

// Root returns the open folder, for operations that open no existing file.
func (d *Dir) Root() *os.Root { return d.root }

// Unprotected reports whether the file system has no owners or modes, or on Windows no access
// lists, so that other users may be able to write to the folder.
func (d *Dir) Unprotected() bool { return d.unprotected }

// protect checks the folder and removes the bits of surplus from its mode. hasModes reports
// whether the file system has owners and modes, and is called only if the check fails.
func (d *Dir) protect(surplus fs.FileMode, hasModes func(*os.Root) bool) error {
	info, err := d.root.Stat(".")
	if err != nil {
		return err
	}
	problem := d.problem(info, surplus)
	if problem == Writable && info.Mode()&fs.ModeSticky == 0 && d.root.Chmod(".", info.Mode().Perm()&^surplus) == nil {
		if info, err = d.root.Stat("."); err != nil {
			return err
		}
		problem = d.problem(info, surplus)
	}
	if problem != "" && hasModes(d.root) {
		return &Error{Path: d.path, Problem: problem}
	}
	d.unprotected = problem != ""
	return nil
}

// problem checks owner and mode.
func (d *Dir) problem(info fs.FileInfo, forbidden fs.FileMode) Problem {
	switch {
	case d.unprotected || !ownersKnown:
		return ""
	case !ownedByUser(info):
		return Owner
	case info.Mode()&forbidden != 0:
		return Writable
	default:
		return ""
	}
}

// hasModes reports whether the file system has owners and modes: a new file belongs to this
// user and has the mode it was created with. If none can be created, it reports true.
func hasModes(root *os.Root) bool {
	name := "." + rand.Text() + ".tmp"
	file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if err != nil {
		return true
	}
	info, err := file.Stat()
	if err := errors.Join(err, file.Close(), root.Remove(name)); err != nil {
		return true
	}
	return ownedByUser(info) && info.Mode().Perm() == fileMode
}

// OpenFile opens a file in the folder like [os.OpenFile], and refuses one that others may
// have prepared. A link is not followed and a device is not opened. With os.O_TRUNC the file
// is truncated only after it was checked.
func (d *Dir) OpenFile(name string, flag int, perm fs.FileMode) (*os.File, error) {
	if err := d.Check(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := d.root.OpenFile(name, flag&^os.O_TRUNC|openFlags, perm)
	if err != nil {
		return nil, err
	}
	err = d.checkOpen(file, name)
	if err == nil && flag&os.O_TRUNC != 0 {
		err = file.Truncate(0)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// ReadFile reads a file in the folder of at most maxSize bytes.
func (d *Dir) ReadFile(name string, maxSize int64) ([]byte, error) {
	file, err := d.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err == nil && int64(len(text)) > maxSize {
		err = fmt.Errorf("%s is larger than %d bytes", d.pathOf(name), maxSize)
	}
	return text, err
}

// ReadSecret is [Dir.ReadFile] for a file that other users must not be able to read.
func (d *Dir) ReadSecret(name string, maxSize int64) ([]byte, error) {
	info, err := d.Stat(name)
	if err != nil {
		return nil, err
	}
	if d.problem(info, othersAny) == Writable {
		return nil, &Error{Path: d.pathOf(name), Problem: Readable}
	}
	return d.ReadFile(name, maxSize)
}

// WriteFile replaces a file in the folder, as [atomicfile.Write] does: what has its name is
// not opened. Only this user can access the new file.
func (d *Dir) WriteFile(name string, data []byte) error {
	return atomicfile.WriteIn(d.root, name, data, fileMode)
}

// Check checks a file by its name, for one that a library opens by its path. It returns
// [fs.ErrNotExist] if there is none.
func (d *Dir) Check(name string) error {
	_, err := d.Stat(name)
	return err
}

// Stat returns the info of a file, after the checks of [Dir.Check].
func (d *Dir) Stat(name string) (fs.FileInfo, error) {
	info, err := d.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	return info, d.checkInfo(name, info)
}

func (d *Dir) checkOpen(file *os.File, name string) error {
	opened, err := file.Stat()
	if err != nil {
		return err
	}
	named, err := d.root.Lstat(name)
	if err != nil {
		return err
	}
	if !os.SameFile(opened, named) {
		return &Error{Path: d.pathOf(name), Problem: Link}
	}
	return d.checkInfo(name, opened)
}

func (d *Dir) checkInfo(name string, info fs.FileInfo) error {
	problem := d.problem(info, othersWrite)
	switch {
	case !info.Mode().IsRegular():
		problem = typeProblem(info, NotFile)
	case problem == "" && linkCount(info) > 1:
		problem = Names
	}
	if problem == "" {
		return nil
	}
	return &Error{Path: d.pathOf(name), Problem: problem}
}

func (d *Dir) pathOf(name string) string { return filepath.Join(d.path, name) }

func typeProblem(info fs.FileInfo, other Problem) Problem {
	if info.Mode()&fs.ModeSymlink != 0 {
		return Link
	}
	return other
}

// OpenFile is [Dir.OpenFile] for a path, whose folder must exist.
func OpenFile(path string, flag int, perm fs.FileMode) (*os.File, error) {
	d, err := openExisting(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	return d.OpenFile(filepath.Base(path), flag, perm)
}

// ReadFile is [Dir.ReadFile] for a path.
func ReadFile(path string, maxSize int64) ([]byte, error) {
	d, err := openExisting(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	return d.ReadFile(filepath.Base(path), maxSize)
}

// ReadSecret is [Dir.ReadSecret] for a path.
func ReadSecret(path string, maxSize int64) ([]byte, error) {
	d, err := openExisting(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	return d.ReadSecret(filepath.Base(path), maxSize)
}

// Check is [Dir.Check] for several paths, whose folders must exist. A file that does not
// exist is fine.
func Check(paths ...string) error {
	for _, path := range paths {
		d, err := openExisting(filepath.Dir(path))
		if err != nil {
			return err
		}
		err = d.Check(filepath.Base(path))
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		if err := errors.Join(err, d.Close()); err != nil {
			return err
		}
	}
	return nil
}
