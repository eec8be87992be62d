package worker

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
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

// patcher sends bytes of files to a server, as many per request as the server and the
// options allow. Its methods may be called from several goroutines.
type patcher struct {
	remote      *Remote
	chunkMax    int64 // of the options; 0: no limit
	limits      []*netx.Limiter
	totalSent   *atomic.Int64
	bodyLimited func(bytes int64)
}

// remainder is what is still to be sent of one upload: of a file, or of a part.
type remainder struct {
	url     string
	offset  int64 // in the upload
	start   int64 // of the upload in the file
	length  int64 // of the upload, as far as it is known
	final   bool  // the length is sent with the last bytes: the server does not know it yet
	section *section
	counter *partCounter
}

// patch sends the next bytes of an upload in one request, as many as the limits
// allow. If the server refuses the request for its size or its checksum, another is
// sent at once.
func (p *patcher) patch(ctx context.Context, file source.OpenFile, r remainder) (tus.Status, error) {
	for retries := 0; ; {
		sum, err := p.checksum(ctx)
		if err != nil {
			return tus.Status{}, err
		}
		size := p.requestSize(r, sum)
		p.remote.yields.sending(r.url, r.offset, size)
		status, err := p.patchOnce(ctx, file, r, size, sum)
		switch {
		case fault.IsCanceled(err):
			p.remote.yields.forget(r.url)
		case err != nil && r.counter.at.Load() <= r.offset:
			p.remote.yields.notSent(r.url)
		}
		f := fault.Of(err)
		switch {
		case err == nil || fault.IsCanceled(err):
			return status, err
		case f.Code == tus.CodeChecksumRefused:
			p.remote.refuseChecksum(sum)
		case f.Code == tus.CodeChecksumMismatch && retries < maxChecksumRetries:
			retries++
		case f.Kind == fault.TooLarge && f.Status == http.StatusRequestEntityTooLarge && p.reduceRequests(size):
			if status, err := p.remote.protocol.Head(ctx, r.url); err != nil || status.Offset != r.offset {
				return status, err
			}
		default:
			return tus.Status{}, err
		}
	}
}

func (p *patcher) patchOnce(ctx context.Context, file source.OpenFile, r remainder, size int64, sum checksum) (tus.Status, error) {
	at := r.start + r.offset
	request := tus.PatchRequest{URL: r.url, Offset: r.offset, Size: size, Last: r.final && r.offset+size == r.length}
	switch {
	case sum.algorithm == "":
	case sum.trailer:
		request.Trailer = sum.algorithm
	default:
		header, err := sumRequest(ctx, io.NewSectionReader(file, at, size), sum.algorithm)
		if err != nil {
			return tus.Status{}, err
		}
		request.Checksum = header
	}
	request.Body = p.body(ctx, file, r, size)
	return p.remote.protocol.PatchWith(ctx, request)
}

// requestSize returns how many of the bytes left go in one request.
func (p *patcher) requestSize(r remainder, sum checksum) int64 {
	limit := int64(0)
	reduce := func(other int64) {
		if other > 0 && (limit == 0 || other < limit) {
			limit = other
		}
	}
	reduce(p.chunkMax)
	reduce(p.remote.yields.limit(r.url))
	if sum.algorithm != "" {
		reduce(maxChecksummed)
	}
	return p.remote.options().RequestSize(r.length-r.offset, limit)
}

// reduceRequests limits requests to less than the size that was refused. It reports
// false if they cannot be smaller.
func (p *patcher) reduceRequests(refused int64) bool {
	limit, ok := p.remote.options().SmallerRequest(refused)
	if ok {
		p.bodyLimited(p.remote.limitBody(limit))
	}
	return ok
}
