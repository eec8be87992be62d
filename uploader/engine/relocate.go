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

// relocation is Relocate with what its caller found at the path. Files are read
// for it, and the loop never does.
type relocation struct {
	id   uploader.TransferID
	file source.File
}

// locate makes sure that the file at the path is the one that an upload began
// with. It fails with a *fault.Fault: as Stat does, with Mismatch when it is
// another file, with Several when nothing proves that it is the one.
func (e *Engine) locate(ctx context.Context, r uploader.Relocate) (relocation, error) {
	t := e.Snapshot().Transfer(r.ID)
	if t == nil || !t.Resumable() {
		return relocation{}, fault.Newf(fault.Refused, fault.Open, "transfer %d is not unfinished", r.ID)
	}
	file, err := e.lookIn(r.Path, t.Source)
	if err != nil {
		return relocation{}, err
	}
	file.RelPath = t.Source.RelPath
	if t.Session.Begun() {
		if err := e.prove(ctx, t, file); err != nil {
			return relocation{}, err
		}
	}
	return relocation{t.ID, file}, nil
}

// lookIn looks at the path, or in a folder there for the file of a drop: below the
// folder that was dropped, below the one that holds it, or right inside.
func (e *Engine) lookIn(place string, file source.File) (source.File, error) {
	disk := e.config.Disk
	if !disk.IsFolder(place) {
		return disk.Stat(place)
	}
	_, below, _ := strings.Cut(file.RelPath, "/")
	for _, rel := range []string{below, file.RelPath, file.Name()} {
		if rel == "" {
			continue
		}
		if seen, err := disk.Stat(filepath.Join(place, filepath.FromSlash(rel))); err == nil {
			return seen, nil
		}
	}
	return source.File{}, fault.Newf(fault.SourceMissing, fault.Stat, "%s is not in %s", file.Name(), place)
}

func (e *Engine) prove(ctx context.Context, t *uploader.Transfer, file source.File) error {
	if file.Size != t.Source.Size {
		return worker.SizeMismatch(t.Source.Size, file.Size)
	}
	weighed, err := scan.Compare(ctx, e.config.Store, e.config.Disk, t, file)
	switch {
	case err != nil:
		return err
	case weighed == scan.Different:
		return fault.Newf(fault.Mismatch, fault.Open, "the bytes that were sent are not those at the beginning of %s", file.Path)
	case weighed == scan.Inconclusive:
		return fault.Newf(fault.AmbiguousMatch, fault.Open, "not all that was sent can be compared with %s", file.Path)
	default:
		return nil
	}
}

// relocate continues a transfer with its file at another path.
func (l *loop) relocate(r relocation) {
	if t := l.state.current(r.id); t != nil && t.Resumable() {
		l.state.apply(r.id, lifecycle.AddedAgain{File: r.file, Batch: t.Batch})
	}
}
