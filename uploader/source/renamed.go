package source

import (
	"context"
	"path"
	"path/filepath"

	"github.com/ferryapp/ferry/uploader/fault"
)

// FindRenamed finds a file that no longer exists under its name but under another in the same
// folder, by its identity and size. The caller must compare the content, because systems
// reuse identities for new files. It returns a fault of kind SourceMissing if there is
// none, a fault like [Disk.Stat], or the context's error.
func (d Disk) FindRenamed(ctx context.Context, file File) (File, error) {
	if !file.Identity.Known() {
		return File{}, missing(file)
	}
	folder, err := d.openFolderOf(file)
	if err != nil {
		return File{}, missing(file)
	}
	defer func() { _ = folder.Close() }() // it was only read
	names, _ := folder.Names()            // some of them, with an error
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return File{}, err
		}
		info, err := folder.Lstat(name)
		if err != nil || !info.Mode().IsRegular() || info.Size() != file.Size {
			continue
		}
		found, err := newFile(fault.Stat, filepath.Join(filepath.Dir(file.Path), name), info)
		if err == nil && found.Identity == file.Identity {
			if file.RelPath != "" {
				found.RelPath = path.Join(path.Dir(file.RelPath), name)
			}
			return found, nil
		}
	}
	return File{}, missing(file)
}

func missing(file File) error {
	return fault.Newf(fault.SourceMissing, fault.Stat, "%s does not exist under any name", file.Path)
}
