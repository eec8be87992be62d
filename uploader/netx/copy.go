package netx

import (
	"errors"
	"io"
	"sync"
	"time"
)

const (
	// A connection gets between minWrite and maxWrite bytes at once. Many cost less
	// processor time, as long as they are taken within slowWrite: progress is counted when
	// they are read.
	minWrite  = 32 << 10
	maxWrite  = 256 << 10
	slowWrite = 50 * time.Millisecond
)

// Lender is a request body that lends its bytes, so that a connection need not copy them.
type Lender interface {
	// Lend returns some of the next bytes of the body, at most n, which do not change until
	// release is called. It returns none if only Read has the next bytes, and then release
	// is nil. Errors are those of Read, with no bytes.
	Lend(n int) (p []byte, release func(), err error)
}

// lend calls the method of body, if it has one.
func lend(body io.Reader, n int) (p []byte, release func(), err error) {
	if lender, ok := body.(Lender); ok {
		return lender.Lend(n)
	}
	return nil, nil, nil
}

// writeBuffers has buffers of connections, *[maxWrite]byte.
var writeBuffers = sync.Pool{New: func() any { return new([maxWrite]byte) }}

// ReadFrom implements [io.ReaderFrom]: [net/http.Transport] sends the body of a request
// with it.
func (c *trackedConn) ReadFrom(r io.Reader) (int64, error) {
	return copyBody(c.TCPConn, r)
}

// copyBody copies r to w until its end, in writes that are the larger the sooner w takes
// them.
func copyBody(w io.Writer, r io.Reader) (written int64, err error) {
	buffer := writeBuffers.Get().(*[maxWrite]byte)
	defer writeBuffers.Put(buffer)
	for size := minWrite; ; {
		p, release, readErr := next(r, buffer[:size])
		if len(p) > 0 {
			began := time.Now()
			n, err := w.Write(p)
			release()
			written += int64(n)
			if err != nil {
				return written, err
			}
			size = nextWrite(size, time.Since(began))
		}
		if errors.Is(readErr, io.EOF) {
			return written, nil
		}
		if readErr != nil {
			return written, readErr
		}
	}
}

// next returns bytes of r: lent ones, or in buffer. [net/http.Transport] limits a body to
// the length of its request.
func next(r io.Reader, buffer []byte) (p []byte, release func(), err error) {
	if limited, ok := r.(*io.LimitedReader); ok && limited.N > 0 {
		p, release, err = lend(limited.R, int(min(int64(len(buffer)), limited.N)))
		limited.N -= int64(len(p))
	}
	if len(p) > 0 || err != nil {
		return p, release, err
	}
	n, err := r.Read(buffer)
	return buffer[:n], func() {}, err
}

// nextWrite returns how many bytes to write after so many took that long.
func nextWrite(size int, took time.Duration) int {
	switch {
	case took > slowWrite:
		return max(size/2, minWrite)
	case took < slowWrite/4:
		return min(size*2, maxWrite)
	default:
		return size
	}
}
