package source

import (
	"context"
	"path"
	"path/filepath"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Renamed looks for a file that is not under its name any more under the other
// names of its folder: the one of its identity and its size. The content is for
// the caller to compare, since identities are given to new files in time. It fails
// as Stat does, with SourceMissing when there is none, or with ctx's error.
func (d Disk) Renamed(ctx context.Context, file File) (File, error) {
	folder := filepath.Dir(file.Path)
	entries, err := d.reach().ReadDir(folder)
	if err != nil && len(entries) == 0 || !file.Identity.Known() {
		return File{}, missing(file)
	}
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return File{}, err
		}
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || info.Size() != file.Size {
			continue
		}
		seen, err := d.Stat(filepath.Join(folder, entry.Name()))
		if err == nil && seen.Identity == file.Identity && seen.Size == file.Size {
			return seen.beside(file), nil
		}
	}
	return File{}, missing(file)
}

// beside is the file as one of the same drop as other, in whose folder it lies.
func (f File) beside(other File) File {
	if other.RelPath != "" {
		f.RelPath = path.Join(path.Dir(other.RelPath), f.Name())
	}
	return f
}

func missing(file File) error {
	return fault.Newf(fault.SourceMissing, fault.Stat, "%s is not there under any name", file.Path)
}
