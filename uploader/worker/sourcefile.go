package worker

import (
	"context"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// sourceFile is the file of a transfer. It is opened, compared with what was sent
// before, and hashed beside the requests that send it.
type sourceFile struct {
	*record

	disk        source.Disk
	settings    uploader.Settings
	verified    lifecycle.FileState                   // Config.Verified
	growing     func(path string) uploader.FileGrowth // Config.Growth
	loadProof   func(context.Context, uploader.TransferID) (source.Proof, error)
	fingerprint func(context.Context, source.File) (string, error)

	handle   source.OpenFile // nil while it is not open
	opened   source.File     // the file as it was when it was opened
	hasher   *source.Hasher
	reported int // blocks of the hasher that the engine has
}

func newSourceFile(c *Config, r *record) *sourceFile {
	return &sourceFile{
		record:      r,
		disk:        c.Disk,
		settings:    c.Settings,
		verified:    c.Verified,
		growing:     c.Growth,
		loadProof:   c.LoadProof,
		fingerprint: c.Fingerprint,
	}
}

// open opens the file. If it changed before the upload began, the new state is taken
// over. If the upload has begun, a different size is a fault.
func (s *sourceFile) open(ctx context.Context) error {
	handle, seen, err := s.disk.Open(s.transfer.Source)
	if fault.Is(err, fault.SourceMissing) {
		handle, seen, err = s.openRenamed(ctx, err)
	}
	if err != nil {
		return err
	}
	switch {
	case !s.transfer.Session.Begun():
		if seen != s.transfer.Source || s.transfer.Fingerprint == "" {
			s.update(ctx, seen)
		}
		err = s.checkSettled(seen)
	case seen.Size != s.transfer.Source.Size:
		err = sourceChanged(s.transfer.Source, seen)
	}
	if err != nil {
		_ = handle.Close()
		return err
	}
	s.handle, s.opened = handle, seen
	return nil
}

// openGrowing opens a file that is being written. If the upload has begun, it must be
// the same file.
func (s *sourceFile) openGrowing() error {
	handle, seen, err := s.disk.Open(s.transfer.Source)
	if err != nil {
		return err
	}
	if s.transfer.Session.Begun() && seen.Identity != s.transfer.Source.Identity {
		_ = handle.Close()
		return sourceChanged(s.transfer.Source, seen)
	}
	s.handle, s.opened = handle, seen
	return nil
}

func (s *sourceFile) close() { _ = s.handle.Close() } // it was only read

// openRenamed opens a file that was renamed within its folder.
func (s *sourceFile) openRenamed(ctx context.Context, missing error) (source.OpenFile, source.File, error) {
	renamed, err := s.findRenamed(ctx, missing)
	if err != nil {
		return nil, source.File{}, err
	}
	return s.disk.Open(renamed)
}

// stat returns the state of the file, also if it was renamed.
func (s *sourceFile) stat(ctx context.Context) (source.File, error) {
	seen, err := s.disk.Stat(s.transfer.Source.Path)
	if fault.Is(err, fault.SourceMissing) {
		return s.findRenamed(ctx, err)
	}
	return seen, err
}

// findRenamed finds a file that was renamed within its folder, or returns missing. If
// nothing was sent of it, the modification time must match too. Otherwise its content
// is compared with what was sent before the upload resumes.
func (s *sourceFile) findRenamed(ctx context.Context, missing error) (source.File, error) {
	renamed, err := s.disk.FindRenamed(ctx, s.transfer.Source)
	if err != nil || !s.transfer.Session.Begun() && !renamed.Same(s.transfer.Source) {
		return source.File{}, missing
	}
	return renamed, nil
}

// update takes over the state of the file. If its fingerprint cannot be computed, the
// fingerprint stays as it was.
func (s *sourceFile) update(ctx context.Context, seen source.File) {
	fingerprint, err := s.fingerprint(ctx, seen)
	if err != nil {
		fingerprint = s.transfer.Fingerprint
	}
	s.report(lifecycle.FileUpdated{File: seen, Fingerprint: fingerprint})
}

// growth reports whether the file is being written.
func (s *sourceFile) growth() uploader.FileGrowth {
	if s.growing == nil {
		return uploader.GrowthNone
	}
	return s.growing(s.transfer.Source.Path)
}

// cause returns the fault of the file if it is the reason for err: a file that
// shrinks or cannot be read breaks the request that sends it.
func (s *sourceFile) cause(err error) error {
	if fault.IsCanceled(err) || fault.Is(err, fault.SourceMissing) || fault.Is(err, fault.SourceChanged) {
		return err
	}
	if changed := unchanged(s.handle, s.transfer.Source); changed != nil && s.transfer.Session.Begun() {
		return changed
	}
	return err
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
