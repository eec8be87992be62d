package worker

import (
	"slices"
	"sort"
	"sync"
	"sync/atomic"
)

const (
	// maxPieces is how many pieces of a file are read ahead, so that the network does not
	// wait while the proof of some is saved. Parts that are sent at the same time share them.
	maxPieces = 32

	// minPieces is how many pieces each window may have, whatever others have: one
	// that is sent, and one that is hashed.
	minPieces = 2

	// windowSize is the number of bytes of a file that are read ahead.
	windowSize = maxPieces * pieceSize
)

// window holds the bytes of a section from where it is sent to where it is hashed: what is
// hashed is what is sent, and it is read once. Its methods may be called from any
// goroutine.
type window struct {
	mu     sync.Mutex
	pieces []*piece // in the order of the file
	shares bool     // counts among those that share the buffers
}

// piece is bytes of a file.
type piece struct {
	start  int64 // in the file
	bytes  []byte
	buffer *[pieceSize]byte // that has the bytes; nil if it is not one of the pool's
	users  atomic.Int32     // the window and those whom it lent the bytes
}

func (p *piece) end() int64 { return p.start + int64(len(p.bytes)) }

// newPiece returns a piece of n bytes, at most pieceSize, to be filled. It has one user.
func newPiece(start, n int64) *piece {
	p := &piece{start: start}
	p.users.Store(1)
	if n <= pieceSize/4 || start == 0 && n < pieceSize { // a small file needs no buffer that is larger than it
		p.bytes = make([]byte, n)
		return p
	}
	p.buffer = buffers.take()
	p.bytes = p.buffer[:n]
	return p
}

// discard ends one use of the piece.
func (p *piece) discard() {
	if p.users.Add(-1) == 0 && p.buffer != nil {
		buffers.giveBack(p.buffer)
	}
}

// hasRoom reports whether another piece may be added, if there may be most of them at the same
// time. Those that end at or before the offset sent, which no request read, are discarded.
func (w *window) hasRoom(sent int64, most int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.discard(sort.Search(len(w.pieces), func(i int) bool { return w.pieces[i].end() > sent }))
	n := len(w.pieces)
	return n < minPieces || n < min(most, buffers.share()) && !buffers.isExhausted()
}

// add adds a piece, which begins at or after the end of the others.
func (w *window) add(p *piece) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pieces = append(w.pieces, p)
	if !w.shares {
		w.shares = true
		buffers.windows.Add(1)
	}
}

// read copies bytes at an offset of the file. It returns 0 if the window does not have
// them. Pieces that end at or before the last of these bytes are discarded.
func (w *window) read(p []byte, at int64) int {
	bytes, release := w.lend(at, int64(len(p)))
	if len(bytes) == 0 {
		return 0
	}
	defer release()
	return copy(p, bytes)
}

// lend returns at most n bytes at an offset of the file, which do not change until release
// is called, or none like read.
func (w *window) lend(at, n int64) (bytes []byte, release func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := sort.Search(len(w.pieces), func(i int) bool { return w.pieces[i].end() > at })
	if i == len(w.pieces) || w.pieces[i].start > at {
		return nil, nil
	}
	piece := w.pieces[i]
	piece.users.Add(1)
	end := min(at+n, piece.end())
	if end == piece.end() {
		i++
	}
	w.discard(i)
	return piece.bytes[at-piece.start : end-piece.start], piece.discard
}

// clear discards all pieces.
func (w *window) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.discard(len(w.pieces))
	if w.shares {
		w.shares = false
		buffers.windows.Add(-1)
	}
}

// discard discards the first n pieces.
func (w *window) discard(n int) {
	for _, p := range w.pieces[:n] {
		p.discard()
	}
	w.pieces = slices.Delete(w.pieces, 0, n)
}
