package tus

import (
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
)

// errNotRewindable is the error of a body that must be sent again but cannot be
// rewound.
var errNotRewindable = errors.New("body was partly sent and cannot be rewound")

// body provides the first size bytes of the caller's reader as request bodies. A
// transport may read a body in its own goroutine after the request has ended, so
// each request gets its own bodyReader, and only the current one reads: the
// caller's reader is never used by two requests, or after the call has returned.
type body struct {
	size  int64
	start int64 // initial position of the reader; -1 if it cannot seek

	mu      sync.Mutex // held while reading
	reader  io.Reader
	read    int64
	current *bodyReader
	err     error            // from the caller's reader
	trailer *checksumTrailer // nil for none
}

func newBody(reader io.Reader, size int64) *body {
	b := &body{size: size, reader: reader, start: -1}
	if seeker, ok := reader.(io.Seeker); ok {
		if start, err := seeker.Seek(0, io.SeekCurrent); err == nil {
			b.start = start
		}
	}
	return b
}

// open returns a reader of the body from its start, and invalidates the previous
// one. It returns errNotRewindable if bytes were read that cannot be read again.
func (b *body) open() (io.ReadCloser, error) {
	if b.size == 0 {
		return http.NoBody, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.current = nil
	if b.read > 0 {
		if b.start < 0 {
			return nil, errNotRewindable
		}
		if _, err := b.reader.(io.Seeker).Seek(b.start, io.SeekStart); err != nil {
			return nil, errors.Join(errNotRewindable, err)
		}
		b.read, b.err = 0, nil
	}
	if b.trailer != nil {
		b.trailer.reset()
	}
	b.current = &bodyReader{b}
	return b.current, nil
}

// rewindable reports whether the body can always be sent again.
func (b *body) rewindable() bool { return b.start >= 0 || b.size == 0 }

// unread reports whether no byte has been read yet.
func (b *body) unread() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.read == 0
}

// close invalidates the current reader and waits for a Read in progress.
func (b *body) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.current = nil
}

// readError returns the error of the caller's reader, or nil.
func (b *body) readError() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// bodyReader is the body of one request.
type bodyReader struct{ body *body }

// Read implements [io.Reader]. An early io.EOF of the caller's reader becomes a
// fault of kind SourceChanged: the file became shorter.
func (r *bodyReader) Read(p []byte) (int, error) {
	b := r.body
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.current != r {
		return 0, http.ErrBodyReadAfterClose
	}
	left := b.size - b.read
	if left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > left {
		p = p[:left]
	}
	n, err := b.reader.Read(p)
	return n, b.handle(p[:n], err)
}

// Lend implements [netx.Lender].
func (r *bodyReader) Lend(n int) (p []byte, release func(), err error) {
	b := r.body
	b.mu.Lock()
	defer b.mu.Unlock()
	lender, ok := b.reader.(netx.Lender)
	if !ok || b.current != r || b.read == b.size {
		return nil, nil, nil // Read returns the reason
	}
	p, release, err = lender.Lend(int(min(int64(n), b.size-b.read)))
	return p, release, b.handle(p, err)
}

// handle counts bytes that were read, and returns the error for the transport in place of
// that of the caller's reader. It runs with mu held.
func (b *body) handle(p []byte, err error) error {
	b.read += int64(len(p))
	if b.trailer != nil && len(p) > 0 {
		b.trailer.write(p, b.read == b.size)
	}
	switch {
	case err == nil || errors.Is(err, io.EOF) && b.read == b.size:
		return nil
	case errors.Is(err, io.EOF):
		err = fault.Newf(fault.SourceChanged, fault.Read, "file ended after %d of %d bytes", b.read, b.size)
	}
	b.err = err
	return err
}

// Close implements [io.Closer]. It does not close the caller's reader.
func (r *bodyReader) Close() error {
	r.body.mu.Lock()
	defer r.body.mu.Unlock()
	if r.body.current == r {
		r.body.current = nil
	}
	return nil
}
