package receiver

import (
	"io"
	"os"
	"sync"
)

const (
	bufferSize = 256 << 10 // bytes
	flushEvery = 16 << 20  // bytes
)

// bufferedBody copies a request's body through a large pooled buffer. While more bytes
// arrive, it has the system write the earlier ones to the disk, so that the sync at the
// end takes little time.
type bufferedBody struct {
	io.Reader
	offset  int64 // of the body in the file
	buffers *sync.Pool
}

// WriteTo implements [io.WriterTo].
func (b *bufferedBody) WriteTo(to io.Writer) (int64, error) {
	buffer := b.buffers.Get().(*[bufferSize]byte)
	defer b.buffers.Put(buffer)
	return io.CopyBuffer(&flushWriter{to: to, end: b.offset, flushed: b.offset}, b.Reader, buffer[:])
}

// flushWriter starts flushing what was written at intervals. It hides the ReadFrom method
// of a file, which would not use the buffer.
type flushWriter struct {
	to           io.Writer
	end, flushed int64 // offsets in the file
}

// Write implements [io.Writer].
func (f *flushWriter) Write(p []byte) (int, error) {
	n, err := f.to.Write(p)
	f.end += int64(n)
	if file, ok := f.to.(*os.File); ok && f.end-f.flushed >= flushEvery {
		flush(file, f.flushed, f.end-f.flushed)
		f.flushed = f.end
	}
	return n, err
}
