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
	folder := filepath.Dir(file.Path)
	entries, err := d.fs().ReadDir(folder)
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
		found, err := d.Stat(filepath.Join(folder, entry.Name()))
		if err == nil && found.Identity == file.Identity && found.Size == file.Size {
			if file.RelPath != "" {
				found.RelPath = path.Join(path.Dir(file.RelPath), found.Name())
			}
			return found, nil
		}
	}
	return File{}, missing(file)
}

func missing(file File) error {
	return fault.Newf(fault.SourceMissing, fault.Stat, "%s does not exist under any name", file.Path)
}
