package worker

import (
	"context"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

const (
	// The hash reads the bytes after they were sent: after maxHashDelay at most, so that
	// they are still in the file system's cache, and after minHashDelay if fastBytes were
	// sent since the last time.
	maxHashDelay = 50 * time.Millisecond
	minHashDelay = time.Millisecond
	fastBytes    = 1 << 20

	// blockReportInterval is how often new blocks are reported.
	blockReportInterval = time.Second

	// hashProgressStep is after how many bytes the progress of hashing is updated.
	hashProgressStep = 4 << 20
)

// hashWhileSending hashes the file while requests send it. The returned function
// stops that and reports the remaining blocks.
//
// The goroutine uses hasher and reported, which nothing else may use before stop has
// returned.
func (s *sourceFile) hashWhileSending(ctx context.Context) (stop func()) {
	size := s.transfer.Source.Size
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		timer := time.NewTimer(minHashDelay)
		defer timer.Stop()
		delay, before := minHashDelay, int64(0)
		for reported := time.Now(); ; timer.Reset(delay) {
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			}
			reached := min(s.counters.furthest.Load(), size)
			if delay = min(2*delay, maxHashDelay); reached-before >= fastBytes {
				delay = minHashDelay
			}
			before = reached
			if CatchPanic(func() error { return s.hasher.HashTo(ctx, reached) }) != nil {
				return // the request fails to read the file too, and reports the fault
			}
			if time.Since(reported) >= blockReportInterval {
				reported = time.Now()
				s.reportBlocks()
			}
		}
	}()
	return func() {
		cancel()
		<-ended
		if s.transfer.Session.URL == "" || s.transfer.Session.Offset < size { // a complete upload needs no proof
			s.reportBlocks()
		}
	}
}

// reportBlocks reports the blocks that were not reported before. The hash reads the
// file after the network did. Its blocks are those that were sent only if the file has
// not changed since it was opened; otherwise they are not reported.
func (s *sourceFile) reportBlocks() {
	proof := s.hasher.Proof()
	fresh := proof[min(s.reported, len(proof)):]
	if len(fresh) == 0 || unchanged(s.handle, s.opened) != nil {
		return
	}
	s.emit(s.id, lifecycle.BlocksHashed{Blocks: slices.Clone(fresh)})
	s.reported = s.hasher.Blocks()
}

// hashBeforeSending hashes the whole file for the metadata of its upload, if the
// settings say so.
func (s *sourceFile) hashBeforeSending(ctx context.Context) error {
	if !s.settings.SendSHA256 {
		if s.transfer.SHA256 != "" {
			s.report(lifecycle.FileHashed{}) // the settings were different in an earlier attempt
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
// the metadata, if any. It returns a fault if the file changed meanwhile.
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
	return unchanged(s.handle, s.transfer.Source)
}

// rewind hashes the file up to end, which may be less than was hashed so far, and
// reports the blocks.
func (s *sourceFile) rewind(ctx context.Context, end int64) {
	s.hasher = source.NewHasher(s.handle, s.transfer.Source.Size, s.hasher.Proof().Prefix(end))
	s.reported = min(s.reported, s.hasher.Blocks())
	if s.hasher.HashTo(ctx, end) == nil {
		s.reportBlocks()
	}
}
