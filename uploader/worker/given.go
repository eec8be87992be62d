package worker

import (
	"context"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
)

// takeGiven begins the upload whose URL the user was given, in place of creating
// one. What it holds already cannot be known to be of this file.
func (w *Worker) takeGiven(ctx context.Context) error {
	w.tell(lifecycle.PhaseEntered{Phase: uploader.PhaseCreating})
	url := w.Remote.Server.Endpoint
	status, err := w.Remote.protocol.Head(ctx, url)
	if err != nil {
		return err
	}
	size := w.Transfer.Source.Size
	switch {
	case status.Offset > 0:
		f := fault.Newf(fault.Refused, fault.Create, "the upload holds %d bytes already", status.Offset)
		f.Code = fault.CodeGivenBegun
		return f
	case status.Length >= 0 && status.Length != size:
		return SizeMismatch(status.Length, size)
	}
	return w.keep(ctx, lifecycle.UploadCreated{Session: uploader.Session{URL: url, Expires: uploader.MomentOf(status.Expires)}})
}
