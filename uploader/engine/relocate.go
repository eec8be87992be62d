package engine

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/scan"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/worker"
)

// relocation is [uploader.Relocate] with the file that was found at the path. Reading
// files could block the loop.
type relocation struct {
	id   uploader.TransferID
	file source.File
}

// locate finds the file of an unfinished upload at another path, and verifies its
// content. It fails with a *fault.Fault: like [source.Disk.Stat], with Mismatch if it
// is another file, and with AmbiguousMatch if its content cannot be verified.
func (e *Engine) locate(ctx context.Context, r uploader.Relocate) (relocation, error) {
	t := e.Snapshot().Transfer(r.ID)
	if t == nil || !t.Resumable() {
		return relocation{}, fault.Newf(fault.Refused, fault.Open, "transfer %d is not unfinished", r.ID)
	}
	disk := e.config.diskOf(e.Snapshot().Batches[t.Batch])
	file, err := findIn(disk, r.Path, t.Source)
	if err != nil {
		return relocation{}, err
	}
	if t.Session.Begun() {
		if err := e.verify(ctx, disk, t, file); err != nil {
			return relocation{}, err
		}
	}
	return relocation{t.ID, file}, nil
}

// findIn returns the file at a path. If that is a folder, it returns the file in it,
// with the path below the folder that was added, the same with the name of that
// folder, or its name alone.
func findIn(disk source.Disk, path string, file source.File) (source.File, error) {
	if !disk.IsFolder(path) {
		return disk.StatFile(source.File{Path: path, RelPath: file.RelPath})
	}
	_, below, _ := strings.Cut(file.RelPath, "/")
	for _, rel := range []string{below, file.RelPath, file.Name()} {
		if rel == "" {
			continue
		}
		at := filepath.Join(path, filepath.FromSlash(rel))
		seen, err := disk.StatFile(source.File{Path: at, RelPath: file.RelPath})
		if err == nil || fault.Of(err).Code == fault.CodeLinkInFolder {
			return seen, err
		}
	}
	return source.File{}, fault.Newf(fault.SourceMissing, fault.Stat, "%s is not in %s", file.Name(), path)
}

// verify returns a fault unless a file begins with what was sent by an upload.
func (e *Engine) verify(ctx context.Context, disk source.Disk, t *uploader.Transfer, file source.File) error {
	if file.Size != t.Source.Size {
		return worker.SizeMismatch(t.Source.Size, file.Size)
	}
	result, err := scan.Compare(ctx, e.config.Store, disk, t, file)
	switch {
	case err != nil:
		return err
	case result == scan.Different:
		return fault.Newf(fault.Mismatch, fault.Open, "%s does not begin with the bytes that were sent", file.Path)
	case result == scan.Inconclusive:
		return fault.Newf(fault.AmbiguousMatch, fault.Open, "not all that was sent can be compared with %s", file.Path)
	default:
		return nil
	}
}

// relocate resumes a transfer with its file at another path.
func (l *loop) relocate(r relocation) {
	if t := l.state.current(r.id); t != nil && t.Resumable() {
		l.state.apply(r.id, lifecycle.AddedAgain{File: r.file, Batch: t.Batch})
	}
}
