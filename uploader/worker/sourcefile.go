package worker

import (
	"context"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/digest"
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
	wantsSHA256 bool                                  // in the settings or for the link to the file
	continued   bool                                  // Config.Continued
	stated      bool                                  // the digest of the file is stated to the built-in receiver
	batch       uploader.BatchOptions                 // of the transfer
	asIs        bool                                  // the user chose not to wait for its writer: what is appended is not uploaded
	wake        chan struct{}                         // signals what the gates say; capacity 1
	growing     func(path string) uploader.FileGrowth // Config.Growth
	loadProof   func(context.Context, uploader.TransferID) (source.Proof, error)
	fingerprint func(context.Context, source.File) (string, error)

	handle    source.OpenFile // nil while it is not open
	opened    source.File     // the file as it was when it was opened
	listed    int64           // its size as the system reports it; differs from that in opened if that was measured
	measured  *digest.Digest  // of a file whose size was measured; nil otherwise
	known     source.State    // the last state at which what was sent was of the file
	proof     source.Proof    // saved by earlier workers, and of this file
	blocksFor int64           // size of the file for which the blocks of the proof are chosen, in bytes
	sections  []*section      // of each upload that the file consists of, what is hashed while it is sent
	gaps      []*section      // what was sent by earlier workers and is not in proof
	whole     wholeFile
	hasDigest bool              // the built-in receiver has the digest, in the metadata of the upload
	adopted   []lifecycle.Input // reported while sending; the worker's copy has not been stepped with them
}

func newSourceFile(c *Config, r *record) *sourceFile {
	return &sourceFile{
		record:      r,
		disk:        c.Disk,
		settings:    c.Settings,
		wantsSHA256: c.Settings.SHA256 || c.Remote != nil && c.Remote.hashInLink(),
		continued:   c.Continued,
		stated:      c.Remote != nil && c.Remote.Server.Builtin(),
		batch:       c.Options,
		asIs:        c.Transfer.AsIs || c.Options.SettleTime == uploader.NoSettleTime,
		wake:        make(chan struct{}, 1),
		growing:     c.Growth,
		loadProof:   c.LoadProof,
		fingerprint: c.Fingerprint,
	}
}

// open opens the file. If it changed before the upload began, the new state is taken
// over. If the upload has begun, a different size is a fault, unless the file is sent as
// it was then and has grown. If the system reports too small a size, the file is read to
// determine its size.
func (s *sourceFile) open(ctx context.Context) error {
	handle, seen, err := s.disk.Open(s.transfer.Source)
	if fault.Is(err, fault.SourceMissing) {
		handle, seen, err = s.openRenamed(ctx, err)
	}
	if err != nil {
		return err
	}
	s.listed = seen.Size
	understates, err := source.Understates(handle, seen)
	if understates {
		var measured source.Measured
		if measured, err = source.Measure(ctx, handle, seen, s.counters.Read.Store); err == nil {
			handle, seen, s.measured = measured.OpenFile, measured.File, &measured.Digest
		}
	}
	switch {
	case err != nil:
	case !s.transfer.Session.Begun():
		if seen != s.transfer.Source || s.transfer.Fingerprint == "" {
			s.update(ctx, seen)
		}
		err = s.checkSettled(seen)
	default:
		if seen = s.ignoreAppended(seen, s.transfer.Source.Size); seen.Size != s.transfer.Source.Size {
			err = sourceChanged(s.transfer.Source, seen)
		}
	}
	if err != nil {
		_ = handle.Close()
		return err
	}
	s.handle, s.opened, s.blocksFor = handle, seen, seen.Size
	return nil
}

// ignoreAppended returns the state of a file without what was appended to its first size
// bytes, if the file is sent as it was when it had these.
func (s *sourceFile) ignoreAppended(seen source.File, size int64) source.File {
	if s.asIs && seen.Size > size {
		seen.Size = size
	}
	return seen
}

// state returns the current state of the open file, which is identified by file.
func (s *sourceFile) state(file source.File) (source.State, error) {
	now, err := source.StateOf(s.handle, file, time.Now())
	now.File = s.ignoreAppended(now.File, s.opened.Size)
	return now, err
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
	s.handle, s.opened, s.listed, s.blocksFor = handle, seen, seen.Size, expectedGrowth
	return nil
}

func (s *sourceFile) close() {
	s.clearWindows()
	_ = s.handle.Close() // it was only read
}

// clearWindows discards what is read ahead.
func (s *sourceFile) clearWindows() {
	for _, section := range s.sections {
		section.window.clear()
	}
}

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
	seen, err := s.disk.StatFile(s.transfer.Source)
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
	fingerprint, err := s.fingerprintOf(ctx, seen)
	if err != nil {
		fingerprint = s.transfer.Fingerprint
	}
	s.report(lifecycle.FileUpdated{File: seen, Fingerprint: fingerprint})
}

// fingerprintOf returns the fingerprint of the file as a scan finds it, with the size that
// the system reports.
func (s *sourceFile) fingerprintOf(ctx context.Context, seen source.File) (string, error) {
	if s.measured != nil {
		seen.Size = s.listed
	}
	return s.fingerprint(ctx, seen)
}

// growth reports whether the file is being written.
func (s *sourceFile) growth() uploader.FileGrowth {
	if s.growing == nil {
		return uploader.GrowthNone
	}
	return s.growing(s.transfer.Source.Path)
}

// understates reports whether the size that the system reports of a file is smaller than
// its content.
func (s *sourceFile) understates(seen source.File) (bool, error) {
	handle, now, err := s.disk.Open(seen)
	if err != nil {
		return false, err
	}
	defer handle.Close()
	return source.Understates(handle, now)
}

// cause returns the fault of the file if it is the reason for err: a file that
// shrinks, ends early or cannot be read breaks the request that sends it. Other changes
// are found when the upload resumes.
func (s *sourceFile) cause(err error) error {
	err = source.EndsEarly(s.handle, s.opened, err)
	if fault.IsCanceled(err) || fault.Is(err, fault.SourceMissing) || fault.Is(err, fault.SourceChanged) || !s.transfer.Session.Begun() {
		return err
	}
	seen, statErr := source.StatOpen(s.handle, s.transfer.Source)
	switch {
	case statErr != nil:
		return statErr
	case s.ignoreAppended(seen, s.opened.Size).Size != s.transfer.Source.Size:
		return changedWhileSent()
	default:
		return err
	}
}
