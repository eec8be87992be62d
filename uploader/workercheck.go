package uploader

import (
	"context"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// look is a check: it asks, and changes nothing.
func (w *worker) look(ctx context.Context) {
	short, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	found := checked{}
	err := guard(func() error { return w.examine(short) })
	switch {
	case err == nil || ctx.Err() != nil:
	case short.Err() != nil:
		found.fault = fault.New(fault.Unreachable, fault.Head, short.Err())
	default:
		found.fault = fault.Of(err)
	}
	w.report(w.transfer.ID, found)
}

func (w *worker) examine(ctx context.Context) error {
	session := w.transfer.Session
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
	if w.growth() == GrowthCut {
		return cut()
	}
	if seen.Size != w.transfer.Source.Size && w.transfer.Source.Size != SizeUnknown {
		return changed(w.transfer.Source, seen)
	}
	return nil
}

// lookAt looks at the file, also where it has another name by now.
func (w *worker) lookAt(ctx context.Context) (source.File, error) {
	seen, err := w.disk.Stat(w.transfer.Source.Path)
	if fault.Is(err, fault.SourceMissing) {
		return w.renamed(ctx, err)
	}
	return seen, err
}

// checkPatience is how long a server may take to say what it holds, before what
// was known last has to do.
const checkPatience = 20 * time.Second
