package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/source"
)

// body returns size bytes of the file from offset as the body of one request, which
// counts and limits what is read. at is the offset in the part that counter counts.
func (p *patcher) body(ctx context.Context, file source.OpenFile, offset, size int64, counter *partCounter, at int64) io.ReadSeeker {
	counter.set(at)
	read := &countingBody{
		ctx: ctx, gate: p.gate, section: io.NewSectionReader(file, offset, size), offset: offset, start: at, counter: counter, total: p.totalSent,
	}
	return netx.Throttle(ctx, read, p.limits...)
}

// countingBody counts the bytes that are handed to the network. A read waits until the
// gate admits it. If the file ends before the section, Read returns the fault of
// [source.EndedAt].
type countingBody struct {
	ctx     context.Context //nolint:containedctx // of the request: Read has none
	gate    *gate
	section *io.SectionReader
	offset  int64 // of the section in the file
	read    int64 // position in the section
	start   int64 // in the part
	counter *partCounter
	total   *atomic.Int64
}

func (b *countingBody) Read(p []byte) (int, error) {
	admitted, err := b.gate.admit(b.ctx, b.offset+b.read, min(int64(len(p)), b.section.Size()-b.read))
	if err != nil {
		return 0, err
	}
	if admitted > 0 { // at the end of the section the read returns io.EOF
		p = p[:admitted]
	}
	n, err := b.section.Read(p)
	b.read += int64(n)
	b.counter.add(int64(n))
	b.total.Add(int64(n))
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		return n, source.Classify(fault.Read, err)
	}
	if read, _ := b.section.Seek(0, io.SeekCurrent); read < b.section.Size() { // it never fails
		_, begin, _ := b.section.Outer()
		return n, source.EndedAt(begin + read)
	}
	return n, io.EOF
}

// Seek lets a request be sent again after a redirect.
func (b *countingBody) Seek(offset int64, whence int) (int64, error) {
	at, err := b.section.Seek(offset, whence)
	if err != nil {
		return at, fmt.Errorf("seek source: %w", err)
	}
	b.read = at
	b.counter.set(b.start + at)
	return at, nil
}
