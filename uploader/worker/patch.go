package worker

import (
	"context"
	"io"
	"net/http"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

const (
	// maxChecksummed is how many bytes go in one request with a checksum. A server
	// discards all of them if the checksum does not match, and for a checksum in the
	// header they are read twice, the second time from the file system's cache.
	maxChecksummed = 64 << 20

	// maxChecksumRetries is how often a request is sent again at once when its bytes
	// arrived damaged.
	maxChecksumRetries = 3
)

// remainder is what is still to be sent of one upload: of a file, or of a part.
type remainder struct {
	url     string
	offset  int64 // in the upload
	start   int64 // of the upload in the file
	length  int64 // of the upload, as far as it is known
	final   bool  // the length is sent with the last bytes: the server does not know it yet
	counter *partCounter
}

// patch sends the next bytes of an upload in one request, as many as the limits
// allow. If the server refuses the request for its size or its checksum, another is
// sent at once. It may be called from several goroutines.
func (w *Worker) patch(ctx context.Context, file source.OpenFile, r remainder) (tus.Status, error) {
	for retries := 0; ; {
		sum, err := w.checksum(ctx)
		if err != nil {
			return tus.Status{}, err
		}
		size := w.requestSize(r, sum)
		w.Remote.yields.sending(r.url, r.offset, size)
		status, err := w.patchOnce(ctx, file, r, size, sum)
		if fault.IsCanceled(err) {
			w.Remote.yields.forget(r.url)
		}
		f := fault.Of(err)
		switch {
		case err == nil || fault.IsCanceled(err):
			return status, err
		case f.Code == tus.CodeChecksumRefused:
			w.Remote.refuseChecksum(sum)
		case f.Code == tus.CodeChecksumMismatch && retries < maxChecksumRetries:
			retries++
		case f.Kind == fault.TooLarge && f.Status == http.StatusRequestEntityTooLarge && w.reduceRequests(size):
			if status, err := w.Remote.protocol.Head(ctx, r.url); err != nil || status.Offset != r.offset {
				return status, err
			}
		default:
			return tus.Status{}, err
		}
	}
}

func (w *Worker) patchOnce(ctx context.Context, file source.OpenFile, r remainder, size int64, sum checksum) (tus.Status, error) {
	at := r.start + r.offset
	request := tus.PatchRequest{URL: r.url, Offset: r.offset, Size: size, Last: r.final && r.offset+size == r.length}
	switch {
	case sum.algorithm == "":
	case sum.trailer:
		request.Trailer = sum.algorithm
	default:
		header, err := digest(ctx, io.NewSectionReader(file, at, size), sum.algorithm)
		if err != nil {
			return tus.Status{}, err
		}
		request.Checksum = header
	}
	request.Body = w.body(ctx, file, at, size, r.counter, r.offset)
	return w.Remote.protocol.PatchWith(ctx, request)
}

// requestSize returns how many of the bytes left go in one request.
func (w *Worker) requestSize(r remainder, sum checksum) int64 {
	limit := int64(0)
	reduce := func(other int64) {
		if other > 0 && (limit == 0 || other < limit) {
			limit = other
		}
	}
	reduce(w.Options.ChunkMax)
	reduce(w.Remote.yields.limit(r.url))
	if sum.algorithm != "" {
		reduce(maxChecksummed)
	}
	return w.Remote.options().RequestSize(r.length-r.offset, limit)
}

// reduceRequests limits requests to less than the size that was refused. It reports
// false if they cannot be smaller.
func (w *Worker) reduceRequests(refused int64) bool {
	limit, ok := w.Remote.options().SmallerRequest(refused)
	if ok {
		w.BodyLimited(w.Remote.limitBody(limit))
	}
	return ok
}
