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

// verifySource verifies that what was sent is the beginning of this file, and
// prepares to hash the rest.
func (w *Worker) verifySource(ctx context.Context, file source.OpenFile, seen source.File) error {
	w.file, w.opened = file, seen
	state := fileState(file, seen) // before anything is read
	w.prover = source.NewHasher(file, seen.Size, nil)
	if w.Transfer.Session.Begun() {
		if err := w.compareSent(ctx, state); err != nil {
			return err
		}
	}
	if state.Reliable(time.Now()) && !uploader.IsSmall(seen) {
		w.Report(w.Transfer.ID, lifecycle.SourceVerified{State: state})
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
func (w *Worker) compareSent(ctx context.Context, state lifecycle.FileState) error {
	saved, err := w.LoadProof(ctx, w.Transfer.ID)
	if err != nil {
		return err
	}
	seen, end := w.opened, w.acknowledgedEnd()
	proof := saved.Prefix(end)
	same := seen.Same(w.Transfer.Source)
	blocks := SampleBlocks(len(proof))
	switch {
	case !same && proof.Covers() < end:
		return w.differs(seen, sourceChanged(w.Transfer.Source, seen))
	case !same, w.Settings.ResumeCheck == uploader.ResumeCheckAll:
		blocks = firstInts(len(proof))
	case state.HasChangeTime && state == w.Verified:
		blocks = nil
	}
	if err := proof.Check(ctx, w.file, blocks); err != nil {
		return w.differs(seen, err)
	}
	if !same || seen.Path != w.Transfer.Source.Path || w.Transfer.Fingerprint == "" {
		w.updateFile(ctx, seen)
	}
	w.prover = source.NewHasher(w.file, seen.Size, proof)
	w.reported = w.prover.Blocks()
	return nil
}

// differs returns the fault for a file that is not the one that was sent. A file that
// was found under another name counts as missing, not as changed.
func (w *Worker) differs(seen source.File, err error) error {
	if seen.Path == w.Transfer.Source.Path || !fault.Is(err, fault.SourceChanged) {
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
