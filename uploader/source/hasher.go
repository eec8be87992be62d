package source

import (
	"context"
	"io"

	"github.com/ferryapp/ferry/uploader/digest"
)

// Hasher makes the [Proof] of bytes of a file, which it gets in order or reads. It may be used
// by one goroutine at a time.
type Hasher struct {
	reader    sectionReader
	blockSize int64
	proof     Proof         // of the finished blocks
	start     int64         // of the block that is being hashed
	end       int64         // in the file, of the bytes hashed so far
	hash      digest.Hasher // of the block
	whole     []io.Writer   // of Tee
}

// NewHasher returns a [Hasher] of the bytes of a file from an offset on. size is that of the
// file, for which the size of the blocks is chosen.
func NewHasher(file io.ReaderAt, size, from int64) *Hasher {
	return &Hasher{reader: sectionReader{file: file}, blockSize: BlockSize(size), start: from, end: from, hash: digest.New()}
}

// Tee has all bytes of the file written to w as well. It reports false if some are hashed
// already. Errors of w are ignored: it is a hash.
func (h *Hasher) Tee(w io.Writer) bool {
	if h.end > 0 {
		return false
	}
	h.whole = append(h.whole, w)
	return true
}

// Add hashes the next bytes of the file.
func (h *Hasher) Add(p []byte) {
	for _, w := range h.whole {
		_, _ = w.Write(p)
	}
	for len(p) > 0 {
		n := min(int64(len(p)), (h.end/h.blockSize+1)*h.blockSize-h.end)
		_, _ = h.hash.Write(p[:n])
		p, h.end = p[n:], h.end+n
		if h.end%h.blockSize == 0 {
			h.proof = append(h.proof, h.block())
			h.start = h.end
			h.hash.Reset()
		}
	}
}

// HashTo reads and hashes the file up to offset n. It fails like [Proof.Check], and then
// keeps what it hashed.
func (h *Hasher) HashTo(ctx context.Context, n int64) error {
	return h.reader.read(ctx, h.end, n, h.Add)
}

// Proof returns the finished blocks and, inside a block, that of the bytes hashed so far.
func (h *Hasher) Proof() Proof {
	if h.end == h.start {
		return h.proof
	}
	return append(h.proof[:len(h.proof):len(h.proof)], h.block())
}

// Hashed returns the offset of the file up to which it is hashed.
func (h *Hasher) Hashed() int64 { return h.end }

// Blocks returns the number of finished blocks.
func (h *Hasher) Blocks() int { return len(h.proof) }

// block returns the block that is being hashed, as far as it is.
func (h *Hasher) block() Block {
	sum := h.hash.Digest()
	return Block{Start: h.start, End: h.end, Digest: sum[:]}
}
