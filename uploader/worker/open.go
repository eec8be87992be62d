package worker

import (
	"context"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// open opens the file. If it changed before the upload began, the new state is taken
// over. If the upload has begun, a different size is a fault.
func (w *Worker) open(ctx context.Context) (source.OpenFile, source.File, error) {
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
			w.updateFile(ctx, seen)
		}
		if err := w.checkQuiet(seen); err != nil {
			_ = file.Close()
			return nil, source.File{}, err
		}
	case seen.Size != w.Transfer.Source.Size:
		_ = file.Close()
		return nil, source.File{}, sourceChanged(w.Transfer.Source, seen)
	}
	return file, seen, nil
}

// openRenamed opens a file that was renamed within its folder.
func (w *Worker) openRenamed(ctx context.Context, missing error) (source.OpenFile, source.File, error) {
	renamed, err := w.findRenamed(ctx, missing)
	if err != nil {
		return nil, source.File{}, err
	}
	return w.Disk.Open(renamed)
}

// findRenamed finds a file that was renamed within its folder, or returns missing. If
// nothing was sent of it, the modification time must match too. Otherwise its content
// is compared with what was sent before the upload resumes.
func (w *Worker) findRenamed(ctx context.Context, missing error) (source.File, error) {
	renamed, err := w.Disk.FindRenamed(ctx, w.Transfer.Source)
	if err != nil || !w.Transfer.Session.Begun() && !renamed.Same(w.Transfer.Source) {
		return source.File{}, missing
	}
	return renamed, nil
}

// updateFile takes over the state of the file. If its fingerprint cannot be computed,
// the fingerprint stays as it was.
func (w *Worker) updateFile(ctx context.Context, seen source.File) {
	fingerprint, err := w.Fingerprint(ctx, seen)
	if err != nil {
		fingerprint = w.Transfer.Fingerprint
	}
	w.report(lifecycle.FileUpdated{File: seen, Fingerprint: fingerprint})
}

// unchanged returns a fault if the open file differs from before.
func unchanged(file source.OpenFile, before source.File) error {
	seen, err := source.StatOpen(file, before)
	if err != nil {
		return err
	}
	if !seen.Same(before) {
		return fault.Newf(fault.SourceChanged, fault.Stat, "file changed while it was being sent")
	}
	return nil
}

// sourceFault returns the fault of the file if it is the reason for err: a file that
// shrinks or cannot be read breaks the request that sends it.
func (w *Worker) sourceFault(file source.OpenFile, err error) error {
	if fault.IsCanceled(err) || fault.Is(err, fault.SourceMissing) || fault.Is(err, fault.SourceChanged) {
		return err
	}
	if changed := unchanged(file, w.Transfer.Source); changed != nil && w.Transfer.Session.URL != "" {
		return changed
	}
	return err
}
