package worker

import (
	"context"
	"io"
	"slices"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

// checksum is a way in which a server verifies the bytes of a request (tus 1.0.0,
// Checksum). The zero value is none.
type checksum struct {
	algorithm string // as the server lists it
	trailer   bool   // sent after the body instead of in the header
}

// checksumsOf lists the checksums that a server supports, the best first.
func checksumsOf(caps tus.Capabilities) []checksum {
	var checksums []checksum
	header := slices.Contains(caps.Extensions, tus.Checksum)
	trailer := slices.Contains(caps.Extensions, tus.ChecksumTrailer)
	for _, algorithm := range caps.ChecksumAlgorithms() {
		if trailer {
			checksums = append(checksums, checksum{algorithm, true})
		}
		if header {
			checksums = append(checksums, checksum{algorithm, false})
		}
	}
	return checksums
}

// checksum returns the best checksum that the server has not refused so far, or none.
func (r *Remote) checksum(caps tus.Capabilities) checksum {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range checksumsOf(caps) {
		if !slices.Contains(r.refused, c) {
			return c
		}
	}
	return checksum{}
}

// refuseChecksum records that the server refused a checksum.
func (r *Remote) refuseChecksum(c checksum) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.refused, c) {
		r.refused = append(r.refused, c)
	}
}

// checksum returns the checksum for the next request, or none.
func (p *patcher) checksum(ctx context.Context) (checksum, error) {
	if !p.remote.Server.Options.Checksums {
		return checksum{}, nil
	}
	caps, err := p.remote.Capabilities(ctx)
	if err != nil {
		return checksum{}, err
	}
	return p.remote.checksum(caps), nil
}

// sumRequest returns the checksum of the bytes of a request.
func sumRequest(ctx context.Context, body io.Reader, algorithm string) (tus.Digest, error) {
	hash, known := tus.NewHash(algorithm)
	if !known {
		return tus.Digest{}, fault.Newf(fault.Bug, fault.Read, "unknown checksum algorithm %q", algorithm)
	}
	buffer := make([]byte, 1<<20)
	for {
		n, err := body.Read(buffer)
		_, _ = hash.Write(buffer[:n]) // a hash.Hash never returns an error
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
