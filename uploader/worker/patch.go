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
	// checkedMost is how much goes in one request that carries a checksum. A
	// Server keeps nothing of it when the checksum fails, and what is checked
	// ahead is read twice: the second time from the system's memory.
	checkedMost = 64 << 20

	// damagedMost is how often a request is sent again at once whose bytes did
	// not arrive as they were.
	damagedMost = 3
)

// rest is what is missing of one upload: of a whole file or of a part.
type rest struct {
	url    string
	offset int64 // in the upload
	start  int64 // of the upload in the file
	length int64 // of the upload, as far as it is known
	ends   bool  // the server does not know the length yet, and is told with the last bytes
	count  *partCounter
}

// patch sends the next bytes of an upload in one request: the rest, or as much as
// one request may have. A server that refuses the request for its size or its
// checksum gets another: nothing is lost by it. It may be called from several
// goroutines.
func (w *Worker) patch(ctx context.Context, file source.Opened, r rest) (tus.Status, error) {
	for damaged := 0; ; {
		sum, err := w.checksum(ctx)
		if err != nil {
			return tus.Status{}, err
		}
		size := w.portion(r.length-r.offset, sum)
		status, err := w.patchOnce(ctx, file, r, size, sum)
		f := fault.Of(err)
		switch {
		case err == nil || fault.Stopped(err):
			return status, err
		case f.Code == tus.CodeChecksumRefused:
			w.Remote.refuses(sum)
		case f.Code == tus.CodeChecksumMismatch && damaged < damagedMost:
			damaged++
		case f.Kind == fault.TooLarge && f.Status == http.StatusRequestEntityTooLarge && w.shrink(size):
			if status, err := w.Remote.protocol.Head(ctx, r.url); err != nil || status.Offset != r.offset {
				return status, err
			}
		default:
			return tus.Status{}, err
		}
	}
}

func (w *Worker) patchOnce(ctx context.Context, file source.Opened, r rest, size int64, sum checksum) (tus.Status, error) {
	at := r.start + r.offset
	request := tus.PatchRequest{URL: r.url, Offset: r.offset, Size: size, Ends: r.ends && r.offset+size == r.length}
	switch {
	case sum.algorithm == "":
	case sum.trailer:
		request.Trailer = sum.algorithm
	default:
		ahead, err := digest(ctx, io.NewSectionReader(file, at, size), sum.algorithm)
		if err != nil {
			return tus.Status{}, err
		}
		request.Checksum = ahead
	}
	request.Body = w.reader(ctx, file, at, size, r.count, r.offset)
	return w.Remote.protocol.PatchWith(ctx, request)
}

// RequestSize is how many of the bytes left go in one request.
func (w *Worker) portion(left int64, sum checksum) int64 {
	asked := w.Options.Chunk
	if sum.algorithm != "" {
		asked = checkedMost
		if w.Options.Chunk > 0 {
			asked = min(w.Options.Chunk, checkedMost)
		}
	}
	return w.Remote.profile().RequestSize(left, asked)
}

// shrink has requests carry less than what was just refused. It reports whether
// they may.
func (w *Worker) shrink(refused int64) bool {
	most, ok := w.Remote.profile().SmallerRequest(refused)
	if ok {
		w.BodyLimited(w.Remote.bound(most))
	}
	return ok
}

// checksum is how the bytes of requests to the server are checked.
func (w *Worker) checksum(ctx context.Context) (checksum, error) {
	if !w.Remote.Server.Profile.Checksums {
		return checksum{}, nil
	}
	caps, err := w.Remote.Capabilities(ctx)
	if err != nil {
		return checksum{}, err
	}
	return w.Remote.checksum(caps), nil
}

// digest is the checksum of what is about to be sent.
func digest(ctx context.Context, body io.Reader, algorithm string) (tus.Digest, error) {
	hash, known := tus.NewHash(algorithm)
	if !known {
		return tus.Digest{}, fault.Newf(fault.Bug, fault.Read, "no such checksum: %s", algorithm)
	}
	buffer := make([]byte, 1<<20)
	for {
		n, err := body.Read(buffer)
		_, _ = hash.Write(buffer[:n]) // a hash never fails
		switch {
		case ctx.Err() != nil:
			return tus.Digest{}, ctx.Err()
		case err == io.EOF:
			return tus.Digest{Algorithm: algorithm, Sum: hash.Sum(nil)}, nil
		case err != nil:
			return tus.Digest{}, source.Classify(fault.Read, err)
		}
	}
}
