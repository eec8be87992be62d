package worker

import (
	"context"
	"net/http"
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/tus"
)

// create creates an upload for the file, and sends a small file with the request. If
// more is to be sent, the URL is saved first.
func (w *Worker) create(ctx context.Context) (complete bool, err error) {
	if w.remote.Server.Options.GivenURL {
		return false, w.useGivenUpload(ctx)
	}
	caps, err := w.remote.Capabilities(ctx)
	if err != nil {
		return false, err
	}
	size := w.transfer.Source.Size
	if caps.MaxSize > 0 && size > caps.MaxSize {
		return false, fault.Newf(fault.TooLarge, fault.Create, "server accepts at most %d bytes, file has %d", caps.MaxSize, size)
	}
	if err := w.file.hashBeforeSending(ctx); err != nil {
		return false, err
	}
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseCreating})
	if inParts, err := w.parts.plan(ctx, caps); inParts || err != nil {
		return false, err
	}
	proof, err := w.file.hashFirst(ctx)
	if err != nil {
		return false, err
	}
	graceful, end := withGracePeriod(ctx)
	defer end()
	upload, err := w.requestUpload(graceful, caps)
	if err != nil {
		return false, err
	}
	if upload.Offset > size {
		return false, SizeMismatch(upload.Offset, size)
	}
	session := uploader.Session{
		URL: upload.URL, Offset: upload.Offset, Sent: upload.Offset, Expires: uploader.TimestampOf(upload.Expires), Unconfirmed: createdNow(),
	}
	if session.Offset == size {
		w.deferReports()
		w.file.forgetSaved() // it is saved only if the file cannot be verified now
		w.report(lifecycle.UploadCreated{Session: session})
		return true, nil
	}
	w.whole.set(session.Offset)
	return false, w.reportAndSave(ctx, append(proof, lifecycle.UploadCreated{Session: session})...)
}

// requestUpload sends the request that creates the upload. If the server refuses it
// for its body, it is sent again without.
func (w *Worker) requestUpload(ctx context.Context, caps tus.Capabilities) (tus.Upload, error) {
	size := w.transfer.Source.Size
	request := tus.CreateRequest{Size: size, Metadata: w.remote.metadata(&w.transfer, w.file.handle), Overwrite: w.transfer.Exists == uploader.ExistsOverwrite}
	if w.createsWithBody(caps) {
		request.Body, request.BodySize = w.patcher.body(ctx, w.file.handle, 0, size, w.whole, 0), size
		upload, err := w.remote.protocol.Create(ctx, request)
		if f := fault.Of(err); err == nil || f.Kind != fault.TooLarge || f.Status != http.StatusRequestEntityTooLarge {
			return upload, err
		}
		w.remote.noCreateBody.Store(true)
		w.whole.set(0)
		request.Body, request.BodySize = nil, 0
	}
	return w.remote.protocol.Create(ctx, request)
}

// createsWithBody reports whether the file is sent with the request that creates its
// upload (tus 1.0.0, Creation With Upload).
func (w *Worker) createsWithBody(caps tus.Capabilities) bool {
	size, options := w.transfer.Source.Size, w.remote.options()
	return size > 0 && uploader.IsSmall(w.transfer.Source) && slices.Contains(caps.Extensions, tus.CreationWithUpload) &&
		options.RequestSize(size, w.patcher.chunkMax) == size && !options.Checksums && !w.remote.noCreateBody.Load()
}

// useGivenUpload begins the upload whose URL the user entered, in place of creating
// one. It must be empty: data that it has may be of another file.
func (w *Worker) useGivenUpload(ctx context.Context) error {
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseCreating})
	url := w.remote.Server.Endpoint
	status, err := w.remote.protocol.Head(ctx, url)
	if err != nil {
		return err
	}
	size := w.transfer.Source.Size
	switch {
	case status.Offset > 0:
		f := fault.Newf(fault.Refused, fault.Create, "upload already has %d bytes", status.Offset)
		f.Code = fault.CodeUploadURLHasData
		return f
	case status.Length >= 0 && status.Length != size:
		return SizeMismatch(status.Length, size)
	}
	return w.reportAndSave(ctx, lifecycle.UploadCreated{Session: uploader.Session{URL: url, Expires: uploader.TimestampOf(status.Expires)}})
}
