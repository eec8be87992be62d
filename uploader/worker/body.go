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

// reader is size bytes of the file from offset on, for one request, which begin
// at the place at of their stretch. It may be called from several goroutines.
func (w *Worker) reader(ctx context.Context, file source.Opened, offset, size int64, count *partCounter, at int64) io.ReadSeeker {
	count.set(at)
	read := &body{section: io.NewSectionReader(file, offset, size), start: at, count: count, moved: w.TotalSent}
	return netx.Throttle(ctx, read, w.Limits...)
}

// body counts what the network takes.
type body struct {
	section *io.SectionReader
	start   int64 // in the stretch
	count   *partCounter
	moved   *atomic.Int64
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.section.Read(p)
	b.count.add(int64(n))
	b.moved.Add(int64(n))
	if err != nil && !errors.Is(err, io.EOF) {
		return n, source.Classify(fault.Read, err)
	}
	return n, err
}

// Seek lets a request be sent once more after a redirect.
func (b *body) Seek(offset int64, whence int) (int64, error) {
	at, err := b.section.Seek(offset, whence)
	if err != nil {
		return at, fmt.Errorf("seek source: %w", err)
	}
	b.count.set(b.start + at)
	return at, nil
}
