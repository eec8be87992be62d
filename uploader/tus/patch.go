package tus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"

	"github.com/ferryapp/ferry/uploader/fault"
)

// PatchRequest sends bytes to an upload.
type PatchRequest struct {
	URL    string
	Offset int64 // where Body lies in the file, which must be the server's offset
	Body   io.Reader
	Size   int64 // bytes of Body

	// Ends tells a server that does not know the upload's size yet that it ends
	// with this body, which may be empty (tus 1.0.0, Creation-Defer-Length). A
	// server that has been told refuses to be told again: after a failed request,
	// only a HEAD that still knows no length allows it.
	Ends bool

	// Checksum is of this body, and sent ahead of it. It needs checksum, and an
	// algorithm that the server lists.
	Checksum Digest

	// Trailer is the algorithm by which the body's checksum is computed while it
	// is sent, and sent after it. It needs checksum-trailer, and an algorithm of
	// Algorithms that the server lists. "" is for no such checksum.
	Trailer string
}

// Patch sends size bytes of body, which lie at offset in the file, and returns
// what the server acknowledged, which may be less or more (tus 1.0.0, PATCH).
// An error of the body's own Read comes back as it is when it holds a fault.
// The body is not touched any more once Patch has returned; for that, Patch
// waits for a Read that is under way.
func (c *Client) Patch(ctx context.Context, url string, offset int64, body io.Reader, size int64) (Status, error) {
	return c.PatchWith(ctx, PatchRequest{URL: url, Offset: offset, Body: body, Size: size})
}

// PatchWith is Patch with all that the protocol's extensions allow. A server
// that received other bytes than were sent keeps none of them, and gives a fault
// whose Code is CodeChecksumMismatch.
func (c *Client) PatchWith(ctx context.Context, request PatchRequest) (Status, error) {
	target, err := uploadURL(fault.Patch, request.URL)
	if err != nil {
		return Status{}, err
	}
	if err := request.check(); err != nil {
		return Status{}, fault.New(fault.Bug, fault.Patch, err)
	}
	call := c.call(fault.Patch, http.MethodPatch, target, request.header())
	call.body = newBody(request.Body, request.Size)
	call.body.seal = request.seal()
	defer call.body.release()
	got, err := c.do(ctx, call)
	if err != nil {
		return Status{}, err
	}
	return got.patched()
}

func (r PatchRequest) check() error {
	if r.Offset < 0 || r.Size < 0 || r.Offset > math.MaxInt64-r.Size {
		return fmt.Errorf("%d bytes at offset %d", r.Size, r.Offset)
	}
	if r.Trailer == "" {
		return r.Checksum.check()
	}
	if r.Checksum.Algorithm != "" {
		return errors.New("a checksum ahead of the body and one after it")
	}
	if _, known := NewHash(r.Trailer); !known {
		return fmt.Errorf("checksum: %.40q is not an algorithm that can be computed here", r.Trailer)
	}
	return nil
}

func (r PatchRequest) header() http.Header {
	header := http.Header{
		"Content-Type":  {contentType},
		"Upload-Offset": {strconv.FormatInt(r.Offset, 10)},
	}
	if r.Ends {
		header.Set("Upload-Length", strconv.FormatInt(r.Offset+r.Size, 10))
	}
	if r.Checksum.Algorithm != "" {
		header.Set(checksumHeader, r.Checksum.String())
	}
	return header
}

// seal is what is put on the body's end. An empty body has no chunks, and so no
// trailer; there is nothing in it to be checked either.
func (r PatchRequest) seal() *seal {
	if r.Trailer == "" || r.Size == 0 {
		return nil
	}
	return &seal{algorithm: r.Trailer}
}
