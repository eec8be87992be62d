package source

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"slices"

	"github.com/ferryapp/ferry/uploader/digest"
	"github.com/ferryapp/ferry/uploader/fault"
)

const (
	minBlockSize = 1 << 20
	maxBlocks    = 4096
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

// Block is a section of a file with its digest. It ends at a multiple of the block size,
// or before where hashing ended; the next block begins there.
type Block struct {
	Start, End int64

	// Digest is the [digest.Digest] of these bytes. Of a proof that was begun by an earlier
	// version it is the state of a [chain], and Start is 0.
	Digest []byte
}

func (b Block) isChained() bool { return len(b.Digest) != digest.Size }

// Proof is the digests by which a file's content is verified: of one block after the
// other, from the start of the file.
type Proof []Block

// Covers returns the number of bytes from the start of the file that p covers.
func (p Proof) Covers() int64 {
	if len(p) == 0 {
		return 0
	}
	return p[len(p)-1].End
}

// Through returns the first blocks of p that together cover the first n bytes, or all of
// p if it covers less. The last one may cover more.
func (p Proof) Through(n int64) Proof {
	if n <= 0 {
		return nil
	}
	last, _ := slices.BinarySearchFunc(p, n, func(block Block, n int64) int { return cmp.Compare(block.End, n) })
	return p[:min(last+1, len(p))]
}

// Prefix returns the part of p that covers at most the first n bytes.
func (p Proof) Prefix(n int64) Proof {
	for len(p) > 0 && p[len(p)-1].End > n {
		p = p[:len(p)-1]
	}
	return p
}

// Replace returns p with blocks in place of everything that ends after the start of the
// first of these.
func (p Proof) Replace(blocks Proof) Proof {
	if len(blocks) == 0 {
		return p
	}
	p = p.Prefix(blocks[0].Start)
	return append(p[:len(p):len(p)], blocks...)
}

// Intact returns the first blocks of p, up to one that is missing or cannot be read, as
// after damage to the database.
func (p Proof) Intact() Proof {
	var end int64
	for i, block := range p {
		if block.isChained() && !isChainState(block.Digest) || !block.isChained() && block.Start != end || block.End <= end {
			return p[:i:i]
		}
		end = block.End
	}
	return p
}

// Check reads all that p covers of file and compares it with p. It returns a *fault.Fault
// of kind SourceChanged if a byte differs, or the context's error. A digest that cannot be
// read is SourceChanged, too.
func (p Proof) Check(ctx context.Context, file io.ReaderAt) error {
	reader := sectionReader{file: file}
	chain, hash := newChain(), digest.New()
	for _, block := range p {
		var got []byte
		if block.isChained() {
			if err := reader.read(ctx, chain.end, block.End, chain.add); err != nil {
				return err
			}
			got = chain.state()
		} else {
			hash.Reset()
			if err := reader.read(ctx, block.Start, block.End, func(p []byte) { _, _ = hash.Write(p) }); err != nil {
				return err
			}
			sum := hash.Digest()
			got = sum[:]
		}
		if !bytes.Equal(got, block.Digest) {
			return fault.Newf(fault.SourceChanged, fault.Read, "bytes %d to %d differ from those that were sent", block.Start, block.End)
		}
	}
	return nil
}
