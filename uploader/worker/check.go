package worker

import (
	"context"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// checkTimeout is how long a server may take to report the offset in a check.
const checkTimeout = 20 * time.Second

// Check finds out what the server has of an interrupted upload and whether its file
// is still there. It sends no data and changes nothing on the server.
func (w *Worker) Check(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	end := lifecycle.CheckEnded{}
	err := CatchPanic(func() error { return w.check(limited) })
	switch {
	case err == nil || ctx.Err() != nil:
	case limited.Err() != nil:
		end.Fault = fault.New(fault.Unreachable, fault.Head, limited.Err())
	default:
		end.Fault = w.faultOf(err)
	}
	w.Report(w.Transfer.ID, end)
}

func (w *Worker) check(ctx context.Context) error {
	session := w.Transfer.Session
	if !session.Begun() {
		_, err := w.stat(ctx)
		return err
	}
	if joined := session.URL != "" && session.Parts > 0; !joined {
		if _, err := w.queryOffset(ctx); err != nil {
			return err
		}
	}
	seen, err := w.stat(ctx)
	if err != nil {
		return err
	}
	if w.growth() == uploader.GrowthTruncated {
		return sourceCut()
	}
	if seen.Size != w.Transfer.Source.Size && w.Transfer.Source.Size != uploader.SizeUnknown {
		return sourceChanged(w.Transfer.Source, seen)
	}
	return nil
}

// stat returns the state of the file, also if it was renamed.
func (w *Worker) stat(ctx context.Context) (source.File, error) {
	seen, err := w.Disk.Stat(w.Transfer.Source.Path)
	if fault.Is(err, fault.SourceMissing) {
		return w.findRenamed(ctx, err)
	}
	return seen, err
}
