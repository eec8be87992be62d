package worker

import (
	"context"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

const (
	// The hash follows the network. It reads again after maxHashDelay at most, so that
	// what it reads is still in the file system's cache, and after minHashDelay when
	// the network took fastBytes since the last time.
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
// The goroutine uses w.prover and w.reported, which the worker must not use before
// stop has returned.
func (w *Worker) hashWhileSending(ctx context.Context) (stop func()) {
	id, size := w.Transfer.ID, w.Transfer.Source.Size
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
			reached := min(w.Counters.furthest.Load(), size)
			if delay = min(2*delay, maxHashDelay); reached-before >= fastBytes {
				delay = minHashDelay
			}
			before = reached
			if CatchPanic(func() error { return w.prover.HashTo(ctx, reached) }) != nil {
				return // the request fails to read the file too, and reports the fault
			}
			if time.Since(reported) >= blockReportInterval {
				reported = time.Now()
				w.reportBlocks(id)
			}
		}
	}()
	return func() {
		cancel()
		<-ended
		if w.Transfer.Session.URL == "" || w.Transfer.Session.Offset < size { // a complete upload needs no proof
			w.reportBlocks(id)
		}
	}
}

// reportBlocks reports the blocks that were not reported before. The hash reads the
// file after the network did. Its blocks are those that were sent only if the file has
// not changed since it was opened; otherwise they are not reported.
func (w *Worker) reportBlocks(id uploader.TransferID) {
	proof := w.prover.Proof()
	fresh := proof[min(w.reported, len(proof)):]
	if len(fresh) == 0 || unchanged(w.file, w.opened) != nil {
		return
	}
	w.Report(id, lifecycle.BlocksHashed{Blocks: slices.Clone(fresh)})
	w.reported = w.prover.Blocks()
}

// hashBeforeSending hashes the whole file for the metadata of its upload, if the
// settings say so.
func (w *Worker) hashBeforeSending(ctx context.Context, file source.OpenFile) error {
	if !w.Settings.SendSHA256 {
		if w.Transfer.SHA256 != "" {
			w.report(lifecycle.FileHashed{}) // the settings were different in an earlier attempt
		}
		return nil
	}
	size := w.Transfer.Source.Size
	prover := source.NewHasher(file, size, nil)
	for at := int64(0); at < size; {
		at = min(at+hashProgressStep, size)
		if err := prover.HashTo(ctx, at); err != nil {
			return err
		}
		w.Counters.Read.Store(at)
	}
	sum := prover.Sum()
	w.report(lifecycle.FileHashed{SHA256: string(sum[:])})
	return nil
}

// finishHash hashes the rest of the file and reports its SHA-256, which must be the
// one in the metadata, if any.
func (w *Worker) finishHash(ctx context.Context) error {
	if err := w.prover.HashTo(ctx, w.Transfer.Source.Size); err != nil {
		return err
	}
	declared, sum := w.Transfer.SHA256, w.prover.Sum()
	if declared != "" && declared != string(sum[:]) {
		return fault.Newf(fault.SourceChanged, fault.Read, "file has SHA-256 %x, metadata has %x", sum, declared)
	}
	w.report(lifecycle.FileHashed{SHA256: string(sum[:])})
	return nil
}
