package source

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Stat returns the file that path names, following links, without opening it. It fails
// with a *fault.Fault of kind SourceMissing (also for a broken link), SourceDenied,
// SourceBusy, SourceUnsupported for a folder or another file that is not regular, or
// LocalDisk.
func (d Disk) Stat(path string) (File, error) {
	path, err := absolute(path)
	if err != nil {
		return File{}, err
	}
	info, err := d.fs().Stat(path)
	if err != nil {
		return File{}, Classify(fault.Stat, err)
	}
	return newFile(fault.Stat, path, info)
}

// IsFolder reports whether path names a folder, following links.
func (d Disk) IsFolder(path string) bool {
	info, err := d.fs().Stat(path)
	return err == nil && info.IsDir()
}

// StatFile returns the current state of a file that was found before. Unlike Stat it does
// not follow links below the folder that was added, unless the Disk follows them. It fails
// like Stat, with CodeLinkInFolder for such a link.
func (d Disk) StatFile(file File) (File, error) {
	found, err := d.find(file)
	if err != nil {
		return File{}, err
	}
	defer found.close()
	now, err := found.stat()
	now.RelPath = file.RelPath
	return now, err
}

// Open opens file for reading. It also returns the state of the open file, which the
// caller can compare by [File.Same]. It does not block on a named pipe, even if one
// replaced the file, and follows links as StatFile does. It fails like StatFile.
func (d Disk) Open(file File) (OpenFile, File, error) {
	found, err := d.find(file)
	if err != nil {
		return nil, File{}, err
	}
	defer found.close()
	if _, err := found.stat(); err != nil {
		return nil, File{}, err
	}
	opened, err := found.open()
	if err != nil {
		return nil, File{}, Classify(fault.Open, err)
	}
	now, err := StatOpen(opened, file)
	if err != nil {
		_ = opened.Close()
		return nil, File{}, err
	}
	return opened, now, nil
}

// StatOpen returns the current state of an open file, even if another file has its name
// now. It fails like [Disk.Stat].
func StatOpen(opened OpenFile, file File) (File, error) {
	info, err := opened.Stat()
	if err != nil {
		return File{}, Classify(fault.Open, err)
	}
	now, err := newFile(fault.Open, file.Path, info)
	if err != nil {
		return File{}, err
	}
	now.Identity = identifyOpen(opened, info)
	now.RelPath = file.RelPath
	return now, nil
}

// Classify turns an error of the file system into a *fault.Fault. One that is about no file,
// such as too many open files, is Transient. One that says that the drive or network share
// is not connected is SourceBusy with [fault.CodeDriveMissing]: the file is there again once
// the drive is. It returns a fault and nil unchanged.
func Classify(op fault.Op, err error) error {
	if _, ok := errors.AsType[*fault.Fault](err); ok || err == nil {
		return err
	}
	if fault.IsExhausted(err) {
		return fault.NewExhausted(op, err)
	}
	f := fault.New(kindOf(err), op, err)
	if isTooLong(err) {
		f.Code = fault.CodePathTooLong
	}
	if driveMissing(err) {
		f.Kind, f.Code = fault.SourceBusy, fault.CodeDriveMissing
	}
	return f
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
		return "", fault.Newf(fault.SourceMissing, fault.Stat, "path is empty")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", Classify(fault.Stat, err)
	}
	return abs, nil
}

// newFile returns the File with that path and info.
func newFile(op fault.Op, path string, info fs.FileInfo) (File, error) {
	if isLink(info) {
		return File{}, linkFault(op, path)
	}
	if !info.Mode().IsRegular() {
		return File{}, fault.Newf(fault.SourceUnsupported, op, "%s is %s, not a regular file", path, describe(info.Mode()))
	}
	return File{
		Path:     path,
		Size:     info.Size(),
		ModTime:  info.ModTime(),
		Identity: identify(path, info),
	}, nil
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
		return "a special file"
	}
}
