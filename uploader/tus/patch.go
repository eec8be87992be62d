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
	"github.com/ferryapp/ferry/uploader/netx"
)

// PatchRequest is a request to send bytes to an upload.
type PatchRequest struct {
	URL    string
	Offset int64 // of Body in the file; must equal the server's offset
	Body   io.Reader
	Size   int64 // bytes of Body

	// Last sends the length of a deferred upload: it ends with this body, which may
	// be empty (tus 1.0.0, Creation-Defer-Length). A server rejects a second length,
	// so after a failed request it may only be set if HEAD returns no length.
	Last bool

	// Checksum is the checksum of Body, sent before it. It requires the extension
	// checksum, and an algorithm that the server offers.
	Checksum Digest

	// Trailer is the algorithm of a checksum that is computed while Body is sent,
	// and sent after it; "" for none. It requires the extension checksum-trailer, and
	// one of [Capabilities.ChecksumAlgorithms].
	Trailer string

	// ContentDigest is the value of HeaderDigest; "" for none. The receiver may read all
	// of the upload before it responds: the response timeout grows with Offset.
	ContentDigest string
}

// Patch is [Client.PatchWith] without the options of the extensions.
func (c *Client) Patch(ctx context.Context, url string, offset int64, body io.Reader, size int64) (Status, error) {
	return c.PatchWith(ctx, PatchRequest{URL: url, Offset: offset, Body: body, Size: size})
}

// PatchWith sends bytes and returns the state that the server acknowledged, whose
// offset may be smaller or larger than expected (tus 1.0.0, PATCH). An error of the
// body's Read is returned unchanged if it is or wraps a [fault.Fault]. If the server
// received other bytes than were sent, it keeps none of them, and the fault's Code
// is [CodeChecksumMismatch]. The body is not read after PatchWith has returned; for
// that, it waits for a Read in progress.
func (c *Client) PatchWith(ctx context.Context, request PatchRequest) (Status, error) {
	target, err := parseUploadURL(fault.Patch, request.URL)
	if err != nil {
		return Status{}, err
	}
	if err := request.validate(); err != nil {
		return Status{}, fault.New(fault.Bug, fault.Patch, err)
	}
	r := c.newRequest(fault.Patch, http.MethodPatch, target, request.header())
	r.body = newBody(request.Body, request.Size)
	r.body.trailer = request.trailer()
	defer r.body.close()
	if request.ContentDigest != "" {
		ctx = netx.WithResponseTimeout(ctx, copyTimeout(request.Offset))
	}
	resp, err := c.do(ctx, r)
	if err != nil {
		return Status{}, err
	}
	return c.parsePatch(resp)
}

func (r PatchRequest) validate() error {
	if r.Offset < 0 || r.Size < 0 || r.Offset > math.MaxInt64-r.Size {
		return fmt.Errorf("invalid size %d at offset %d", r.Size, r.Offset)
	}
	if r.Trailer == "" {
		return r.Checksum.validate()
	}
	if r.Checksum.Algorithm != "" {
		return errors.New("checksum both before and after the body")
	}
	if _, known := NewHash(r.Trailer); !known {
		return fmt.Errorf("checksum: unknown algorithm %.40q", r.Trailer)
	}
	return nil
}

func (r PatchRequest) header() http.Header {
	header := http.Header{
		"Content-Type":  {contentType},
		"Upload-Offset": {strconv.FormatInt(r.Offset, 10)},
	}
	if r.Last {
		header.Set("Upload-Length", strconv.FormatInt(r.Offset+r.Size, 10))
	}
	if r.Checksum.Algorithm != "" {
		header.Set(checksumHeader, r.Checksum.String())
	}
	if r.ContentDigest != "" {
		header.Set(HeaderDigest, r.ContentDigest)
	}
	return header
}

// trailer returns the checksum trailer, or nil. An empty body has none: it is sent
// without chunked encoding, which trailers require.
func (r PatchRequest) trailer() *checksumTrailer {
	if r.Trailer == "" || r.Size == 0 {
		return nil
	}
	return &checksumTrailer{algorithm: r.Trailer}
}
