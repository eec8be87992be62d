package worker

import (
	"context"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// Check is a check: it asks, and changes nothing.
func (w *Worker) Check(ctx context.Context) {
	short, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	found := lifecycle.CheckEnded{}
	err := CatchPanic(func() error { return w.examine(short) })
	switch {
	case err == nil || ctx.Err() != nil:
	case short.Err() != nil:
		found.Fault = fault.New(fault.Unreachable, fault.Head, short.Err())
	default:
		found.Fault = fault.Of(err)
	}
	w.Report(w.Transfer.ID, found)
}

func (w *Worker) examine(ctx context.Context) error {
	session := w.Transfer.Session
	if !session.Begun() {
		_, err := w.lookAt(ctx)
		return err
	}
	if joined := session.URL != "" && session.Parts > 0; !joined { // which is whole, as far as anybody knows
		if _, err := w.resume(ctx); err != nil {
			return err
		}
	}
	seen, err := w.lookAt(ctx)
	if err != nil {
		return err
	}
	if w.growth() == uploader.GrowthCut {
		return cut()
	}
	if seen.Size != w.Transfer.Source.Size && w.Transfer.Source.Size != uploader.SizeUnknown {
		return changed(w.Transfer.Source, seen)
	}
	return nil
}

// lookAt looks at the file, also where it has another name by now.
func (w *Worker) lookAt(ctx context.Context) (source.File, error) {
	seen, err := w.Disk.Stat(w.Transfer.Source.Path)
	if fault.Is(err, fault.SourceMissing) {
		return w.renamed(ctx, err)
	}
	return seen, err
}

// checkPatience is how long a server may take to say what it holds, before what
// was known last has to do.
const checkPatience = 20 * time.Second
