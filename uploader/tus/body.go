package tus

import (
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/ferryapp/ferry/uploader/fault"
)

// errSpent says that a body cannot be sent again.
var errSpent = errors.New("the body was partly sent and cannot be rewound")

// body lends the first size bytes of a caller's reader to the transport. A
// transport may go on reading in its own goroutine after a request has ended;
// a lease that is taken back reads nothing, so the caller's reader is never used
// by two requests, nor after the call that brought it.
type body struct {
	size  int64
	start int64 // where a seekable reader stood; -1 when it cannot seek

	mu     sync.Mutex // held while the reader is read
	reader io.Reader
	taken  int64
	holder *lease
	err    error // what the reader itself failed with
	seal   *seal // over the bytes as they are read; nil for none
}

func newBody(reader io.Reader, size int64) *body {
	b := &body{size: size, reader: reader, start: -1}
	if seeker, ok := reader.(io.Seeker); ok {
		if at, err := seeker.Seek(0, io.SeekCurrent); err == nil {
			b.start = at
		}
	}
	return b
}

// lend gives the body from its first byte, and takes it back from whoever had
// it before. It fails with errSpent when bytes are gone that cannot be read
// again.
func (b *body) lend() (io.ReadCloser, error) {
	if b.size == 0 {
		return http.NoBody, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.holder = nil
	if b.taken > 0 {
		if b.start < 0 {
			return nil, errSpent
		}
		if _, err := b.reader.(io.Seeker).Seek(b.start, io.SeekStart); err != nil {
			return nil, errors.Join(errSpent, err)
		}
		b.taken, b.err = 0, nil
	}
	if b.seal != nil {
		b.seal.begin()
	}
	b.holder = &lease{b}
	return b.holder, nil
}

// rewindable reports whether the body can be sent again whatever happened.
func (b *body) rewindable() bool { return b.start >= 0 || b.size == 0 }

// untouched reports whether no byte has been taken yet.
func (b *body) untouched() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.taken == 0
}

// release takes the body back and waits for a Read that is under way.
func (b *body) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.holder = nil
}

// failure is the error of the caller's reader, or nil.
func (b *body) failure() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// lease is one request's right to read a body.
type lease struct{ body *body }

// Read implements io.Reader. A reader that ends early is a file that became
// shorter.
func (l *lease) Read(p []byte) (int, error) {
	b := l.body
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.holder != l {
		return 0, http.ErrBodyReadAfterClose
	}
	left := b.size - b.taken
	if left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > left {
		p = p[:left]
	}
	n, err := b.reader.Read(p)
	b.taken += int64(n)
	if b.seal != nil {
		b.seal.over(p[:n], b.taken == b.size)
	}
	switch {
	case err == nil || errors.Is(err, io.EOF) && b.taken == b.size:
		return n, nil
	case errors.Is(err, io.EOF):
		err = fault.Newf(fault.SourceChanged, fault.Read, "it ended after %d of %d bytes", b.taken, b.size)
	}
	b.err = err
	return n, err
}

// Close implements io.Closer. The caller's reader stays open.
func (l *lease) Close() error {
	l.body.mu.Lock()
	defer l.body.mu.Unlock()
	if l.body.holder == l {
		l.body.holder = nil
	}
	return nil
}
