package receiver

import (
	"io"
	"os"
	"sync"
)

const (
	bufferSize = 256 << 10
	flushEvery = 16 << 20
)

// body is a request's body that is copied through a large pooled buffer, and
// whose bytes are on their way to the disk while more arrive, so that the sync
// at the end is short, however large the file.
type body struct {
	io.Reader
	offset  int64 // where the body begins in the file
	buffers *sync.Pool
}

// WriteTo implements io.WriterTo.
func (b *body) WriteTo(to io.Writer) (int64, error) {
	buffer := b.buffers.Get().(*[bufferSize]byte)
	defer b.buffers.Put(buffer)
	return io.CopyBuffer(&flusher{to: to, end: b.offset, flushed: b.offset}, b.Reader, buffer[:])
}

// flusher writes, and starts the flushing of what was written. It hides what
// else a file can do, which would pass over the buffer.
type flusher struct {
	to           io.Writer
	end, flushed int64 // offsets in the file
}

// Write implements io.Writer.
func (f *flusher) Write(p []byte) (int, error) {
	n, err := f.to.Write(p)
	f.end += int64(n)
	if file, ok := f.to.(*os.File); ok && f.end-f.flushed >= flushEvery {
		flush(file, f.flushed, f.end-f.flushed)
		f.flushed = f.end
	}
	return n, err
}
