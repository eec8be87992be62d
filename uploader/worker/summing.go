package worker

import (
	"context"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// sumStep is how much is read between two looks at how far the sum is.
const sumStep = 4 << 20

// declare reads the whole file for its sum before the server is told of it, where
// the settings want that. What is sent then has to have that sum.
func (w *Worker) declare(ctx context.Context, file source.Opened) error {
	if !w.Settings.Sum {
		if w.Transfer.SHA256 != "" {
			w.tell(lifecycle.FileHashed{}) // of an earlier try, when the settings were others
		}
		return nil
	}
	size := w.Transfer.Source.Size
	pass := source.NewProver(file, size, nil)
	for at := int64(0); at < size; {
		at = min(at+sumStep, size)
		if err := pass.Advance(ctx, at); err != nil {
			return err
		}
		w.Counters.Read.Store(at)
	}
	sum := pass.Sum()
	w.tell(lifecycle.FileHashed{SHA256: string(sum[:])})
	return nil
}

// conclude proves the rest of the file and keeps its sum, which must be the one
// that the server was told.
func (w *Worker) conclude(ctx context.Context) error {
	if err := w.prover.Advance(ctx, w.Transfer.Source.Size); err != nil {
		return err
	}
	declared, sum := w.Transfer.SHA256, w.prover.Sum()
	if declared != "" && declared != string(sum[:]) {
		return fault.Newf(fault.SourceChanged, fault.Read, "the server was told the sum %x, and the file has %x by now", declared, sum)
	}
	w.tell(lifecycle.FileHashed{SHA256: string(sum[:])})
	return nil
}
