package worker

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/source"
)

// body returns the next size bytes of an upload as the body of one request, which counts and
// limits what is read.
func (p *patcher) body(ctx context.Context, file source.OpenFile, r remainder, size int64) io.ReadSeeker {
	r.counter.set(r.offset)
	read := &countingBody{
		ctx: ctx, gate: r.section.gate, window: r.section.window, file: file,
		offset: r.start + r.offset, size: size, start: r.offset, counter: r.counter, total: p.totalSent,
	}
	return netx.Throttle(ctx, read, p.limits...)
}

// countingBody counts the bytes of a section of the file that are handed to the network. A
// read waits until the gate admits it. What was read ahead comes from the window, and what
// is sent again from the file. If that ends before the section, Read returns the fault of
// [source.EndedAt].
type countingBody struct {
	ctx     context.Context //nolint:containedctx // of the request: Read has none
	gate    *gate
	window  *window
	file    source.OpenFile
	offset  int64 // of the section in the file
	size    int64 // of the section
	read    int64 // position in the section
	start   int64 // of the section in the part
	counter *partCounter
	total   *atomic.Int64
}

func (b *countingBody) Read(p []byte) (int, error) {
	if b.read == b.size {
		return 0, io.EOF
	}
	at, admitted, err := b.admit(len(p))
	if err != nil {
		return 0, err
	}
	p = p[:admitted]
	n := b.window.read(p, at)
	if n == 0 {
		n, err = source.ReadFull(b.file, p, at)
	}
	b.count(n)
	return n, err
}

// Lend implements [netx.Lender] with what was read ahead.
func (b *countingBody) Lend(n int) (p []byte, release func(), err error) {
	if b.read == b.size {
		return nil, nil, nil
	}
	at, admitted, err := b.admit(n)
	if err != nil {
		return nil, nil, err
	}
	p, release = b.window.lend(at, admitted)
	b.count(len(p))
	return p, release, nil
}

// admit waits until at least one of the next n bytes may be read. It returns their offset
// in the file, and how many may be read.
func (b *countingBody) admit(n int) (at, admitted int64, err error) {
	at = b.offset + b.read
	admitted, err = b.gate.admit(b.ctx, at, min(int64(n), b.size-b.read))
	return at, admitted, err
}

// count records that the next n bytes were handed to the network.
func (b *countingBody) count(n int) {
	b.read += int64(n)
	b.counter.add(int64(n))
	b.total.Add(int64(n))
}

// Seek lets a request be sent again after a redirect.
func (b *countingBody) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += b.read
	case io.SeekEnd:
		offset += b.size
	}
	if offset < 0 || offset > b.size {
		return 0, errors.New("seek source: offset outside of the request")
	}
	b.read = offset
	b.counter.set(b.start + offset)
	return offset, nil
}
