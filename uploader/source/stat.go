package source

import (
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Stat looks at what path names, following links, and never opens it. It fails
// with a *fault.Fault: SourceMissing (a broken link too), SourceDenied,
// SourceBusy, SourceUnsupported for whatever is not a regular file, a folder
// included, and LocalDisk for the rest.
func (d Disk) Stat(path string) (File, error) {
	path, err := absolute(path)
	if err != nil {
		return File{}, err
	}
	info, err := d.reach().Stat(path)
	if err != nil {
		return File{}, Classify(fault.Stat, err)
	}
	return observe(fault.Stat, path, info)
}

// IsFolder reports whether path names a folder, following links.
func (d Disk) IsFolder(path string) bool {
	info, err := d.reach().Stat(path)
	return err == nil && info.IsDir()
}

// Open opens file for reading and returns it with what the system says of it
// now, for the caller to compare by File.Same. It never waits for the other end
// of a pipe, not even for one that took the file's place a moment ago. It fails
// as Stat does.
func (d Disk) Open(file File) (Opened, File, error) {
	if _, err := d.Stat(file.Path); err != nil {
		return nil, File{}, err
	}
	opened, err := d.reach().Open(file.Path)
	if err != nil {
		return nil, File{}, Classify(fault.Open, err)
	}
	now, err := Restat(opened, file)
	if err != nil {
		_ = opened.Close()
		return nil, File{}, err
	}
	return opened, now, nil
}

// Restat returns what the system says now of a file that Open opened, even when
// another has taken its name meanwhile. It fails as Stat does.
func Restat(opened Opened, file File) (File, error) {
	now, err := observeOpen(file.Path, opened)
	if err != nil {
		return File{}, err
	}
	now.RelPath = file.RelPath
	return now, nil
}

// ChangedAt is when the system noted the last change of an open file, be it of its
// bytes or of what is known about it. Unlike the modification time no program can
// set it back. It reports false where the system does not tell.
func ChangedAt(opened Opened) (time.Time, bool) {
	info, err := opened.Stat()
	if err != nil {
		return time.Time{}, false
	}
	return changedAt(info)
}

// Classify turns an error of the file system into a *fault.Fault. One that is a
// fault already, and nil, come back as they are.
func Classify(op fault.Op, err error) error {
	if _, ok := errors.AsType[*fault.Fault](err); ok || err == nil {
		return err
	}
	return fault.New(kindOf(err), op, err)
}

func kindOf(err error) fault.Kind {
	if kind, ok := systemKind(err); ok {
		return kind
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.SourceMissing
	case errors.Is(err, fs.ErrPermission):
		return fault.SourceDenied
	default:
		return fault.LocalDisk
	}
}

func absolute(path string) (string, error) {
	if path == "" {
		return "", fault.Newf(fault.SourceMissing, fault.Stat, "the path is empty")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", Classify(fault.Stat, err)
	}
	return abs, nil
}

// observe makes a File of what a stat said.
func observe(op fault.Op, path string, info fs.FileInfo) (File, error) {
	if !info.Mode().IsRegular() {
		return File{}, fault.Newf(fault.SourceUnsupported, op, "%s is %s, not a file", path, describe(info.Mode()))
	}
	return File{
		Path:     path,
		Size:     info.Size(),
		ModTime:  info.ModTime(),
		Identity: identify(path, info),
	}, nil
}

func observeOpen(path string, opened Opened) (File, error) {
	info, err := opened.Stat()
	if err != nil {
		return File{}, Classify(fault.Open, err)
	}
	file, err := observe(fault.Open, path, info)
	if err != nil {
		return File{}, err
	}
	file.Identity = identifyOpen(opened, info)
	return file, nil
}

func describe(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	default:
		return "something else"
	}
}
