package worker

import (
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
)

// Servers differ in how an upload is completed, and in whether they show it afterwards
// ([uploader.ServerOptions.EmptyPatch], [uploader.ServerOptions.HidesFinished]).

// needsEmptyPatch reports whether the server completes the upload, which has no bytes, in
// response to a PATCH.
func (w *Worker) needsEmptyPatch() bool {
	return w.transfer.Source.Size == 0 && w.remote.Server.Options.EmptyPatch
}

// isHidden reports whether the server acknowledged all of the file and no longer shows the
// upload.
func (w *Worker) isHidden() bool {
	size := w.transfer.Source.Size
	return w.remote.Server.Options.HidesFinished && size > 0 && w.transfer.Session.Offset == size
}

// reportSent reports how many bytes were handed to the network before the worker ended, if
// that tells whether the upload may be complete: see responseLost.
func (w *Worker) reportSent() {
	sent := w.whole.at.Load()
	if w.remote.Server.Options.HidesFinished && w.transfer.Session.URL != "" && sent > w.transfer.Session.Sent {
		w.report(lifecycle.BytesSent{Sent: sent})
	}
}

// responseLost returns err, the error of a request for the offset. If all of the file was
// sent and the server shows no upload that is complete, nobody knows whether this one is:
// the fault says so, and the user decides.
func (w *Worker) responseLost(err error) error {
	f, size := fault.Of(err), w.transfer.Source.Size
	if f == nil || f.Kind != fault.Gone || !w.remote.Server.Options.HidesFinished || size <= 0 || w.transfer.Session.Sent < size {
		return err
	}
	lost := *f
	lost.Code = fault.CodeResponseLost
	return &lost
}
