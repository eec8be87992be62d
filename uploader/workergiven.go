package uploader

import (
	"context"

	"github.com/ferryapp/ferry/uploader/fault"
)

// takeGiven begins the upload whose URL the user was given, in place of creating
// one. What it holds already cannot be known to be of this file.
func (w *worker) takeGiven(ctx context.Context) error {
	w.tell(entered{PhaseCreating})
	url := w.remote.server.Endpoint
	status, err := w.remote.protocol.Head(ctx, url)
	if err != nil {
		return err
	}
	size := w.transfer.Source.Size
	switch {
	case status.Offset > 0:
		f := fault.Newf(fault.Refused, fault.Create, "the upload holds %d bytes already", status.Offset)
		f.Code = fault.CodeGivenBegun
		return f
	case status.Length >= 0 && status.Length != size:
		return mismatch(status.Length, size)
	}
	return w.keep(ctx, created{Session{URL: url, Expires: MomentOf(status.Expires)}})
}
