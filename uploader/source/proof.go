package source

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding"
	"fmt"
	"hash"
	"io"
	"slices"

	"github.com/ferryapp/ferry/uploader/fault"
)

const (
	minBlockSize = 1 << 20
	maxBlocks    = 4096

	// hashBufferSize is the number of bytes read at once: large enough for the disk, and
	// small enough that the end of the context is noticed soon.
	hashBufferSize = 256 << 10
)

// BlockSize returns the size in bytes of the blocks of a file of that size: a power of
// two such that no file has more than 4,096 blocks.
func BlockSize(size int64) int64 {
	block := int64(minBlockSize)
	for block*maxBlocks < size {
		block <<= 1
	}
	return block
}

// BlockHash is the internal state of a SHA-256 hash of a file from its start to the end of a
// block. From the last state hashing can continue.
type BlockHash struct {
	End   int64 // bytes from the start of the file
	State []byte
}

// Proof is the hashes by which a file's content is verified: one for the end of each
// block, in order from the first, and possibly more inside a block.
type Proof []BlockHash

// Covers returns the number of bytes from the start of the file that p covers.
func (p Proof) Covers() int64 {
	if len(p) == 0 {
		return 0
	}
	return p[len(p)-1].End
}

// Through returns the first hashes of p that together cover the first n bytes, or all of
// p if it covers less. The last one may cover more.
func (p Proof) Through(n int64) Proof {
	if n <= 0 {
		return nil
	}
	last, _ := slices.BinarySearchFunc(p, n, func(block BlockHash, n int64) int { return cmp.Compare(block.End, n) })
	return p[:min(last+1, len(p))]
}

// Prefix returns the part of p that covers at most the first n bytes.
func (p Proof) Prefix(n int64) Proof {
	for len(p) > 0 && p[len(p)-1].End > n {
		p = p[:len(p)-1]
	}
	return p
}

// Check reads all that p covers of file and compares it with p. It returns a *fault.Fault
// of kind SourceChanged if a byte differs, or the context's error. A hash state that
// cannot be read, as of another version of the hash, is SourceChanged, too.
func (p Proof) Check(ctx context.Context, file io.ReaderAt) error {
	h, _ := resumeHash(BlockHash{}) // does not fail: there is no state to read
	for _, block := range p {
		start := h.offset
		if err := h.readTo(ctx, file, block.End); err != nil {
			return err
		}
		if !bytes.Equal(h.blockHash().State, block.State) {
			return fault.Newf(fault.SourceChanged, fault.Read, "bytes %d to %d differ from those that were sent", start, block.End)
		}
	}
	return nil
}

// Hasher hashes a file and makes a [Proof] of it. It may be used by one goroutine at a
// time.
type Hasher struct {
	file      io.ReaderAt
	blockSize int64
	hash      resumableHash
	proof     Proof
}

// NewHasher returns a [Hasher] of a file of that size, which continues proof. It starts at
// the beginning of the file if proof is empty or cannot be read.
func NewHasher(file io.ReaderAt, size int64, proof Proof) *Hasher {
	p := &Hasher{file: file, blockSize: BlockSize(size), proof: proof[:len(proof):len(proof)]}
	var last BlockHash
	if n := len(proof); n > 0 {
		last = proof[n-1]
		if last.End%p.blockSize != 0 { // inside a block
			p.proof = proof[: n-1 : n-1]
		}
	}
	h, err := resumeHash(last)
	if err != nil {
		p.proof = nil
		h, _ = resumeHash(BlockHash{}) // does not fail: there is no state to read
	}
	p.hash = h
	return p
}

// HashTo hashes the file up to offset n. It fails like [Proof.Check], and then keeps the
// blocks that it finished.
func (p *Hasher) HashTo(ctx context.Context, n int64) error {
	for p.hash.offset < n {
		next := min(n, (p.hash.offset/p.blockSize+1)*p.blockSize)
		if err := p.hash.readTo(ctx, p.file, next); err != nil {
			return err
		}
		if next%p.blockSize == 0 {
			p.proof = append(p.proof, p.hash.blockHash())
		}
	}
	return nil
}

// Proof returns the hashes of the finished blocks and, inside a block, that of the bytes
// hashed so far.
func (p *Hasher) Proof() Proof {
	if p.hash.offset == p.proof.Covers() {
		return p.proof
	}
	return append(p.proof[:len(p.proof):len(p.proof)], p.hash.blockHash())
}

// Hashed returns the number of bytes hashed so far.
func (p *Hasher) Hashed() int64 { return p.hash.offset }

// Blocks returns the number of finished blocks.
func (p *Hasher) Blocks() int { return len(p.proof) }

// Sum returns the SHA-256 of the bytes hashed so far.
func (p *Hasher) Sum() [sha256.Size]byte {
	return [sha256.Size]byte(p.hash.Sum(nil))
}

// resumableHash is a SHA-256 hash of a file's first bytes that can be continued from a
// saved state.
type resumableHash struct {
	hash.Hash
	offset int64
	buffer []byte
}

func resumeHash(from BlockHash) (resumableHash, error) {
	h := resumableHash{Hash: sha256.New(), offset: from.End}
	if from.End == 0 {
		return h, nil
	}
	if err := h.Hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(from.State); err != nil {
		return resumableHash{}, fmt.Errorf("read hash state: %w", err)
	}
	return h, nil
}

// readTo hashes file from the current offset to end.
func (h *resumableHash) readTo(ctx context.Context, file io.ReaderAt, end int64) error {
	if size := min(hashBufferSize, end-h.offset); int64(len(h.buffer)) < size {
		h.buffer = make([]byte, size)
	}
	for h.offset < end {
		if err := ctx.Err(); err != nil {
			return err
		}
		buffer := h.buffer[:min(int64(len(h.buffer)), end-h.offset)]
		n, err := file.ReadAt(buffer, h.offset)
		h.Write(buffer[:n])
		h.offset += int64(n)
		switch {
		case n == len(buffer):
		case err == io.EOF: // ReadAt returns it unwrapped
			return EndedAt(h.offset)
		default:
			return Classify(fault.Read, err)
		}
	}
	return nil
}

func (h *resumableHash) blockHash() BlockHash {
	state, err := h.Hash.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		panic(err) // cannot happen with SHA-256
	}
	return BlockHash{End: h.offset, State: state}
}
