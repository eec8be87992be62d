package worker

import (
	"sort"
	"sync"
)

const (
	// maxPieces is how many pieces of a file are read ahead, so that the network does not
	// wait while the proof of some is saved.
	maxPieces = 32

	// minPieces is how many pieces each file may have, whatever other files have: one
	// that is sent, and one that is hashed.
	minPieces = 2

	// windowSize is the number of bytes read ahead.
	windowSize = maxPieces * pieceSize
)

// window holds the bytes of a file from where it is sent to where it is hashed: what is
// hashed is what is sent, and it is read once. Its methods may be called from any
// goroutine.
type window struct {
	mu     sync.Mutex
	pieces []piece // in the order of the file
}

// piece is bytes of a file.
type piece struct {
	start  int64 // in the file
	bytes  []byte
	buffer *[pieceSize]byte // that has the bytes; nil if it is not one of the pool's
}

func (p piece) end() int64 { return p.start + int64(len(p.bytes)) }

// newPiece returns a piece of n bytes, at most pieceSize, to be filled.
func newPiece(start, n int64) piece {
	if n <= pieceSize/4 { // a small file needs no buffer that is larger than it
		return piece{start: start, bytes: make([]byte, n)}
	}
	buffer := buffers.take()
	return piece{start: start, bytes: buffer[:n], buffer: buffer}
}

// discard ends the use of a piece.
func (p piece) discard() {
	if p.buffer != nil {
		buffers.giveBack(p.buffer)
	}
}

// hasRoom reports whether another piece may be added.
func (w *window) hasRoom() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.pieces)
	return n < minPieces || n < maxPieces && !buffers.isExhausted()
}

// add adds a piece, which begins at or after the end of the others.
func (w *window) add(p piece) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pieces = append(w.pieces, p)
}

// read copies bytes at an offset of the file. It returns 0 if the window does not have
// them. Pieces that end at or before the last of these bytes are discarded.
func (w *window) read(p []byte, at int64) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := sort.Search(len(w.pieces), func(i int) bool { return w.pieces[i].end() > at })
	if i == len(w.pieces) || w.pieces[i].start > at {
		return 0
	}
	n := copy(p, w.pieces[i].bytes[at-w.pieces[i].start:])
	if at+int64(n) == w.pieces[i].end() {
		i++
	}
	w.discard(i)
	return n
}

// clear discards all pieces.
func (w *window) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.discard(len(w.pieces))
}

// discard discards the first n pieces.
func (w *window) discard(n int) {
	for _, p := range w.pieces[:n] {
		p.discard()
	}
	w.pieces = append(w.pieces[:0], w.pieces[n:]...)
}
