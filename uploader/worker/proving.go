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

const (
	// sampledBlocks is how many blocks are read again before a file goes on whose
	// metadata is unchanged: the first, the last, and others by chance.
	sampledBlocks = 8

	// besideMost is how far the proof may lag behind a slow network: little enough
	// that what it reads is still in the system's cache. Behind one that brings more
	// than besideBytes in that time it looks again at once.
	besideMost  = 50 * time.Millisecond
	besideLeast = time.Millisecond
	besideBytes = 1 << 20

	proofEvery = time.Second
)

// attest makes sure that the bytes the server holds are still the beginning of
// this file, and gets ready to prove the rest.
func (w *Worker) attest(ctx context.Context, file source.Opened, seen source.File) error {
	w.file, w.declared = file, seen
	now := witness(file, seen) // Before anything is read
	w.prover = source.NewProver(file, seen.Size, nil)
	if w.Transfer.Session.Begun() {
		if err := w.reread(ctx, now); err != nil {
			return err
		}
	}
	if now.Reliable(time.Now()) && !uploader.IsSmall(seen) {
		w.Report(w.Transfer.ID, lifecycle.SourceVerified{State: now})
	}
	return nil
}

// reread compares the file with the proof of what was sent. With unchanged
// metadata a sample is read, unless the settings want more; otherwise every byte,
// and all of them must be proven. Of a file that this run has compared and that
// nobody has touched since, nothing is.
func (w *Worker) reread(ctx context.Context, now lifecycle.FileState) error {
	saved, err := w.LoadProof(ctx, w.Transfer.ID)
	if err != nil {
		return err
	}
	seen, held := w.declared, w.Transfer.Session.Offset
	if w.Transfer.Session.Parts > 0 {
		held = Furthest(w.parts) // Parts lie anywhere in the file
	}
	proof := saved.Upto(held)
	same := seen.Same(w.Transfer.Source)
	picks := Sample(len(proof))
	switch {
	case !same && proof.Covers() < held:
		return w.notTheFile(seen, changed(w.Transfer.Source, seen))
	case !same, w.Settings.Proof == uploader.ProofWhole:
		picks = upTo(len(proof))
	case now.Known && now == w.Verified:
		picks = nil
	}
	if err := proof.Check(ctx, w.file, picks); err != nil {
		return w.notTheFile(seen, err)
	}
	if !same || seen.Path != w.Transfer.Source.Path || w.Transfer.Fingerprint == "" {
		w.restate(ctx, seen)
	}
	w.prover = source.NewProver(w.file, seen.Size, proof)
	w.proven = w.prover.Blocks()
	return nil
}

// notTheFile is why the file that was opened is not the one that was sent. One
// that was looked for under another name has simply not been found.
func (w *Worker) notTheFile(seen source.File, why error) error {
	if seen.Path == w.Transfer.Source.Path || !fault.Is(why, fault.SourceChanged) {
		return why
	}
	return fault.Newf(fault.SourceMissing, fault.Open, "what has taken its place: %v", why)
}

// Furthest is the end of the furthest byte the server holds of any part.
func Furthest(parts []uploader.Part) int64 {
	var end int64
	for _, p := range parts {
		if p.Offset > 0 {
			end = max(end, p.Start+p.Offset)
		}
	}
	return end
}

// proveBeside extends the proof while a request runs, so that the network does
// not wait for the hash. The returned function ends that and hands over the last.
//
// The goroutine reads the tally and the file, and works with the prover and the
// Count of marks alone; the rest of the worker is its own again when stop has returned.
func (w *Worker) proveBeside(ctx context.Context) (stop func()) {
	id, size := w.Transfer.ID, w.Transfer.Source.Size
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		nap := time.NewTimer(besideLeast)
		defer nap.Stop()
		wait, before := besideLeast, int64(0)
		for reported := time.Now(); ; nap.Reset(wait) {
			select {
			case <-ctx.Done():
				return
			case <-nap.C:
			}
			// Where the file cannot be read the request fails too, and says why.
			reached := min(w.Counters.furthest.Load(), size)
			if wait = min(2*wait, besideMost); reached-before >= besideBytes {
				wait = besideLeast
			}
			before = reached
			if CatchPanic(func() error { return w.prover.Advance(ctx, reached) }) != nil {
				return
			}
			if time.Since(reported) >= proofEvery {
				reported = time.Now()
				w.handProof(id)
			}
		}
	}()
	return func() {
		cancel()
		<-ended
		if w.Transfer.Session.URL == "" || w.Transfer.Session.Offset < size {
			w.handProof(id) // of what is across nothing more is asked
		}
	}
}

// handProof reports the marks that the loop does not have yet. The proof reads
// the file after the network did, so that it proves what was sent only as long
// as the file has not changed in between.
func (w *Worker) handProof(id uploader.TransferID) {
	proof := w.prover.Proof()
	fresh := proof[min(w.proven, len(proof)):]
	if len(fresh) == 0 || unchanged(w.file, w.declared) != nil {
		return
	}
	w.Report(id, lifecycle.BlocksHashed{Marks: slices.Clone(fresh)})
	w.proven = w.prover.Blocks()
}

// Sample picks some of n blocks.
func Sample(n int) []int {
	if n <= sampledBlocks {
		return upTo(n)
	}
	picks := []int{0, n - 1}
	for len(picks) < sampledBlocks {
		picks = append(picks, 1+rand.IntN(n-2)) //nolint:gosec // which blocks are looked at is no secret
	}
	slices.Sort(picks)
	return slices.Compact(picks)
}

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func changed(was, is source.File) error {
	f := fault.Newf(fault.SourceChanged, fault.Open, "was %d bytes of %s, is %d bytes of %s",
		was.Size, was.ModTime.Format(time.RFC3339Nano), is.Size, is.ModTime.Format(time.RFC3339Nano))
	if was.Size == is.Size {
		f.Code = fault.CodeUnproven
	}
	return f
}
