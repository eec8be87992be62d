package source

import (
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/uploader/fault"
)

// foundFile is a file by its path, or by its name in an open folder. In a folder, a link
// is not followed.
type foundFile struct {
	path   string
	system FileSystem
	folder Folder // nil: by path
}

// find opens the folder of a file in an added folder, one subfolder after the other, so
// that none of them can be a link, whatever replaces them meanwhile. A file that was added
// itself is found by its path, and so is every file if the Disk follows links. find fails
// with a *fault.Fault. The caller must call close.
func (d Disk) find(file File) (foundFile, error) {
	top, below := split(file)
	if d.followLinks || len(below) == 0 {
		abs, err := absolute(file.Path)
		return foundFile{path: abs, system: d.fs()}, err
	}
	folder, err := d.openBelow(top, below[:len(below)-1])
	return foundFile{path: file.Path, folder: folder}, err
}

// openFolderOf opens the folder that a file is in, and follows links as find does.
func (d Disk) openFolderOf(file File) (Folder, error) {
	top, below := split(file)
	if d.followLinks || len(below) == 0 {
		return d.openBelow(filepath.Dir(file.Path), nil)
	}
	return d.openBelow(top, below[:len(below)-1])
}

// openBelow opens a folder below another, which may be a link. If one on the way is a
// link, it fails with CodeLinkInFolder.
func (d Disk) openBelow(top string, below []string) (Folder, error) {
	folder, err := d.fs().OpenFolder(top)
	if err != nil {
		return nil, Classify(fault.Open, err)
	}
	for _, name := range below {
		top = filepath.Join(top, name)
		next, err := openSubfolder(folder, name, top)
		_ = folder.Close()
		if err != nil {
			return nil, err
		}
		folder = next
	}
	return folder, nil
}

func openSubfolder(folder Folder, name, path string) (Folder, error) {
	info, err := folder.Lstat(name)
	if err != nil {
		return nil, Classify(fault.Stat, err)
	}
	if isLink(info) {
		return nil, linkFault(fault.Open, path)
	}
	next, err := folder.OpenFolder(name)
	return next, Classify(fault.Open, err)
}

func (f foundFile) stat() (File, error) {
	info, err := f.info()
	if err != nil {
		return File{}, Classify(fault.Stat, err)
	}
	return newFile(fault.Stat, f.path, info)
}

func (f foundFile) info() (fs.FileInfo, error) {
	if f.folder == nil {
		return f.system.Stat(f.path)
	}
	return f.folder.Lstat(filepath.Base(f.path))
}

func (f foundFile) open() (OpenFile, error) {
	if f.folder == nil {
		return f.system.Open(f.path)
	}
	return f.folder.Open(filepath.Base(f.path))
}

func (f foundFile) close() {
	if f.folder != nil {
		_ = f.folder.Close() // it was only read
	}
}

// split splits the path of a file into the folder that was added and the names below it;
// none for a file that was added itself. For a file that the user located elsewhere, the
// names are those at its end that are the same as before.
func split(file File) (top string, below []string) {
	_, rel, _ := strings.Cut(file.RelPath, "/")
	top = file.Path
	for rel != "" && path.Base(rel) == filepath.Base(top) {
		below = append(below, filepath.Base(top))
		top = filepath.Dir(top)
		if rel = path.Dir(rel); rel == "." {
			break
		}
	}
	slices.Reverse(below)
	return top, below
}

func linkFault(op fault.Op, path string) *fault.Fault {
	f := fault.Newf(fault.SourceUnsupported, op, "%s is a link in a folder", path)
	f.Code = fault.CodeLinkInFolder
	return f
}
