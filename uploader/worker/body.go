package worker

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/source"
)

// body returns size bytes of the file from offset as the body of one request, which
// counts and limits what is read. at is the offset in the part that counter counts.
func (p *patcher) body(ctx context.Context, file source.OpenFile, offset, size int64, counter *partCounter, at int64) io.ReadSeeker {
	counter.set(at)
	read := &countingBody{
		ctx: ctx, gate: p.gate, window: p.window, file: file, offset: offset, size: size, start: at, counter: counter, total: p.totalSent,
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
	at := b.offset + b.read
	admitted, err := b.gate.admit(b.ctx, at, min(int64(len(p)), b.size-b.read))
	if err != nil {
		return 0, err
	}
	p = p[:admitted]
	n := b.window.read(p, at)
	if n == 0 {
		n, err = source.ReadFull(b.file, p, at)
	}
	b.read += int64(n)
	b.counter.add(int64(n))
	b.total.Add(int64(n))
	return n, err
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
