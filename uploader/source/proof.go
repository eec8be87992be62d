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

// Range is the bytes of a file from Start to before End.
type Range struct{ Start, End int64 }

// overlaps reports whether the ranges have a byte in common.
func (r Range) overlaps(other Range) bool { return r.Start < other.End && other.Start < r.End }

// Block is bytes of a file with their digest. It ends at a multiple of the block size, at the
// end of the part that it is in, or where hashing ended.
type Block struct {
	Start, End int64

	// Digest is the [digest.Digest] of these bytes. Of a proof that was begun by an earlier
	// version it is the state of a [chain], and Start is 0. In the changes of a proof, nil
	// stands for bytes of which nothing is known any more (see [Forgotten]).
	Digest []byte
}

// Forgotten returns the block that removes all that a proof has of r (see [Proof.Replace]).
func Forgotten(r Range) Block { return Block{Start: r.Start, End: r.End} }

func (b Block) isChained() bool { return len(b.Digest) != digest.Size }

func (b Block) bytes() Range { return Range{b.Start, b.End} }

// Proof is the digests by which a file's content is verified. Its blocks are in the order of
// their ends. They do not overlap, apart from those of an earlier version, and there may be gaps
// between them: the parts of a file are sent, and proven, side by side.
type Proof []Block

// Covered returns the bytes that p covers, as ranges in the order of the file with gaps
// between them.
func (p Proof) Covered() []Range {
	ranges := make([]Range, len(p))
	for i, block := range p {
		ranges[i] = block.bytes()
	}
	slices.SortFunc(ranges, func(a, b Range) int { return cmp.Compare(a.Start, b.Start) })
	merged := ranges[:0]
	for _, r := range ranges {
		if last := len(merged) - 1; last >= 0 && r.Start <= merged[last].End {
			merged[last].End = max(merged[last].End, r.End)
		} else {
			merged = append(merged, r)
		}
	}
	return merged
}

// CoveredTo returns the end of the bytes that p covers without a gap from an offset on; the
// offset itself if p does not cover the byte there.
func (p Proof) CoveredTo(offset int64) int64 {
	for _, r := range p.Covered() {
		if r.Start <= offset && offset < r.End {
			return r.End
		}
	}
	return offset
}

// Gaps returns the bytes of the ranges that p does not cover, in order.
func (p Proof) Gaps(ranges ...Range) []Range {
	covered := p.Covered()
	var gaps []Range
	for _, r := range ranges {
		for _, c := range covered {
			if !c.overlaps(r) {
				continue
			}
			if c.Start > r.Start {
				gaps = append(gaps, Range{r.Start, c.Start})
			}
			r.Start = c.End
		}
		if r.Start < r.End {
			gaps = append(gaps, r)
		}
	}
	return gaps
}

// Of returns the blocks of p that have bytes of the ranges. They may have others as well.
func (p Proof) Of(ranges ...Range) Proof {
	var of Proof
	var chained int64
	for _, block := range p {
		own := block.bytes()
		if block.isChained() { // a state includes those before it
			own.Start, chained = chained, max(chained, block.End)
		}
		if slices.ContainsFunc(ranges, own.overlaps) {
			of = append(of, block)
		}
	}
	return of
}

// Replace returns p with blocks in place of all of its blocks that they overlap. Those of
// blocks that are [Forgotten] only remove others.
func (p Proof) Replace(blocks Proof) Proof {
	replaced := p.without(blocks.Covered())
	for _, block := range blocks {
		if block.Digest != nil {
			replaced = append(replaced, block)
		}
	}
	slices.SortStableFunc(replaced, func(a, b Block) int { return cmp.Compare(a.End, b.End) })
	return replaced
}

// without returns the blocks of p that do not overlap the ranges, which are in order.
func (p Proof) without(ranges []Range) Proof {
	return slices.DeleteFunc(slices.Clone(p), func(block Block) bool { return overlapsAny(ranges, block) })
}

// Then returns the changes of a proof that replace what p and then what next does.
func (p Proof) Then(next Proof) Proof {
	if len(p) == 0 {
		return next
	}
	all, ranges := slices.Clone(p), next.Covered()
	for i, block := range all {
		if overlapsAny(ranges, block) {
			all[i] = Forgotten(block.bytes())
		}
	}
	return append(all, next...)
}

// overlapsAny reports whether a block overlaps one of ranges, which are in order with gaps
// between them.
func overlapsAny(ranges []Range, block Block) bool {
	i, _ := slices.BinarySearchFunc(ranges, block.Start+1, func(r Range, end int64) int { return cmp.Compare(r.End, end) })
	return i < len(ranges) && ranges[i].overlaps(block.bytes())
}

// Intact returns the blocks of p that can be used, apart from those that damage to the
// database made unreadable or overlapping.
func (p Proof) Intact() Proof {
	var intact Proof
	var end int64
	for _, block := range p {
		switch {
		case block.Start < 0 || block.Start >= block.End:
			continue
		case block.isChained():
			if !isChainState(block.Digest) {
				continue
			}
		case block.Start < end:
			continue
		}
		if !block.isChained() {
			end = block.End
		}
		intact = append(intact, block)
	}
	return intact
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
