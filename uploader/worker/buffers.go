package worker

import (
	"sync"
	"sync/atomic"
)

// pieceSize is how many bytes are read ahead at once, and the size of a buffer.
const pieceSize = 1 << 20

// maxBuffers is how many buffers the windows of the whole program share, apart from minPieces
// of each.
const maxBuffers = 96

// buffers are those of all files that are being sent in this process.
var buffers bufferPool

// bufferPool lends buffers of pieceSize. Unused ones are left to the garbage collector.
type bufferPool struct {
	lent    atomic.Int64
	windows atomic.Int64 // that have or had a piece and are not cleared
	pool    sync.Pool    // of *[pieceSize]byte
}

// share returns how many buffers each window may have.
func (b *bufferPool) share() int {
	return int(min(max(maxBuffers/max(b.windows.Load(), 1), minPieces), maxPieces))
}

// isExhausted reports whether maxBuffers are lent.
func (b *bufferPool) isExhausted() bool { return b.lent.Load() >= maxBuffers }

func (b *bufferPool) take() *[pieceSize]byte {
	b.lent.Add(1)
	if buffer, ok := b.pool.Get().(*[pieceSize]byte); ok {
		return buffer
	}
	return new([pieceSize]byte)
}

func (b *bufferPool) giveBack(buffer *[pieceSize]byte) {
	b.lent.Add(-1)
	b.pool.Put(buffer)
}
