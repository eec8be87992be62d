package worker

import (
	"context"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// hashProgressStep is after how many bytes the progress of hashing is updated.
const hashProgressStep = 4 << 20

// hashBeforeSending hashes the whole file for the metadata of its upload, if that is to
// have the hash.
func (s *sourceFile) hashBeforeSending(ctx context.Context, inMetadata bool) error {
	if !inMetadata {
		if s.transfer.SHA256 != "" {
			s.report(lifecycle.FileHashed{}) // it was in the metadata of an earlier attempt
		}
		return nil
	}
	size := s.transfer.Source.Size
	hasher := source.NewHasher(s.handle, size, nil)
	for at := int64(0); at < size; {
		at = min(at+hashProgressStep, size)
		if err := hasher.HashTo(ctx, at); err != nil {
			return err
		}
		s.counters.Read.Store(at)
	}
	sum := hasher.Sum()
	s.report(lifecycle.FileHashed{SHA256: string(sum[:])})
	return nil
}

// finish hashes the rest of the file and reports its SHA-256, which must be the one in
// the metadata, if any. It returns a fault if the file is not what was sent.
func (s *sourceFile) finish(ctx context.Context) error {
	if err := s.hasher.HashTo(ctx, s.transfer.Source.Size); err != nil {
		return source.EndsEarly(s.handle, s.opened, err)
	}
	declared, sum := s.transfer.SHA256, s.hasher.Sum()
	if declared != "" && declared != string(sum[:]) {
		return fault.Newf(fault.SourceChanged, fault.Read, "file has SHA-256 %x, metadata has %x", sum, declared)
	}
	if s.measured != "" && s.measured != string(sum[:]) {
		return fault.Newf(fault.SourceChanged, fault.Read, "file has SHA-256 %x, had %x when its size was determined", sum, s.measured)
	}
	s.report(lifecycle.FileHashed{SHA256: string(sum[:])})
	return s.verifyComplete(ctx)
}

// prove hashes the file at least up to end, and reports the proof.
func (s *sourceFile) prove(ctx context.Context, end int64) {
	if s.hasher.HashTo(ctx, end) == nil {
		s.reportProof()
	}
}
