package worker

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

// create creates an upload for the file. If more is to be sent than was sent with the
// request, the URL is saved first.
func (w *Worker) create(ctx context.Context) (complete bool, err error) {
	if w.remote.Server.Options.GivenURL || w.perFile.URL != "" {
		return w.useGivenUpload(ctx)
	}
	caps, err := w.remote.Capabilities(ctx)
	if err != nil {
		return false, err
	}
	size := w.transfer.Source.Size
	if caps.MaxSize > 0 && size > caps.MaxSize {
		return false, fault.Newf(fault.TooLarge, fault.Create, "server accepts at most %d bytes, file has %d", caps.MaxSize, size)
	}
	if err := w.file.hashBeforeSending(ctx, w.remote.hashInMetadata(w.file.settings.SendSHA256, w.file.batch)); err != nil {
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
	if upload.URL == "" {
		session.Unconfirmed = 0 // nothing can be asked about it
	}
	if session.Offset == size && !w.needsEmptyPatch() {
		w.deferReports()
		w.file.forgetSaved() // it is saved only if the file cannot be verified now
		w.report(lifecycle.UploadCreated{Session: session, Result: uploader.Result(upload.Result)})
		return true, nil
	}
	w.whole.set(session.Offset)
	inputs := slices.Concat(proof, []lifecycle.Input{lifecycle.UploadCreated{Session: session, Result: uploader.Result(upload.Result)}, lifecycle.PhaseEntered{Phase: uploader.PhaseSending}})
	if err := w.reportAndSave(ctx, inputs...); err != nil {
		return false, err
	}
	if uploader.IsSmall(w.transfer.Source) {
		w.deferReports()
	}
	return false, nil
}

// requestUpload makes the folders of the file, if the server wants that, and sends the
// request that creates the upload.
func (w *Worker) requestUpload(ctx context.Context, caps tus.Capabilities) (upload tus.Upload, err error) {
	err = w.remote.inFolder(ctx, &w.transfer, w.file.batch.Folder, func(path []string) (err error) {
		upload, err = w.requestUploadAt(ctx, path, caps)
		return err
	})
	return upload, err
}

// requestUploadAt sends the request that creates the upload. If the server refuses it
// for its body, it is sent again without.
func (w *Worker) requestUploadAt(ctx context.Context, path []string, caps tus.Capabilities) (tus.Upload, error) {
	size := w.transfer.Source.Size
	request := tus.CreateRequest{
		Size: size, Path: path, Metadata: w.perFile.apply(w.file.withDigest(w.remote.metadata(&w.transfer, w.file.handle, w.file.settings.SendSHA256, w.file.batch))),
		Overwrite: w.transfer.Exists == uploader.ExistsOverwrite,
	}
	if w.createsWithBody(caps) {
		request.Body, request.BodySize = w.patcher.body(ctx, w.file.handle, w.remainder(), size), size
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
// upload (tus 1.0.0, Creation With Upload). If the response is lost, the file is sent
// again to another upload. So it is done only for the built-in receiver, which keeps one
// of them, and where the user accepts a second copy.
func (w *Worker) createsWithBody(caps tus.Capabilities) bool {
	size, options := w.transfer.Source.Size, w.remote.options()
	return size > 0 && uploader.IsSmall(w.transfer.Source) && (options.OneRequest || w.remote.Server.Builtin()) && slices.Contains(caps.Extensions, tus.CreationWithUpload) &&
		options.RequestSize(size, w.patcher.chunkMax) == size && !options.Checksums && !w.remote.noCreateBody.Load()
}

// useGivenUpload begins the upload whose URL the user entered or a service issued, in place
// of creating one. Data that it has may be of another file, and there is no proof of it: the user
// decides whether the file continues after it. It is compared from then on.
func (w *Worker) useGivenUpload(ctx context.Context) (complete bool, err error) {
	w.report(lifecycle.PhaseEntered{Phase: uploader.PhaseCreating})
	url := cmp.Or(w.perFile.URL, w.remote.Server.Endpoint)
	status, err := w.remote.protocol.Head(ctx, url)
	if err != nil {
		return false, err
	}
	size := w.transfer.Source.Size
	if err := checkLength(status, size); err != nil {
		return false, err
	}
	if status.Offset > 0 && !w.file.continued {
		return false, fault.NewUploadHasData(status.Offset, size)
	}
	session := uploader.Session{URL: url, Offset: status.Offset, Sent: status.Offset, Expires: uploader.TimestampOf(status.Expires)}
	w.whole.set(session.Offset)
	w.file.divide([]extent{{source.Range{End: size}, session.Offset}}, false)
	return session.Offset == size && size > 0, w.reportAndSave(ctx, lifecycle.UploadCreated{Session: session})
}
