package receiver

import (
	"io"
	"sync"
)

const bufferSize = 256 << 10

// body is a request's body that is copied through a large pooled buffer.
type body struct {
	io.Reader
	buffers *sync.Pool
}

// WriteTo implements io.WriterTo.
func (b *body) WriteTo(to io.Writer) (int64, error) {
	buffer := b.buffers.Get().(*[bufferSize]byte)
	defer b.buffers.Put(buffer)
	return io.CopyBuffer(writer{to}, b.Reader, buffer[:])
}

// writer hides what else a file can do, which would pass over the buffer.
type writer struct{ io.Writer }
