package worker

import (
	"context"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
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
		end.Fault = w.remote.faultOf(err)
	}
	w.emit(w.id, end)
}

func (w *Worker) check(ctx context.Context) error {
	session := w.transfer.Session
	if !session.Begun() {
		_, err := w.file.stat(ctx)
		return err
	}
	if joined := session.URL != "" && session.Parts > 0; !joined {
		if _, err := w.queryOffset(ctx); err != nil {
			return err
		}
	}
	seen, err := w.file.stat(ctx)
	if err != nil {
		return err
	}
	if w.file.growth() == uploader.GrowthTruncated {
		return sourceCut()
	}
	if w.file.ignoreAppended(seen, w.transfer.Source.Size).Size == w.transfer.Source.Size || w.transfer.Source.Size == uploader.SizeUnknown {
		return nil
	}
	if understates, err := w.file.understates(seen); understates || err != nil {
		return err // the size of the transfer was measured
	}
	return sourceChanged(w.transfer.Source, seen)
}
