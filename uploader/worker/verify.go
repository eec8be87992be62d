package worker

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// maxSampledBlocks is how many blocks of a file with unchanged metadata are compared
// before its upload resumes.
const maxSampledBlocks = 8

// verify verifies that what was sent is the beginning of this file, and prepares to
// hash the rest. acknowledged is the end of the furthest byte of the file that the
// server acknowledged.
func (s *sourceFile) verify(ctx context.Context, acknowledged int64) error {
	state := fileState(s.handle, s.opened) // before anything is read
	s.hasher = source.NewHasher(s.handle, s.opened.Size, nil)
	if s.transfer.Session.Begun() {
		if err := s.compareSent(ctx, state, acknowledged); err != nil {
			return err
		}
	}
	if state.Reliable(time.Now()) && !uploader.IsSmall(s.opened) {
		s.emit(s.id, lifecycle.SourceVerified{State: state})
	}
	return nil
}

// fileState returns the state of an open file, without the path below the root that
// was added.
func fileState(opened source.OpenFile, seen source.File) lifecycle.FileState {
	changed, known := source.ChangeTime(opened)
	seen.RelPath = ""
	return lifecycle.FileState{File: seen, ChangeTime: changed, HasChangeTime: known}
}

// compareSent compares the file with the proof of what was sent. With unchanged
// metadata it reads a sample of the blocks, or none if a worker of this run verified
// the file and its change time is the same. With changed metadata, or if the settings
// say so, it reads all blocks; with changed metadata they must cover all that was
// sent.
func (s *sourceFile) compareSent(ctx context.Context, state lifecycle.FileState, end int64) error {
	saved, err := s.loadProof(ctx, s.id)
	if err != nil {
		return err
	}
	seen := s.opened
	proof := saved.Prefix(end)
	same := seen.Same(s.transfer.Source)
	blocks := SampleBlocks(len(proof))
	switch {
	case !same && proof.Covers() < end:
		return s.differs(seen, sourceChanged(s.transfer.Source, seen))
	case !same, s.settings.ResumeCheck == uploader.ResumeCheckAll:
		blocks = firstInts(len(proof))
	case state.HasChangeTime && state == s.verified:
		blocks = nil
	}
	if err := proof.Check(ctx, s.handle, blocks); err != nil {
		return s.differs(seen, err)
	}
	if !same || seen.Path != s.transfer.Source.Path || s.transfer.Fingerprint == "" {
		s.update(ctx, seen)
	}
	s.hasher = source.NewHasher(s.handle, seen.Size, proof)
	s.reported = s.hasher.Blocks()
	return nil
}

// differs returns the fault for a file that is not the one that was sent. A file that
// was found under another name counts as missing, not as changed.
func (s *sourceFile) differs(seen source.File, err error) error {
	if seen.Path == s.transfer.Source.Path || !fault.Is(err, fault.SourceChanged) {
		return err
	}
	return fault.Newf(fault.SourceMissing, fault.Open, "renamed file differs: %v", err)
}

// SampleBlocks returns the indices of the blocks to compare of a proof of n blocks: the
// first, the last, and some at random, in order.
func SampleBlocks(n int) []int {
	if n <= maxSampledBlocks {
		return firstInts(n)
	}
	blocks := []int{0, n - 1}
	for len(blocks) < maxSampledBlocks {
		blocks = append(blocks, 1+rand.IntN(n-2)) //nolint:gosec // need not be unpredictable
	}
	slices.Sort(blocks)
	return slices.Compact(blocks)
}

// firstInts returns 0 to n-1.
func firstInts(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func sourceChanged(before, now source.File) error {
	f := fault.Newf(fault.SourceChanged, fault.Open, "file had %d bytes of %s, has %d bytes of %s",
		before.Size, before.ModTime.Format(time.RFC3339Nano), now.Size, now.ModTime.Format(time.RFC3339Nano))
	if before.Size == now.Size {
		f.Code = fault.CodeNotComparable
	}
	return f
}
