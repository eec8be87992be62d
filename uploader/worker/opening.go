package worker

import (
	"context"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// open opens the source. Before anything was sent, a file that changed since it
// was added is simply taken as it is now; afterwards one of another size cannot
// be the same.
func (w *Worker) open(ctx context.Context) (source.Opened, source.File, error) {
	file, seen, err := w.Disk.Open(w.Transfer.Source)
	if fault.Is(err, fault.SourceMissing) {
		file, seen, err = w.openRenamed(ctx, err)
	}
	if err != nil {
		return nil, source.File{}, err
	}
	switch {
	case !w.Transfer.Session.Begun():
		if seen != w.Transfer.Source || w.Transfer.Fingerprint == "" {
			w.restate(ctx, seen)
		}
		if err := w.settled(seen); err != nil {
			_ = file.Close()
			return nil, source.File{}, err
		}
	case seen.Size != w.Transfer.Source.Size:
		_ = file.Close()
		return nil, source.File{}, changed(w.Transfer.Source, seen)
	}
	return file, seen, nil
}

// openRenamed opens a file that has another name in its folder now. One of which
// nothing was sent is known by all that the system says of it; what was sent of
// the others is compared before they go on.
func (w *Worker) openRenamed(ctx context.Context, missing error) (source.Opened, source.File, error) {
	renamed, err := w.renamed(ctx, missing)
	if err != nil {
		return nil, source.File{}, err
	}
	return w.Disk.Open(renamed)
}

func (w *Worker) renamed(ctx context.Context, missing error) (source.File, error) {
	renamed, err := w.Disk.Renamed(ctx, w.Transfer.Source)
	if err != nil || !w.Transfer.Session.Begun() && !renamed.Same(w.Transfer.Source) {
		return source.File{}, missing
	}
	return renamed, nil
}

// restate takes the file as it is now, so that it is found again as that, too.
// When there is no telling what it is now, it stays known as what it was.
func (w *Worker) restate(ctx context.Context, seen source.File) {
	fingerprint, err := w.Fingerprint(ctx, seen)
	if err != nil {
		fingerprint = w.Transfer.Fingerprint
	}
	w.tell(lifecycle.FileUpdated{File: seen, Fingerprint: fingerprint})
}

// unchanged makes sure that what was sent is what the file still is.
func unchanged(file source.Opened, declared source.File) error {
	seen, err := source.Restat(file, declared)
	if err != nil {
		return err
	}
	if !seen.Same(declared) {
		return fault.Newf(fault.SourceChanged, fault.Stat, "the file changed while it was being sent")
	}
	return nil
}

// blame looks whether the source is the reason for a failed request: a file that
// shrinks or cannot be read breaks the request that carries it.
func (w *Worker) blame(file source.Opened, err error) error {
	if fault.Stopped(err) || fault.Is(err, fault.SourceMissing) || fault.Is(err, fault.SourceChanged) {
		return err
	}
	if changed := unchanged(file, w.Transfer.Source); changed != nil && w.Transfer.Session.URL != "" {
		return changed
	}
	return err
}
